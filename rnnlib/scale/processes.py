"""Who takes part in a run, and what they tell each other.

A process is one of those that ``torchrun`` starts, here and on other
machines; alone, it is one of one and talks to nobody. Between processors they
talk through gloo, between GPUs through NCCL.

Whatever can fail on one process alone is told to all, so that all end with
the same message and none waits for one that has gone.
"""

from __future__ import annotations

import os
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
import torch.distributed as dist
from torch import Tensor

LOOPBACK = {"linux": "lo", "darwin": "lo0"}
NOBODY_CAME = 3  # exit status
LOOK_AGAIN = 0.02  # seconds


@dataclass
class Processes:
    """One process, and those beside it.

    Attributes
    ----------
    rank, size : int
        Number of this process, and of all.
    device : torch.device
        Where it computes.
    """

    rank: int = 0
    size: int = 1
    device: torch.device = torch.device("cpu")  # noqa: RUF009

    def share(self, count: int) -> range:
        """Return which of `count` things in a row are this process's."""
        return range(
            count * self.rank // self.size,
            count * (self.rank + 1) // self.size,
        )

    def add_up(self, tensor: Tensor) -> Tensor:
        """Add a tensor up over all processes, in place, in one order."""
        if self.size > 1:
            dist.all_reduce(tensor)
        return tensor

    def gather(self, tensor: Tensor) -> list[Tensor]:
        """Return the tensors, of one shape, of all processes."""
        if self.size == 1:
            return [tensor]
        found = [torch.empty_like(tensor) for _ in range(self.size)]
        dist.all_gather(found, tensor.contiguous())
        return found

    def hand_out(self, data: bytes | None) -> bytes | None:
        """Return on every process what process 0 holds."""
        if self.size == 1:
            return data
        length = torch.tensor([-1 if data is None else len(data)])
        dist.broadcast(length, 0)
        if length < 0:
            return None
        buffer = torch.empty(int(length), dtype=torch.uint8)
        if data is not None:
            buffer = torch.frombuffer(bytearray(data), dtype=torch.uint8)
        dist.broadcast(buffer, 0)
        return buffer.numpy().tobytes()

    def together(self, act: Callable[[], object], only: int = -1) -> object:
        """Do something that may fail, and fail on all processes or on none.

        Parameters
        ----------
        act : callable
        only : int, optional
            The one process that does it; all, if left out.

        Raises
        ------
        OSError, TypeError, ValueError
            The first process's error, on all of them.
        """
        result, error = None, None
        if only in (-1, self.rank):
            try:
                result = act()
            except (OSError, TypeError, ValueError) as caught:
                error = caught
        if self.size == 1:
            if error:
                raise error
            return result
        told: list[tuple | None] = [None] * self.size
        kind = next(
            (k for k in KINDS if isinstance(error, KINDS[k])), "ValueError"
        )
        dist.all_gather_object(told, error and (kind, str(error)))
        for problem in filter(None, told):
            raise KINDS[problem[0]](problem[1]) from error
        return result


KINDS = {"OSError": OSError, "TypeError": TypeError, "ValueError": ValueError}


@contextmanager
def joined(
    device: str, join_within: float, answer_within: float
) -> Iterator[Processes]:
    """Meet the other processes, if there are any, and part from them.

    Parameters
    ----------
    device : {"auto", "cpu", "cuda"}
    join_within, answer_within : float
        Seconds to wait for the others at the start, and later on.

    Raises
    ------
    ValueError
        If there is no GPU where one is asked for.
    """
    size = int(os.environ.get("WORLD_SIZE", "1"))
    rank = int(os.environ.get("RANK", "0"))
    where = _device(device)
    if size == 1:
        yield Processes(device=where)
        return
    if os.environ.get("LOCAL_WORLD_SIZE") == str(size):  # all on one machine
        name = LOOPBACK.get(sys.platform)
        if name:
            os.environ.setdefault("GLOO_SOCKET_IFNAME", name)
    backend = "cpu:gloo,cuda:nccl" if where.type == "cuda" else "gloo"
    waits = timedelta(seconds=answer_within)
    with _gives_up(join_within, rank, size):
        store, _, _ = next(dist.rendezvous("env://", timeout=waits))
        dist.init_process_group(
            backend,
            store=dist.PrefixStore(_this_start(store, rank, size), store),
            rank=rank,
            world_size=size,
            timeout=waits,
        )
        dist.barrier()
    try:
        yield Processes(rank, size, where)
    finally:
        dist.destroy_process_group()


def _device(asked: str) -> torch.device:
    """Return where this process computes."""
    if asked == "cpu" or (asked == "auto" and not torch.cuda.is_available()):
        return torch.device("cpu")
    if not torch.cuda.is_available():
        raise ValueError("device must be cpu here, found cuda: no GPU")
    local = int(os.environ.get("LOCAL_RANK", "0"))
    count = torch.cuda.device_count()
    if local >= count:
        raise ValueError(
            f"device must be cpu, or at most {count} processes be started "
            f"on this machine, which has {count} GPUs; found process {local}"
        )
    where = torch.device("cuda", local)
    torch.cuda.set_device(where)
    return where


def _this_start(store: dist.Store, rank: int, size: int) -> str:
    """Agree on a name for this start, under which nothing is stored yet.

    torchrun's store outlives the processes, and still holds the addresses of
    those that were there before a restart. So process 0 makes up a name, and
    each of the others takes it from a note in which it finds itself.
    """
    me = uuid.uuid4().hex
    if rank > 0:
        store.set(f"here/{rank}", me)
        while True:
            note = store.get("note").decode().split()  # waits for the first
            if me in note:
                store.set(f"{note[0]}/{rank}", "read")
                return note[0]
            time.sleep(LOOK_AGAIN)
    others = [f"here/{other}" for other in range(1, size)]
    read = [f"{me}/{other}" for other in range(1, size)]
    while not store.check(read):
        here = [store.get(k).decode() for k in others if store.check([k])]
        store.set("note", " ".join([me, *here]))
        time.sleep(LOOK_AGAIN)
    return me


@contextmanager
def _gives_up(seconds: float, rank: int, size: int) -> Iterator[None]:
    """End this process, with a message, if it waits too long.

    What waits is torch, for a store that may be another program on the same
    port, and it looks at no clock: so a thread does.
    """
    address = ":".join(
        os.environ.get(name, "?") for name in ("MASTER_ADDR", "MASTER_PORT")
    )

    def end() -> None:
        print(
            f"[process {rank} of {size}] error: the {size} processes did not "
            f"meet at {address} within {seconds:g} s: is one missing, or the "
            "port taken by another program?",
            file=sys.stderr,
            flush=True,
        )
        os._exit(NOBODY_CAME)

    clock = threading.Timer(seconds, end)
    clock.daemon = True
    clock.start()
    try:
        yield
    finally:
        clock.cancel()
