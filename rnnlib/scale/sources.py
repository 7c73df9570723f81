"""What a run learns from, and what chance hides from it."""

from __future__ import annotations

import numpy as np

from rnnlib.scale.fresh_tasks import FreshTask
from rnnlib.scale.processes import Processes
from rnnlib.scale.settings import Settings
from rnnlib.scale.texts import Text, check_utf8


def open_source(told: Settings, among: Processes) -> Text | FreshTask:
    """Open what is learned from, and check this process's share of it.

    Parameters
    ----------
    told : Settings
    among : Processes

    Raises
    ------
    OSError, ValueError
        If a text does not do, or there is too little for so many processes.
    """
    what, count = "sequences", told.batch
    if told.share_out == "time":
        what, count = "steps", told.steps if told.text else told.length
    if count < among.size:
        raise ValueError(
            f"there must be at least one of the {what} for each process, "
            f"found {count} {what} and {among.size} processes"
        )
    if told.task:
        return FreshTask(told.task, told.batch, told.length, told.seed)
    found = Text(told.text, told.batch, told.steps, told.validation)
    check_utf8(told.text, among.rank, among.size)
    return found


def left_by_dropout(
    told: Settings, update: int, which: range, steps: int
) -> np.ndarray:
    """Draw what dropout leaves, for each sequence by itself.

    Parameters
    ----------
    told : Settings
    update : int
    which : range
        Sequences of the batch.
    steps : int
        Steps T of each.

    Returns
    -------
    kept : ndarray, shape (T, B, H)
        Zero where a unit is hidden from the head.
    """
    drawn = [
        np.random.default_rng((told.seed, 2, update, k)).random(
            (steps, told.hidden)
        )
        for k in which
    ]
    kept = np.stack(drawn, axis=1) >= told.dropout
    return kept / (1 - told.dropout)
