"""Recurrent networks as forecasters, for the same backtest as all others.

A network reads one value a step. What it says at a step is about the values
that follow, in one of two ways::

    direct      O outputs: the next O values, all at once
    recursive   one output: the next value, which is fed back to go on

A forecaster has a scaler that was made with the values it was fitted to. It
keeps the state in which the last history left it: when the next history goes
on from there, only the new values are read.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from rnnlib.checks import (
    Seed,
    as_array,
    as_choice,
    as_float,
    as_generator,
    as_instance,
    as_int,
    as_series,
)
from rnnlib.forecasting.forecasters import Fit
from rnnlib.layers.elman import Elman
from rnnlib.layers.fast_lstm import FastLSTM
from rnnlib.layers.gru import GRU
from rnnlib.layers.heads import LinearHead
from rnnlib.layers.losses import squared_error
from rnnlib.sequences.padded import Sequences
from rnnlib.sequences.scaling import Scaler
from rnnlib.sequences.windows import next_values
from rnnlib.training.batches import Fresh
from rnnlib.training.loop import fit
from rnnlib.training.network import Network
from rnnlib.training.optimizers import Adam
from rnnlib.training.schedules import one_cycle

KINDS = {"Elman": Elman, "GRU": GRU, "LSTM": FastLSTM}


class NetworkForecaster:
    """A trained network that forecasts what follows a history.

    Parameters
    ----------
    network : Network
        With one input; one output (recursive) or one for each horizon.
    scaler : Scaler
        Made with the values that the network was trained on.

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit.
    """

    def __init__(self, network: Network, scaler: Scaler):
        self.network = as_instance(network, "network", Network)
        self.scaler = as_instance(scaler, "scaler", Scaler)
        if network.layer.input_size != 1:
            raise ValueError(
                "network must read one value a step, "
                f"found {network.layer.input_size}"
            )
        self._read = np.empty(0)  # the history that led to the state below
        self._state, self._said = None, None

    def __call__(self, history: ArrayLike, horizon: int = 1) -> np.ndarray:
        """Forecast the next `horizon` values.

        Parameters
        ----------
        history : array_like, shape (T,)
            At least one value, oldest first.
        horizon : int
            Number of steps: any for a recursive network, for a direct one
            at most the number of its outputs.

        Returns
        -------
        ndarray, shape (horizon,)

        Raises
        ------
        TypeError, ValueError
            If an argument does not fit.
        """
        history = as_series(history, "history")
        outputs = self.network.head.output_size
        longest = None if outputs == 1 else outputs
        horizon = as_int(horizon, "horizon", high=longest)
        known = len(self._read)
        if len(history) < known or not np.array_equal(
            history[:known], self._read
        ):
            known, self._state = 0, None
        if known < len(history):
            new = self.scaler.scale(history[known:])
            self._said, self._state = self._step(new, self._state)
            self._read = history.copy()
        said, state = [self._said], self._state
        while sum(map(len, said)) < horizon:
            answer, state = self._step(said[-1], state)
            said.append(answer)
        return self.scaler.unscale(np.concatenate(said)[:horizon])

    def _step(self, values: np.ndarray, state) -> tuple[np.ndarray, object]:
        """Read values (T,); return the last outputs (O,) and the state."""
        h, cache = self.network.run(values[:, np.newaxis, np.newaxis], state)
        y_hat, _ = self.network.head.forward(h[-1:])
        return y_hat[0, 0].astype(float), cache.last_state


def random_pieces(
    series: ArrayLike,
    *,
    steps: int,
    horizon: int = 1,
    warm_up: int = 0,
    size: int = 16,
) -> Callable[[np.random.Generator], Sequences]:
    """Return a function that draws batches of pieces of a series.

    Parameters
    ----------
    series : array_like, shape (T,)
        At least steps + horizon values.
    steps : int
        Length of a piece.
    horizon : int, optional
        Targets at every step: the next `horizon` values, all of which lie
        inside the series.
    warm_up : int, optional
        First steps of a piece that do not count: the state is still empty.
    size : int, optional
        Pieces in a batch.

    Returns
    -------
    callable
        Takes a random generator and returns :class:`Sequences` with x of
        shape (steps, size, 1) and y of shape (steps, size, horizon); for
        :class:`rnnlib.training.batches.Fresh`.

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit, or the series is too short.
    """
    steps, horizon = as_int(steps, "steps"), as_int(horizon, "horizon")
    warm_up = as_int(warm_up, "warm_up", low=0, high=steps - 1)
    size = as_int(size, "size")
    series = as_series(
        series,
        "series",
        min_length=steps + horizon,
        why=f"for pieces of {steps} and horizon {horizon}",
    )
    future = np.lib.stride_tricks.sliding_window_view(series[1:], horizon)
    starts = len(future) - steps + 1
    mask = np.zeros((steps, size), bool)
    mask[warm_up:] = True

    def draw(rng: np.random.Generator) -> Sequences:
        times = np.arange(steps)[:, np.newaxis] + rng.integers(
            starts, size=size
        )  # (steps, size)
        return Sequences(series[times][..., np.newaxis], future[times], mask)

    return draw


def network_learner(
    kind: str,
    hidden_size: int,
    *,
    updates: int,
    learning_rate: float,
    horizon: int = 1,
    steps: int | None = 264,
    warm_up: int = 66,
    size: int = 16,
    seed: Seed = 0,
    **options,
) -> Fit:
    """Return the `fit` of a `Learner`: a network trained from scratch.

    Parameters
    ----------
    kind : {"Elman", "GRU", "LSTM"}
    hidden_size : int
        Units H of its state.
    updates : int
        Number of updates with Adam, the gradient clipped at norm 1.
    learning_rate : float
        Its peak: it rises and falls in one cycle over the pieces; with the
        whole history at every update it stays the same.
    horizon : int, optional
        Number of outputs: 1 makes a recursive forecaster.
    steps : int, optional
        Length of the pieces of the history that an update sees, see
        :func:`random_pieces`. None: it sees the whole history as one
        sequence, one step ahead.
    warm_up : int, optional
        First steps of a piece that do not count, unless `steps` is None.
    size : int, optional
        Pieces in a batch, unless `steps` is None.
    seed : int or numpy.random.Generator, optional
        Source of the starting weights and of the batches. With an int every
        fit starts from the same weights.
    **options
        Passed on to the layer, such as `init`.

    Returns
    -------
    callable
        Takes values known so far, returns a :class:`NetworkForecaster`.

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit.
    """
    layer_type = KINDS[as_choice(kind, "kind", tuple(KINDS))]
    hidden_size = as_int(hidden_size, "hidden_size")
    updates = as_int(updates, "updates")
    rate = as_float(learning_rate, "learning_rate", low=0, open_low=True)
    horizon = as_int(horizon, "horizon")
    if steps is None:
        if horizon > 1:
            raise ValueError(
                "steps must be given for a horizon above 1, found None"
            )
    else:
        steps = as_int(steps, "steps")
        warm_up = as_int(warm_up, "warm_up", low=0, high=steps - 1)
        size = as_int(size, "size")
    as_generator(seed)  # complain now, not at the first fit

    def fit_network(history: ArrayLike) -> NetworkForecaster:
        history = as_array(history, "history", shape=("T",))
        scaler = Scaler(history)
        scaled = scaler.scale(history)
        rng = as_generator(seed)
        # Pieces are drawn by the thousand: floats of four bytes are faster.
        dtype = np.float64 if steps is None else np.float32
        layer = layer_type(1, hidden_size, seed=rng, dtype=dtype, **options)
        head = LinearHead(hidden_size, horizon, seed=rng, dtype=dtype)
        network = Network(layer, head, squared_error)
        if steps is None:
            batches, step_rate = [next_values(scaled)] * updates, rate
        else:
            draw = random_pieces(
                scaled,
                steps=steps,
                horizon=horizon,
                warm_up=warm_up,
                size=size,
            )
            batches = Fresh(draw, updates, seed=rng)
            step_rate = one_cycle(updates, rate)
        fit(
            network,
            batches,
            Adam(network.parameters, step_rate),
            epochs=1,
            clip=1.0,
            progress=False,
        )
        return NetworkForecaster(network, scaler)

    return fit_network
