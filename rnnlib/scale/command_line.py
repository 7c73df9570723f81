r"""Arguments in, errors out: one line each, on every process.

::

    python -m rnnlib.scale text FILE --folder FOLDER
    python -m rnnlib.scale task adding --length 1000 --folder FOLDER
    torchrun --standalone --nproc-per-node 4 -m rnnlib.scale text FILE ...

On several machines, say on each of them, with the address of one::

    torchrun --nnodes 2 --nproc-per-node 8 --rdzv-backend c10d \
        --rdzv-endpoint ADDRESS:29500 --max-restarts 3 \
        -m rnnlib.scale text FILE --folder FOLDER

FOLDER then has to be one that all machines see. The same command goes on
where a run stopped, with as many processes as you like.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import torch.distributed as dist

from rnnlib.scale.loop import train
from rnnlib.scale.processes import joined
from rnnlib.scale.settings import TASKS, Settings

BAD_INPUT, GAVE_UP = 2, 1  # exit status


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the command line, if left out.

    Returns
    -------
    status : int
        0 if the run has ended, 2 for what the caller can mend, 1 if another
        process was lost.
    """
    told = vars(parser().parse_args(arguments))
    told.pop("work")
    try:
        with joined(
            told["device"], told["join_within"], told["answer_within"]
        ) as among:
            settings = among.together(lambda: Settings(**told))
            train(settings, among)
    except (OSError, TypeError, ValueError, FloatingPointError) as error:
        return _say(f"error: {error}", BAD_INPUT)
    except dist.DistNetworkError as error:
        where = f"{os.environ['MASTER_ADDR']}:{os.environ['MASTER_PORT']}"
        said = str(error).splitlines()[0]
        return _say(f"error: nobody to be met at {where}: {said}", BAD_INPUT)
    except RuntimeError as error:
        if "WORLD_SIZE" not in os.environ:
            raise
        said = str(error).splitlines()[0]
        return _say(f"error: another process was lost: {said}", GAVE_UP)
    return 0


def _say(message: str, status: int) -> int:
    """Print a line to the error stream; return the exit status."""
    rank, size = (os.environ.get(n) for n in ("RANK", "WORLD_SIZE"))
    who = f"[process {rank} of {size}] " if rank else ""
    print(who + message, file=sys.stderr, flush=True)
    return status


def parser() -> argparse.ArgumentParser:
    """Return the parser; every field of `Settings` is an option."""
    about = __doc__.partition("\n")[2]
    made = argparse.ArgumentParser(
        "python -m rnnlib.scale",
        description=about.replace("\n::\n", "").replace("::\n", ":\n"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    kinds = made.add_subparsers(dest="work", required=True)
    text = kinds.add_parser("text", help="a character model of a text")
    text.add_argument("text", type=Path, help="a file of UTF-8, of any size")
    task = kinds.add_parser("task", help="a task with a long lag")
    task.add_argument("task", choices=TASKS)
    for each in (text, task):
        each.add_argument(
            "--folder", type=Path, required=True, help="of the run"
        )
        _add_options(each)
    return made


def _add_options(made: argparse.ArgumentParser) -> None:
    for field in fields(Settings):
        if not field.metadata:
            continue
        more = {
            k: field.metadata[k] for k in ("choices",) if k in field.metadata
        }
        made.add_argument(
            f"--{field.name.replace('_', '-')}",
            type=field.metadata.get("kind", str),
            default=field.default,
            help=f"{field.metadata['help']} (default: {field.default})",
            **more,
        )
