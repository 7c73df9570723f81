"""torchrun, started from Python: by chapters, benchmarks and tests.

All processes are on this machine and meet on the loopback address, at a port
that is free.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

from rnnlib.checks import as_int

# What a caller's own torchrun or notebook leaves for its processes.
NOT_HANDED_ON = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE")


def start(
    processes: int,
    arguments: Sequence[object],
    *,
    module: str = "rnnlib.scale",
    restarts: int = 0,
    threads: int = 1,
) -> subprocess.Popen:
    """Start a program as one process, or as several under torchrun.

    Parameters
    ----------
    processes : int
    arguments : sequence
        Of the program.
    module : str, optional
        The program; or the path of a script, ending in ``.py``.
    restarts : int, optional
        How often torchrun starts all anew when one has died.
    threads : int, optional
        Of each process.

    Returns
    -------
    Popen
        Its output and errors are pipes of text.
    """
    program = [module] if module.endswith(".py") else ["-m", module]
    command = [sys.executable]
    if as_int(processes, "processes") > 1 or restarts:
        command += [
            *("-m", "torch.distributed.run", "--standalone"),
            *("--local-addr", "127.0.0.1", "--max-restarts", restarts),
            *("--nproc-per-node", processes),
        ]
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in NOT_HANDED_ON
    }
    environment |= {
        "OMP_NUM_THREADS": str(threads),
        "TORCH_CPP_LOG_LEVEL": "ERROR",
        "USE_LIBUV": "0" if sys.platform == "win32" else "1",
    }
    return subprocess.Popen(
        list(map(str, [*command, *program, *arguments])),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )


def run(
    processes: int, arguments: Sequence[object], *, seconds: float, **options
) -> str:
    """Start a program, wait for its end, and return what it printed.

    Parameters
    ----------
    processes : int
    arguments : sequence
        As in :func:`start`, and so are the `options`.
    seconds : float
        How long it may take.

    Raises
    ------
    RuntimeError
        If it ends with an error; the message holds what it said.
    TimeoutExpired
        If it takes longer; it is ended.
    """
    started = start(processes, arguments, **options)
    try:
        printed, said = started.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        started.terminate()  # torchrun ends its processes in turn
        started.communicate(timeout=30)
        raise
    if started.returncode:
        raise RuntimeError(f"exit status {started.returncode}\n{said}")
    return printed
