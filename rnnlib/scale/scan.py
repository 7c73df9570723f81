"""A linear recurrence in parts: over time, and over processes.

The recurrence ``h_t = a_t h_{t-1} + b_t`` is linear in the state that it
starts from. So a part of time can be computed before anybody knows that
state: run it from zero, and note the product of the a_t on the way. When the
state before the part is known, one product and one sum put it right::

    h_t = (h_t from zero) + (a_1 ... a_t) h_0

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
    a: Tensor, b: Tensor, h0: Tensor, among: Processes | None = None
) -> tuple[Tensor, Tensor]:
    """Return the states of ``h_t = a_t h_{t-1} + b_t``.

    Parameters
    ----------
    a, b : Tensor, shape (T, B, H)
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
    return _Scan.apply(a, b, h0.detach(), among)


class _Scan(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, b, h0, among):
        h, products = _from_zero(a, b)
        before, last = _through_parts(
            products[-1], h[-1], h0, among, reverse=False
        )
        h = h + products * before
        ctx.save_for_backward(a, h, before)
        ctx.among = among
        ctx.mark_non_differentiable(last)
        return h, last

    @staticmethod
    def backward(ctx, dh, _):
        # d_t = dh_t + a_{t+1} d_{t+1}: what a part hands back is a_1 d_1.
        a, h, before = ctx.saved_tensors
        later = torch.cat([a[1:], torch.ones_like(a[:1])]).flip(0)
        d, products = _from_zero(later, dh.flip(0))
        after, _ = _through_parts(
            a[0] * products[-1],
            a[0] * d[-1],
            torch.zeros_like(before),
            ctx.among,
            reverse=True,
        )
        db = (d + products * after).flip(0)
        da = db * torch.cat([before[None], h[:-1]])
        return da, db, None, None


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


def _from_zero(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Run the recurrence from zero; return h and the products of a so far.

    The time is cut into parts that run side by side.
    """
    T, rest = len(a), a.shape[1:]
    steps = math.isqrt(T - 1) + 1
    parts = -(-T // steps)
    if parts * steps > T:  # steps that change nothing
        more = (parts * steps - T, *rest)
        a = torch.cat([a, a.new_ones(more)])
        b = torch.cat([b, b.new_zeros(more)])
    a = a.reshape(parts, steps, *rest)
    h = _side_by_side(a, b.reshape(a.shape))
    products = a.cumprod(1)
    state, whole = torch.zeros_like(h[0, 0]), torch.ones_like(h[0, 0])
    states, wholes = [], []
    for product, end in zip(products[:, -1], h[:, -1]):
        states.append(state)
        wholes.append(whole)
        state, whole = product * state + end, product * whole
    h += products * torch.stack(states)[:, None]
    products *= torch.stack(wholes)[:, None]
    return h.flatten(0, 1)[:T], products.flatten(0, 1)[:T]


def _side_by_side(a: Tensor, b: Tensor) -> Tensor:
    """Run parts of time, (parts, steps, B, H), each from zero."""
    h = torch.empty_like(b)
    state = torch.zeros_like(b[:, 0])
    for a_t, b_t, h_t in zip(a.unbind(1), b.unbind(1), h.unbind(1)):
        torch.addcmul(b_t, a_t, state, out=h_t)
        state = h_t
    return h
