"""Exercises of the chapter on scaling up."""

from __future__ import annotations

import numpy as np

from rnnlib.book.exercises.spec import Exercise

_YEAR = 365 * 24 * 3600.0


def _share(count, rank, processes):
    return count * rank // processes, count * (rank + 1) // processes


def _ring(processes, size, latency, per_byte):
    return 2 * (processes - 1) * (latency + per_byte * size / processes)


def _interval(seconds, machines, years):
    return np.sqrt(2 * seconds * years * _YEAR / machines)


EXERCISES = {
    "scaling-share": Exercise(
        arguments=("count", "rank", "processes"),
        cases=[(12, 0, 4), (10, 0, 4), (10, 1, 4), (10, 3, 4), (7, 2, 3)],
        truth=_share,
        slips={
            "the last sequences are nobody's: 10 sequences among 4 "
            "processes are not 4 times 2.": lambda count, rank, processes: (
                rank * (count // processes),
                (rank + 1) * (count // processes),
            ),
            "the last process has all that is left over, and the others wait "
            "for it; shares should differ by one at most.": (
                lambda count, rank, processes: (
                    rank * (count // processes),
                    count
                    if rank == processes - 1
                    else (rank + 1) * (count // processes),
                )
            ),
            "you return a sequence too few: the second number is the first "
            "that is no longer this process's, as in a slice.": (
                lambda count, rank, processes: (
                    _share(count, rank, processes)[0],
                    _share(count, rank, processes)[1] - 1,
                )
            ),
            "you return how many there are; return where they begin and "
            "end.": lambda count, rank, processes: (
                _share(count, rank, processes)[0],
                _share(count, rank, processes)[1]
                - _share(count, rank, processes)[0],
            ),
        },
        lesson="Every sequence is someone's, and no share is larger than "
        "another by more than one.",
    ),
    "scaling-mean": Exercise(
        arguments=("losses", "counts"),
        cases=[
            (np.array([2.0, 4.0]), np.array([30, 10])),
            (np.array([1.5, 1.0, 3.0]), np.array([5, 5, 40])),
        ],
        truth=lambda losses, counts: (losses * counts).sum() / counts.sum(),
        slips={
            "this is the mean of means: a target in a small share weighs "
            "more than one in a large share.": lambda losses, counts: (
                losses.mean()
            ),
            "this is the sum over all targets; divide by their number.": (
                lambda losses, counts: (losses * counts).sum()
            ),
            "the losses are means already: multiply each by its count before "
            "you add.": lambda losses, counts: losses.sum() / counts.sum(),
        },
        lesson="Add sums up and divide once: that is why processes send sums.",
    ),
    "scaling-combine": Exercise(
        arguments=("a_1", "b_1", "a_2", "b_2"),
        cases=[(0.9, 2.0, 0.5, 1.0), (0.1, -1.0, 0.8, 3.0)],
        truth=lambda a_1, b_1, a_2, b_2: (a_2 * a_1, a_2 * b_1 + b_2),
        slips={
            "the wrong way round: part 1 comes first, so that what it ends "
            "with goes through part 2.": lambda a_1, b_1, a_2, b_2: (
                a_1 * a_2,
                a_1 * b_2 + b_1,
            ),
            "what part 1 ends with is not carried through part 2: it is "
            "multiplied by a_2.": lambda a_1, b_1, a_2, b_2: (
                a_1 * a_2,
                b_1 + b_2,
            ),
            "the factors multiply: put the first line into the second.": (
                lambda a_1, b_1, a_2, b_2: (a_1 + a_2, a_2 * b_1 + b_2)
            ),
        },
        lesson="Two parts make one of the same form: that is all that a scan "
        "needs.",
    ),
    "scaling-ring": Exercise(
        arguments=("processes", "size", "latency", "per_byte"),
        cases=[
            (2, 1e6, 1e-4, 1e-9),
            (4, 1e6, 1e-4, 1e-9),
            (9, 10, 1e-3, 1e-8),
        ],
        truth=_ring,
        slips={
            "this is one way round: the parts go round a second time, to "
            "hand the sums out.": lambda processes, size, latency, per_byte: (
                _ring(processes, size, latency, per_byte) / 2
            ),
            "you send the whole message at every step; it is cut into as "
            "many parts as there are processes.": (
                lambda processes, size, latency, per_byte: (
                    2 * (processes - 1) * (latency + per_byte * size)
                )
            ),
            "one step too many each way: after processes - 1 steps a part "
            "has been everywhere.": (
                lambda processes, size, latency, per_byte: (
                    2 * processes * (latency + per_byte * size / processes)
                )
            ),
            "every step waits for the latency, not the first alone.": (
                lambda processes, size, latency, per_byte: (
                    latency + 2 * (processes - 1) * per_byte * size / processes
                )
            ),
        },
        lesson="The bytes hardly depend on the number of processes; the "
        "latency grows with it.",
    ),
    "scaling-interval": Exercise(
        arguments=("seconds", "machines", "years"),
        cases=[(60.0, 1000, 3.0), (5.0, 10, 1.0)],
        truth=_interval,
        slips={
            "the machines fail one after the other: with a thousand of them "
            "a failure comes a thousand times as often.": (
                lambda seconds, machines, years: np.sqrt(
                    2 * seconds * years * _YEAR
                )
            ),
            "set the derivative to zero: the loss of half an interval at "
            "each failure brings a factor of 2 under the root.": (
                lambda seconds, machines, years: (
                    _interval(seconds, machines, years) / np.sqrt(2)
                )
            ),
            "take the root: the interval lies between the seconds of a "
            "checkpoint and those between failures.": (
                lambda seconds, machines, years: (
                    _interval(seconds, machines, years) ** 2
                )
            ),
            "the answer is wanted in seconds: a year has 365 times 24 times "
            "3,600.": lambda seconds, machines, years: np.sqrt(
                2 * seconds * years / machines
            ),
        },
        lesson="A hundred times the machines: save ten times as often.",
    ),
}
