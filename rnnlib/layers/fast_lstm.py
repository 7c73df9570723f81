"""Long short-term memory once more: the same numbers, sooner.

:mod:`rnnlib.layers.lstm` says what is computed; this file, how to hurry.

(1) State, input and a one for the bias stand under each other in one column,
so that one product gives all gates. (2) A sigmoid is a shifted tanh,
sigmoid(z) = tanh(z / 2) / 2 + 1 / 2, so one tanh serves all four. (3) The
batch is the last axis here, (H, B) in place of (B, H): each gate is then one
block of memory, and a call works on neighbours at one stroke: i, f times g,
c on the way forward; di, df, dg and the carried dc, all times dc_t, on the
way back. (4) Forward computes in one small array that stays in the
processor's nearest memory and is copied once a step. (5) Backward takes the
slopes of all steps before its loop, and the gradients of weights and inputs
after it. (6) For small layers it is NumPy's calls that cost, not the numbers:
the loops have few of them, fetch the functions beforehand, and pass the
result's array, the last argument, by position.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from rnnlib.checks import as_array, as_choice
from rnnlib.layers.activations import ACTIVATIONS
from rnnlib.layers.contract import State, as_cache, as_pair, as_state
from rnnlib.layers.lstm import LSTM

STRETCH = 2**16  # numbers in one block of all steps of a stretch


class FastLSTMCache(NamedTuple):
    """What backward needs: blocks of (H, B), one under the other."""

    columns: np.ndarray  #: (T + 1, H + D + 1, B) of h before the step, x, 1
    gates: np.ndarray  #: (T + 1, 5 H, B) of o, i, f, g, c before the step
    squashed: np.ndarray  #: (T, H, B), tanh(c), or relu(c)

    @property
    def sizes(self) -> tuple[int, int]:
        """Sizes D of an input and H of the state."""
        H = self.squashed.shape[1]
        return self.columns.shape[1] - H - 1, H

    @property
    def last_state(self) -> State:
        """(h, c) after the last step, each (B, H), an h0 for what follows."""
        H = self.squashed.shape[1]
        return self.columns[-1, :H].T, self.gates[-1, 4 * H :].T

    def trace(self, name: str) -> np.ndarray:
        """Return "i", "f", "o", "g" or "c" at each step, (T, B, H)."""
        block = "oifgc".index(as_choice(name, "name", tuple("ifogc")))
        H = self.squashed.shape[1]
        steps = slice(1, None) if name == "c" else slice(-1)
        here = slice(block * H, (block + 1) * H)
        return self.gates[steps, here].transpose(0, 2, 1)


class FastLSTM(LSTM):
    """A layer that computes what :class:`rnnlib.layers.lstm.LSTM` computes.

    Made in the same way, from the same options; its cache is its own.
    """

    def forward(
        self, x: ArrayLike, h0: State | None = None
    ) -> tuple[np.ndarray, FastLSTMCache]:
        """Run the layer over a batch of sequences, see `LSTM.forward`."""
        shape = ("T", "B", self.input_size)
        x = as_array(x, "x", shape=shape, dtype=self.dtype)
        (T, B, D), H = x.shape, self.hidden_size
        h0, c0 = as_pair(h0, "h0", B, H, self.dtype)
        columns = np.empty((T + 1, H + D + 1, B), self.dtype)
        columns[0, :H] = h0.T
        columns[:-1, H:-1] = x.transpose(0, 2, 1)
        columns[:, -1] = 1
        gates = np.empty((T + 1, 5 * H, B), self.dtype)
        squashed = np.empty((T, H, B), self.dtype)
        W = self._stacked()  # (4 H, H + D + 1)
        W[: 3 * H] /= 2  # for tanh(z / 2)
        half = np.array(0.5, self.dtype)  # a float is converted at each call
        squash, _ = ACTIVATIONS[self.activation]
        relu = squash is not np.tanh
        now = np.empty((5 * H, B), self.dtype)
        z, sigmoids, g = now[: 4 * H], now[: 3 * H], now[3 * H : 4 * H]
        o, i_f, g_c, c = now[:H], now[H : 3 * H], now[3 * H :], now[4 * H :]
        bent = sigmoids if relu else z
        products = np.empty((2 * H, B), self.dtype)
        ig, fc = products[:H], products[H:]
        c[:] = c0.T
        dot, tanh, multiply, add = W.dot, np.tanh, np.multiply, np.add
        for column, kept, s, h in zip(
            columns, gates, squashed, columns[1:, :H]
        ):
            dot(column, z)
            tanh(bent, bent)
            multiply(sigmoids, half, sigmoids)
            add(sigmoids, half, sigmoids)
            if relu:
                squash(g, g)
            kept[:] = now
            multiply(i_f, g_c, products)
            add(ig, fc, c)
            squash(c, s)
            multiply(o, s, h)
        gates[-1, 4 * H :] = c
        columns.flags.writeable = gates.flags.writeable = False
        h = columns[1:, :H].transpose(0, 2, 1)
        return h, FastLSTMCache(columns, gates, squashed)

    def backward(
        self, dh: ArrayLike, cache: FastLSTMCache, dc: ArrayLike | None = None
    ) -> dict[str, np.ndarray]:
        """Return the gradients of a loss, see `LSTM.backward`."""
        T, H, B = as_cache(cache, FastLSTMCache, self).squashed.shape
        dh = as_array(dh, "dh", shape=(T, B, H), dtype=self.dtype)
        dc = as_state(dc, "dc", B, H, self.dtype).T
        D, W = self.input_size, self._stacked()  # (4 H, H + D + 1)
        total = np.zeros(W.T.shape, self.dtype)
        dx = np.empty((T, B, D), self.dtype)
        dh_0 = np.zeros((H, B), self.dtype)
        # Stretches of steps that fit into the processor's nearer memory.
        stretch = max(1, STRETCH // (H * B))
        for stop in range(T, 0, -stretch):
            start = max(0, stop - stretch)
            part = FastLSTMCache(
                cache.columns[start : stop + 1],
                cache.gates[start : stop + 1],
                cache.squashed[start:stop],
            )
            dz, dc = self._back_over(
                part, W[:, :H].T, dh[start:stop], dh_0, dc
            )
            dz = _side_by_side(dz)
            total += _side_by_side(part.columns[:-1]) @ dz.T
            dx[start:stop] = (dz.T @ W[:, H:-1]).reshape(-1, B, D)
        total = np.roll(total, -H, axis=1)  # to i, f, g, o
        return {
            "W_xh": total[H:-1],
            "W_hh": total[:H],
            "b_h": total[-1],
            "x": dx,
            "h0": dh_0.T,
            "c0": dc.T,
        }

    def _back_over(self, cache, W_T, dh, dh_t, dc):
        """Return dz (T, 4 H, B) and dc (H, B) at the start of some steps.

        On entry `dh_t` and `dc` (H, B) come from the steps after these;
        `dh_t` is overwritten with the gradient at the start.
        """
        T, H, B = cache.squashed.shape
        gates = cache.gates[:-1].reshape(T, 5, H, B)
        o, i, f, g, _ = gates.swapaxes(0, 1)
        _, slope = ACTIVATIONS[self.activation]
        # Slopes of all steps. That of a sigmoid p times its partner q is
        # q p (1 - p), and q p is i g, f c or o tanh(c) = h.
        blocks = np.empty((T, 5, H, B), self.dtype)
        np.subtract(1, gates[:, :3], out=blocks[:, :3])
        blocks[:, 0] *= cache.columns[1:, :H]
        blocks[:, 1:3] *= gates[:, 1:3]
        blocks[:, 1:3] *= gates[:, 3:]
        np.multiply(i, slope(g), out=blocks[:, 3])
        blocks[:, 4] = f  # dc_t / dc_{t-1}
        to_cell = slope(cache.squashed)  # dh_t / dc_t
        to_cell *= o

        # The loop multiplies them, in place, by dh_t (o) and dc_t (others).
        dz = blocks[:, :4].reshape(T, 4 * H, B)
        dot, multiply, add = W_T.dot, np.multiply, np.add
        for upstream, dc_t, do, others, carried, dz_t in zip(
            dh.transpose(0, 2, 1).copy()[::-1],
            to_cell[::-1],
            blocks[::-1, 0],
            blocks[::-1, 1:],
            blocks[::-1, 4],
            dz[::-1],
        ):
            add(dh_t, upstream, dh_t)
            multiply(do, dh_t, do)
            multiply(dc_t, dh_t, dc_t)
            add(dc_t, dc, dc_t)
            multiply(others, dc_t, others)
            dc = carried
            dot(dz_t, dh_t)
        return dz, dc.copy()

    def _stacked(self) -> np.ndarray:
        """Return one matrix, gates o, i, f, g against h, x and 1."""
        rows = [self.parameters[name] for name in ("W_hh", "W_xh", "b_h")]
        return np.roll(np.vstack(rows), self.hidden_size, axis=1).T


def _side_by_side(columns: np.ndarray) -> np.ndarray:
    """Return the columns (T, K, B) of all steps as one matrix (K, T B)."""
    return columns.transpose(1, 0, 2).reshape(columns.shape[1], -1)
