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
L. Prechelt, "Early stopping - but when?", 1998.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from tqdm.auto import tqdm

from rnnlib.heads import LinearHead
from rnnlib.optimizers import clip_by_norm, gradient_norm
from rnnlib.recurrent import Seed, as_generator
from rnnlib.validation import as_float, as_int, describe
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
    """

    def __init__(self, layer, head: LinearHead, loss: Loss):
        if layer.hidden_size != head.hidden_size:
            raise ValueError(
                f"head must take states of size {layer.hidden_size}, "
                f"found {head.hidden_size}"
            )
        self.layer, self.head, self.loss = layer, head, loss

    @property
    def parameters(self) -> dict[str, np.ndarray]:
        """The arrays of layer and head, by name; not copies."""
        return {**self.layer.parameters, **self.head.parameters}

    def predict(self, x, h0=None) -> np.ndarray:
        """Return the outputs (T, B, O) for inputs (T, B, D)."""
        return self.head.forward(self.layer.forward(x, h0)[0])[0]

    def score(self, data: Sequences) -> float:
        """Return the mean loss over all steps that count."""
        h, _ = self.layer.forward(data.x)
        y_hat, _ = self.head.forward(h[data.mask])
        return self.loss(y_hat, data.y[data.mask])[0]

    def gradients(
        self, data: Sequences, h0=None
    ) -> tuple[float, dict[str, np.ndarray], object]:
        """Return loss, its gradients by parameter, and the last state.

        Only the steps that count pass through the head: (M, H) states in,
        (M, O) outputs out. Whatever stands in the padding meets no loss.
        """
        mask = data.mask
        h, cache = self.layer.forward(data.x, h0)  # (T, B, H)
        y_hat, head_cache = self.head.forward(h[mask])  # (M, O)
        loss, dy = self.loss(y_hat, data.y[mask])
        head_gradients = self.head.backward(dy, head_cache)
        dh = np.zeros_like(h)
        dh[mask] = head_gradients["h"]
        every = head_gradients | self.layer.backward(dh, cache)
        wanted = {name: every[name] for name in self.parameters}
        return loss, wanted, cache.last_state


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
        self.count = as_int(self.count, "count")
        self._rng = as_generator(self.seed)

    def __iter__(self) -> Iterator[Sequences]:
        """Yield the batches of one epoch."""
        for _ in range(self.count):
            yield self.draw(self._rng)


@dataclass
class History:
    """What happened while a network was trained."""

    loss: list[float] = field(default_factory=list)  # of each update
    norm: list[float] = field(default_factory=list)  # gradient, unclipped
    validation: list[float] = field(default_factory=list)  # of each epoch
    best_epoch: int | None = None  # counted from 1; None: not validated
    sequences: int = 0  # shown so far, repeats counted
    seconds: float = 0.0
    ended: str = "epochs"  # or "patience", or "goal"


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
        If loss or gradient grow beyond all bounds.
    """
    epochs = as_int(epochs, "epochs")
    if iter(batches) is batches:
        raise TypeError(
            "batches must be iterable once an epoch, such as a list; found "
            f"{describe(batches)}, which can be run through only once"
        )
    if clip is not None:
        clip = as_float(clip, "clip", low=0.0, open_low=True)
    if piece is not None:
        piece = as_int(piece, "piece")
    if validate is None and (patience is not None or goal is not None):
        raise ValueError("validate must be given for patience or goal")
    patience = epochs if patience is None else as_int(patience, "patience")
    if isinstance(validate, Sequences):
        held_out = validate
        validate = lambda network: network.score(held_out)  # noqa: E731

    history, best = History(), {}
    start = time.perf_counter()
    hidden = None if progress is None else not progress
    bar = tqdm(range(1, epochs + 1), "epochs", delay=2, disable=hidden)
    for epoch in bar:
        for batch in batches:
            state = None
            history.sequences += len(batch)
            for part in _pieces(batch, piece):
                state = state if carry else None
                if not part.mask.any():  # nothing to learn, only to read
                    state = network.layer.forward(part.x, state)[1].last_state
                    continue
                loss, gradients, state = network.gradients(part, state)
                norm = gradient_norm(gradients)
                if not np.isfinite(loss + norm):
                    raise FloatingPointError(
                        f"update {len(history.loss) + 1}: loss {loss:g}, "
                        f"gradient norm {norm:g}; clip the gradient or lower "
                        "the learning rate"
                    )
                if clip is not None:
                    gradients, _ = clip_by_norm(gradients, clip)
                if schedule is not None:
                    optimizer.learning_rate = schedule(len(history.loss))
                optimizer.step(gradients)
                history.loss.append(loss)
                history.norm.append(norm)
        if validate is None:
            continue
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


def _pieces(batch: Sequences, size: int | None) -> Iterator[Sequences]:
    """Cut a batch along time; the sequences stay side by side."""
    T = len(batch.x)
    if size is None or size >= T:
        yield batch
        return
    for start in range(0, T, size):
        now = slice(start, start + size)
        yield Sequences(batch.x[now], batch.y[now], batch.mask[now])
