"""rnnlib: the companion package of *From one lag to a thousand*.

Small rooms, one for each subject; a chapter imports the piece that it has
just derived. Importing rnnlib loads none of them: a room is opened when it
is asked for, so that ``import rnnlib`` is quick and does not pull in torch.
"""

from __future__ import annotations

from importlib import import_module

__version__ = "0.1.0"

ROOMS = (
    "characters",
    "claims",
    "datasets",
    "diagnostics",
    "drawings",
    "elman",
    "embedding",
    "exercises",
    "explore",
    "forecasting",
    "gru",
    "heads",
    "linear",
    "lstm",
    "memory",
    "network_forecasting",
    "ngrams",
    "optimizers",
    "plots",
    "recurrent",
    "results",
    "tasks",
    "threshold",
    "training",
    "validation",
    "verdicts",
    "windows",
)
# Classes, and the function that trains, which are asked for most.
CLASSES = {
    "Adam": "optimizers",
    "Elman": "elman",
    "Embedding": "embedding",
    "GRU": "gru",
    "LSTM": "lstm",
    "LinearHead": "heads",
    "MemoryNeuron": "memory",
    "NGram": "ngrams",
    "Network": "training",
    "SGD": "optimizers",
    "Sequences": "windows",
    "fit": "training",
}

__all__ = [*CLASSES, *ROOMS]


def __getattr__(name: str) -> object:
    """Open a room, or fetch a class or function from one, at first use."""
    if name in ROOMS:
        return import_module(f"rnnlib.{name}")
    if name in CLASSES:
        return getattr(import_module(f"rnnlib.{CLASSES[name]}"), name)
    raise AttributeError(f"module 'rnnlib' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
