"""A linear recurrence in parts: over time, and over processes.

The recurrence ``h_t = f_t h_{t-1} + b_t`` is linear in the state that it
starts from. So a part of time can be computed before anybody knows that
state: run it from zero, and note the product of the f_t on the way. When the
state before the part is known, one product and one sum put it right::

    h_t = (h_t from zero) + (f_1 ... f_t) h_0

All parts run side by side, and only their ends, two numbers for each unit,
pass through all parts in order. With sqrt(T) parts of sqrt(T) steps that is
some 2 sqrt(T) steps one after the other in place of T. It is done twice
here: each process has a part of time, and cuts it into parts again.

The gradient is the same recurrence from the last step to the first.

G. E. Blelloch, "Prefix sums and their applications", 1990; E. Martin & C.
Cundy, "Parallelizing linear recurrent neural nets over sequence length",
ICLR 2018.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from rnnlib.scale.processes import Processes


def linear_scan(
    f: Tensor, b: Tensor, h0: Tensor, among: Processes | None = None
) -> tuple[Tensor, Tensor]:
    """Return the states of ``h_t = f_t h_{t-1} + b_t``.

    Parameters
    ----------
    f, b : Tensor, shape (T, B, H)
        With `among`, this process's part of time: process 0 has the first.
    h0 : Tensor, shape (B, H)
        State before the first step of all, the same on every process; a
        value, into which no gradient goes back.
    among : Processes, optional
        Who shares the time out.

    Returns
    -------
    h : Tensor, shape (T, B, H)
        State after each step of the part.
    last : Tensor, shape (B, H)
        State after the last step of all, a value.
    """
    return _Scan.apply(f, b, h0.detach(), among)


class _Scan(torch.autograd.Function):
    @staticmethod
    def forward(ctx, f, b, h0, among):
        h, products = _from_zero(f, b)
        before, last = _through_parts(
            products[-1], h[-1], h0, among, reverse=False
        )
        h = h + products * before
        ctx.save_for_backward(f, h, before)
        ctx.among = among
        ctx.mark_non_differentiable(last)
        return h, last

    @staticmethod
    def backward(ctx, dh, _):
        # d_t = dh_t + f_{t+1} d_{t+1}: what a part hands back is f_1 d_1.
        f, h, before = ctx.saved_tensors
        later = torch.cat([f[1:], torch.ones_like(f[:1])]).flip(0)
        d, products = _from_zero(later, dh.flip(0))
        after, _ = _through_parts(
            f[0] * products[-1],
            f[0] * d[-1],
            torch.zeros_like(before),
            ctx.among,
            reverse=True,
        )
        db = (d + products * after).flip(0)
        df = db * torch.cat([before[None], h[:-1]])
        return df, db, None, None


def _through_parts(
    product: Tensor,
    end: Tensor,
    start: Tensor,
    among: Processes | None,
    reverse: bool,
) -> tuple[Tensor, Tensor]:
    """Return the state before this process's part, and after all parts.

    A part turns the state h before it into ``product * h + end``.
    """
    if among is None or among.size == 1:
        return start, product * start + end
    ends = among.gather(torch.stack([product, end]))  # a pair from each
    order = list(range(among.size))
    state, before = start, start
    for process in reversed(order) if reverse else order:
        if process == among.rank:
            before = state
        state = ends[process][0] * state + ends[process][1]
    return before, state


def _from_zero(f: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Run the recurrence from zero; return h and the products of f so far.

    The time is cut into parts that run side by side.
    """
    T, rest = len(f), f.shape[1:]
    steps = math.isqrt(T - 1) + 1
    parts = -(-T // steps)
    if parts * steps > T:  # steps that change nothing
        more = (parts * steps - T, *rest)
        f = torch.cat([f, f.new_ones(more)])
        b = torch.cat([b, b.new_zeros(more)])
    f = f.reshape(parts, steps, *rest)
    h = _side_by_side(f, b.reshape(f.shape))
    products = f.cumprod(1)
    state, whole = torch.zeros_like(h[0, 0]), torch.ones_like(h[0, 0])
    states, wholes = [], []
    for product, end in zip(products[:, -1], h[:, -1]):
        states.append(state)
        wholes.append(whole)
        state, whole = product * state + end, product * whole
    h += products * torch.stack(states)[:, None]
    products *= torch.stack(wholes)[:, None]
    return h.flatten(0, 1)[:T], products.flatten(0, 1)[:T]


def _side_by_side(f: Tensor, b: Tensor) -> Tensor:
    """Run parts of time, (parts, steps, B, H), each from zero."""
    h = torch.empty_like(b)
    state = torch.zeros_like(b[:, 0])
    for f_t, b_t, h_t in zip(f.unbind(1), b.unbind(1), h.unbind(1)):
        torch.addcmul(b_t, f_t, state, out=h_t)
        state = h_t
    return h
