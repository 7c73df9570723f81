"""Training: the loop from batches to a network that has learned.

One update is: forward through the layer and the head, loss, backward
through both, clip, step. Full backpropagation through time runs it over the
whole sequence. Truncated backpropagation cuts the sequence into pieces and
makes an update after each: gradients end at the piece's first step, while
the state may be carried on, as a value, or reset to zero.

Early stopping looks at a validation score after every epoch, ends when it
has not improved for some time, and always gives back the parameters that
were best.

R. J. Williams & J. Peng, "An efficient gradient-based algorithm for on-line
training of recurrent network trajectories", Neural Computation 2, 1990.
L. Prechelt, "Early stopping - but when?", 1998. W. Zaremba, I. Sutskever &
O. Vinyals, "Recurrent neural network regularization", 2014 (dropout where
the state leaves the layer, not where it is handed on).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from tqdm import tqdm
from tqdm.auto import tqdm as tqdm_anywhere

from rnnlib.heads import LinearHead
from rnnlib.optimizers import clip_by_norm, gradient_norm
from rnnlib.recurrent import Seed, as_generator, as_layer
from rnnlib.validation import (
    as_flag,
    as_float,
    as_function,
    as_instance,
    as_int,
    as_like,
    describe,
)
from rnnlib.windows import Sequences

Loss = Callable[[np.ndarray, np.ndarray], tuple[float, np.ndarray]]


class Network:
    """A recurrent layer, a head, and the loss that they are to lower.

    Parameters
    ----------
    layer : Elman, LSTM or GRU
    head : LinearHead
    loss : callable
        One of :mod:`rnnlib.heads`: outputs (M, O) and targets of M steps
        in, loss and its gradient (M, O) out.
    dropout : float, optional
        Share of the state's numbers that the head does not get to see in
        :meth:`gradients`, drawn anew each time; the others are enlarged to
        make up for it. The state itself is handed on whole, and `predict`
        and `score` always see all of it.
    seed : int or numpy.random.Generator, optional
        Source of what is dropped.
    """

    def __init__(
        self,
        layer,
        head: LinearHead,
        loss: Loss,
        *,
        dropout: float = 0.0,
        seed: Seed = 0,
    ):
        layer = as_layer(layer)
        head = as_like(
            head,
            "head",
            "a LinearHead",
            ("hidden_size", "parameters", "forward", "backward"),
        )
        loss = as_function(loss, "loss")
        if layer.hidden_size != head.hidden_size:
            raise ValueError(
                f"head must take states of size {layer.hidden_size}, "
                f"found {head.hidden_size}"
            )
        self.layer, self.head, self.loss = layer, head, loss
        self.dropout = as_float(
            dropout, "dropout", low=0.0, high=1.0, open_high=True
        )
        self._rng = as_generator(seed)

    def __repr__(self) -> str:
        lines = [
            "Network",
            f"  layer: {self.layer!r}",
            f"  head:  {self.head!r}",
            f"  loss:  {getattr(self.loss, '__name__', self.loss)}",
        ]
        if self.dropout:
            lines.append(f"  dropout: {self.dropout:g}")
        return "\n".join(lines)

    @property
    def parameters(self) -> dict[str, np.ndarray]:
        """The arrays of layer and head, by name; not copies."""
        return {**self.layer.parameters, **self.head.parameters}

    def predict(self, x, h0=None) -> np.ndarray:
        """Return the outputs (T, B, O) for inputs (T, B, D)."""
        return self._outputs(self.run(x, h0)[0])[0]

    def run(self, x, h0=None) -> tuple[np.ndarray, object]:
        """Return the states (T, B, H) and the layer's cache.

        Raises
        ------
        TypeError, ValueError
            If an argument does not fit the layer.
        FloatingPointError
            If the states grow beyond all bounds.
        """
        h, cache = self.layer.forward(x, h0)
        return _bounded(h, "state"), cache

    def _outputs(self, h: np.ndarray) -> tuple[np.ndarray, object]:
        y_hat, cache = self.head.forward(h)
        return _bounded(y_hat, "output"), cache

    def score(self, data: Sequences) -> float:
        """Return the mean loss over all steps that count."""
        mask = _as_targets(data)
        y_hat, _ = self._outputs(self.run(data.x)[0][mask])
        return self.loss(y_hat, data.y[mask])[0]

    def gradients(
        self, data: Sequences, h0=None
    ) -> tuple[float, dict[str, np.ndarray], object]:
        """Return loss, its gradients by parameter, and the last state.

        Only the steps that count pass through the head: (M, H) states in,
        (M, O) outputs out. Whatever stands in the padding meets no loss.

        Raises
        ------
        TypeError, ValueError
            If an argument does not fit, or no step counts.
        FloatingPointError
            If a number on the way grows beyond all bounds.
        """
        mask = _as_targets(data)
        h, cache = self.run(data.x, h0)  # (T, B, H)
        seen = self._seen((mask.sum(), h.shape[-1]), h.dtype)
        y_hat, head_cache = self._outputs(h[mask] * seen)  # (M, O)
        loss, dy = self.loss(y_hat, data.y[mask])
        _bounded(dy, "gradient of the loss")
        head_gradients = self.head.backward(dy, head_cache)
        _bounded(head_gradients["h"], "gradient of the state")
        dh = np.zeros_like(h)
        dh[mask] = head_gradients["h"] * seen
        every = head_gradients | self.layer.backward(dh, cache)
        wanted = {name: every[name] for name in self.parameters}
        return loss, wanted, cache.last_state

    def _seen(self, shape: tuple[int, int], dtype: np.dtype) -> np.ndarray:
        """Return factors (M, H): 0 for what is dropped, else 1 / share."""
        if self.dropout == 0:
            return np.ones((1, 1), dtype)
        kept = self._rng.random(shape, dtype=np.float32) >= self.dropout
        return (kept / (1 - self.dropout)).astype(dtype)


@dataclass
class Minibatches:
    """All sequences once an epoch, in small batches and a new order.

    Parameters
    ----------
    data : Sequences
    size : int
        Sequences in a batch; the last of an epoch may be smaller.
    seed : int or numpy.random.Generator, optional
        Source of the order.
    """

    data: Sequences
    size: int
    seed: Seed = 0

    def __post_init__(self):
        as_instance(self.data, "data", Sequences)
        self.size = as_int(self.size, "size")
        self._rng = as_generator(self.seed)

    def __iter__(self) -> Iterator[Sequences]:
        """Yield the batches of one epoch."""
        order = self._rng.permutation(len(self.data))
        for start in range(0, len(order), self.size):
            yield self.data.take(order[start : start + self.size])


@dataclass
class Fresh:
    """Batches that have never been seen: every one is drawn anew.

    Parameters
    ----------
    draw : callable
        Takes a random generator and returns a batch of :class:`Sequences`.
    count : int
        Batches in what then counts as an epoch.
    seed : int or numpy.random.Generator, optional
        Source of the generator handed to `draw`.
    """

    draw: Callable[[np.random.Generator], Sequences]
    count: int
    seed: Seed = 0

    def __post_init__(self):
        as_function(self.draw, "draw")
        self.count = as_int(self.count, "count")
        self._rng = as_generator(self.seed)

    def __iter__(self) -> Iterator[Sequences]:
        """Yield the batches of one epoch."""
        for _ in range(self.count):
            yield as_instance(
                self.draw(self._rng), "what draw returns", Sequences
            )


@dataclass
class History:
    """What happened while a network was trained."""

    loss: list[float] = field(default_factory=list)  #: of each update
    norm: list[float] = field(default_factory=list)  #: gradient, unclipped
    validation: list[float] = field(default_factory=list)  #: of each epoch
    best_epoch: int | None = None  #: from 1; None if not validated
    sequences: int = 0  #: shown so far, repeats counted
    seconds: float = 0.0  #: taken by all of it
    ended: str = "epochs"  #: or "patience", or "goal"


def fit(
    network: Network,
    batches: Iterable[Sequences],
    optimizer,
    *,
    epochs: int,
    clip: float | None = None,
    schedule: Callable[[int], float] | None = None,
    piece: int | None = None,
    carry: bool = True,
    validate: Callable[[Network], float] | Sequences | None = None,
    patience: int | None = None,
    goal: float | None = None,
    progress: bool | None = None,
) -> History:
    """Train a network.

    Parameters
    ----------
    network : Network
        Learns in place.
    batches : iterable of Sequences
        Run through once an epoch: a list of batches, :class:`Minibatches`
        or :class:`Fresh`.
    optimizer : SGD or Adam
        Made with ``network.parameters``.
    epochs : int
        Greatest number of runs through `batches`.
    clip : float, optional
        Greatest gradient norm.
    schedule : callable, optional
        Learning rate as a function of the update, from 0.
    piece : int, optional
        Steps after which backpropagation is truncated and an update made;
        the whole sequence if left out.
    carry : bool, optional
        Whether a piece starts from the state that the one before it ended
        in, or from zero. Sequences always start from zero.
    validate : callable or Sequences, optional
        Takes the network and returns a score, the lower the better, after
        every epoch; or data whose mean loss is that score.
    patience : int, optional
        Epochs without a better score after which training ends.
    goal : float, optional
        Score at which training ends.
    progress : bool, optional
        Whether to show a bar; left out: after two seconds, in a terminal.

    Returns
    -------
    history : History
        With `validate`, the network holds the parameters of the best epoch.

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit.
    FloatingPointError
        If state, loss or gradient grow beyond all bounds.
    """
    as_like(network, "network", "a Network", _NETWORK)
    as_like(optimizer, "optimizer", "an SGD or Adam", _OPTIMIZER)
    epochs = as_int(epochs, "epochs")
    if not isinstance(batches, Iterable) or isinstance(batches, str):
        raise TypeError(
            f"batches must be a list of batches, found {describe(batches)}"
        )
    if iter(batches) is batches:
        raise TypeError(
            "batches must be iterable once an epoch, such as a list; found "
            f"{describe(batches)}, which can be run through only once"
        )
    carry = as_flag(carry, "carry")
    if progress is not None:
        progress = as_flag(progress, "progress")
    if schedule is not None:
        schedule = as_function(schedule, "schedule")
    if clip is not None:
        clip = as_float(clip, "clip", low=0.0, open_low=True)
    if piece is not None:
        piece = as_int(piece, "piece")
    if validate is None and (patience is not None or goal is not None):
        raise ValueError("validate must be given for patience or goal")
    patience = epochs if patience is None else as_int(patience, "patience")
    if goal is not None:
        goal = as_float(goal, "goal")
    if isinstance(validate, Sequences):
        held_out = validate
        validate = lambda network: network.score(held_out)  # noqa: E731
    elif validate is not None and not callable(validate):
        raise TypeError(
            "validate must be a function or Sequences, "
            f"found {describe(validate)}"
        )

    history, best = History(), {}
    start = time.perf_counter()
    # Unless asked for, a bar shows in a terminal only: in a notebook it would
    # come and go with the speed of the machine.
    show = tqdm if progress is None else tqdm_anywhere
    hidden = None if progress is None else not progress
    bar = show(range(1, epochs + 1), "epochs", delay=2, disable=hidden)
    for epoch in bar:
        for batch in batches:
            as_instance(batch, "every one of batches", Sequences)
            state = None
            history.sequences += len(batch)
            for part in _pieces(batch, piece):
                state = state if carry else None
                update = len(history.loss)
                with _advice(f"update {update + 1}"):
                    if not part.mask.any():  # only to read
                        state = network.run(part.x, state)[1].last_state
                        continue
                    loss, gradients, state = network.gradients(part, state)
                    norm = gradient_norm(gradients)
                    if not np.isfinite(loss + norm):
                        raise FloatingPointError(
                            f"loss {loss:g}, gradient norm {norm:g}"
                        )
                if clip is not None:
                    gradients, _ = clip_by_norm(gradients, clip)
                if schedule is not None:
                    optimizer.learning_rate = as_float(
                        schedule(update), "what schedule returns", low=0.0
                    )
                optimizer.step(gradients)
                history.loss.append(loss)
                history.norm.append(norm)
        if history.sequences == 0:
            raise ValueError("batches must hold at least one, found none")
        if validate is None:
            continue
        with _advice(f"after epoch {epoch}"):
            score = float(validate(network))
        history.validation.append(score)
        if score < min(history.validation[:-1], default=np.inf):
            history.best_epoch = epoch
            best = {k: w.copy() for k, w in network.parameters.items()}
        if goal is not None and score <= goal:
            history.ended = "goal"
            break
        if epoch - (history.best_epoch or 0) >= patience:
            history.ended = "patience"
            break
    bar.close()
    for name, value in best.items():
        network.parameters[name][...] = value
    history.seconds = time.perf_counter() - start
    return history


_NETWORK = ("parameters", "layer", "run", "gradients", "score")
_OPTIMIZER = ("parameters", "learning_rate", "step")


@contextmanager
def _advice(where: str) -> Iterator[None]:
    """Say where numbers grew beyond all bounds, and what helps."""
    try:
        yield
    except FloatingPointError as error:
        raise FloatingPointError(
            f"{where}: {error}; clip the gradient or lower the learning rate"
        ) from error


def _bounded(array: np.ndarray, what: str) -> np.ndarray:
    """Return an array that the network computed, if it is finite."""
    if not np.isfinite(array).all():
        raise FloatingPointError(f"{what} grew beyond all bounds")
    return array


def _as_targets(data: Sequences) -> np.ndarray:
    """Return the mask of data in which a step counts."""
    mask = as_instance(data, "data", Sequences).mask
    if not mask.any():
        raise ValueError(
            "data must have a mask that is True somewhere, found it all False"
        )
    return mask


def _pieces(batch: Sequences, size: int | None) -> Iterator[Sequences]:
    """Cut a batch along time; the sequences stay side by side."""
    T = len(batch.x)
    if size is None or size >= T:
        yield batch
        return
    for start in range(0, T, size):
        now = slice(start, start + size)
        yield Sequences(batch.x[now], batch.y[now], batch.mask[now])
