"""The training loop: epochs, updates, and an early stop.

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

import math
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from tqdm import tqdm
from tqdm.auto import tqdm as tqdm_anywhere

from rnnlib.checks import (
    as_flag,
    as_float,
    as_instance,
    as_int,
    as_like,
    describe,
)
from rnnlib.sequences.padded import Sequences
from rnnlib.training.network import Network
from rnnlib.training.optimizers import (
    Optimizer,
    clip_by_norm,
    gradient_norm,
)

Score = Callable[[Network], float]


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
    optimizer: Optimizer,
    *,
    epochs: int,
    clip: float | None = None,
    piece: int | None = None,
    carry: bool = True,
    validate: Score | Sequences | None = None,
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
        Run through once an epoch: a list of batches, or
        :mod:`rnnlib.training.batches`.
    optimizer : SGD or Adam
        Made with ``network.parameters``, or some of them; it owns the
        learning rate.
    epochs : int
        Greatest number of runs through `batches`.
    clip : float, optional
        Greatest gradient norm.
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
        If an argument does not fit, the optimizer's parameters are not the
        network's among it.
    FloatingPointError
        If state, loss or gradient grow beyond all bounds.
    """
    _check(network, batches, optimizer)
    epochs, carry = as_int(epochs, "epochs"), as_flag(carry, "carry")
    if clip is not None:
        clip = as_float(clip, "clip", low=0.0, open_low=True)
    if piece is not None:
        piece = as_int(piece, "piece")
    stop = EarlyStop(validate, patience, goal)
    history, start = History(), time.perf_counter()
    for epoch in _bar(epochs, progress):
        for batch in batches:
            state = None
            for part in _pieces(batch, piece):
                state = state if carry else None
                state = _update(network, part, state, optimizer, clip, history)
            history.sequences += len(batch)
        if history.sequences == 0:
            raise ValueError("batches must hold at least one, found none")
        if stop.after(epoch, network, history):
            break
    stop.give_back(network)
    history.seconds = time.perf_counter() - start
    return history


def _update(
    network: Network,
    data: Sequences,
    state: object,
    optimizer: Optimizer,
    clip: float | None,
    history: History,
) -> object:
    """Learn from one piece, and return the state that it ends in."""
    with _advice(f"update {len(history.loss) + 1}"):
        if not data.mask.any():  # only to read
            return network.run(data.x, state)[1].last_state
        loss, gradients, state = network.gradients(data, state)
        norm = gradient_norm(gradients)
        if not np.isfinite(loss + norm):
            raise FloatingPointError(f"loss {loss:g}, gradient norm {norm:g}")
    if clip is not None:
        gradients, _ = clip_by_norm(gradients, clip)
    optimizer.step(gradients)
    history.loss.append(loss)
    history.norm.append(norm)
    return state


class EarlyStop:
    """Keep the best parameters, and say when to end; see :func:`fit`.

    Parameters
    ----------
    validate : callable or Sequences, optional
    patience : int, optional
    goal : float, optional

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit, or there is nothing to validate with.
    """

    def __init__(
        self,
        validate: Score | Sequences | None = None,
        patience: int | None = None,
        goal: float | None = None,
    ):
        if validate is None and (patience is not None or goal is not None):
            raise ValueError("validate must be given for patience or goal")
        if not (
            validate is None
            or isinstance(validate, Sequences)
            or callable(validate)
        ):
            raise TypeError(
                "validate must be a function or Sequences, "
                f"found {describe(validate)}"
            )
        self.validate, self.best = validate, {}
        self.patience, self.goal = math.inf, -math.inf
        if patience is not None:
            self.patience = as_int(patience, "patience")
        if goal is not None:
            self.goal = as_float(goal, "goal")

    def after(self, epoch: int, network: Network, history: History) -> bool:
        """Score the network after an epoch; return whether to end."""
        if self.validate is None:
            return False
        held_out = isinstance(self.validate, Sequences)
        with _advice(f"after epoch {epoch}"):
            score = float(
                network.score(self.validate)
                if held_out
                else self.validate(network)
            )
        if score < min(history.validation, default=math.inf):
            history.best_epoch = epoch
            self.best = {k: w.copy() for k, w in network.parameters.items()}
        history.validation.append(score)
        if score <= self.goal:
            history.ended = "goal"
        elif epoch - (history.best_epoch or 0) >= self.patience:
            history.ended = "patience"
        return history.ended != "epochs"

    def give_back(self, network: Network) -> None:
        """Put the best parameters, if there are any, into the network."""
        for name, value in self.best.items():
            network.parameters[name][...] = value


def _check(network: object, batches: object, optimizer: object) -> None:
    """Refuse what cannot be trained together."""
    network = as_like(
        network,
        "network",
        "a Network",
        ("parameters", "layer", "run", "gradients", "score"),
    )
    optimizer = as_like(
        optimizer, "optimizer", "an SGD or Adam", ("parameters", "step")
    )
    own = network.parameters
    for name, array in optimizer.parameters.items():
        if own.get(name) is not array:
            raise ValueError(
                "optimizer must be made with this network's parameters, "
                f"found another {name!r}"
            )
    if not isinstance(batches, Iterable) or isinstance(batches, str):
        raise TypeError(
            f"batches must be a list of batches, found {describe(batches)}"
        )
    if iter(batches) is batches:
        raise TypeError(
            "batches must be iterable once an epoch, such as a list; found "
            f"{describe(batches)}, which can be run through only once"
        )


def _bar(epochs: int, progress: bool | None) -> Iterable[int]:
    """Return the epochs from 1 on, behind a bar.

    Unless asked for, it shows in a terminal only: in a notebook it would
    come and go with the speed of the machine.
    """
    every = range(1, epochs + 1)
    if progress is None:
        return tqdm(every, "epochs", delay=2, disable=None)
    hidden = not as_flag(progress, "progress")
    return tqdm_anywhere(every, "epochs", delay=2, disable=hidden)


def _pieces(batch: Sequences, size: int | None) -> Iterator[Sequences]:
    """Cut a batch along time; the sequences stay side by side."""
    T = len(as_instance(batch, "every one of batches", Sequences).x)
    if size is None or size >= T:
        yield batch
        return
    for start in range(0, T, size):
        now = slice(start, start + size)
        yield Sequences(batch.x[now], batch.y[now], batch.mask[now])


@contextmanager
def _advice(where: str) -> Iterator[None]:
    """Say where numbers grew beyond all bounds, and what helps."""
    try:
        yield
    except FloatingPointError as error:
        raise FloatingPointError(
            f"{where}: {error}; clip the gradient or lower the learning rate"
        ) from error
