"""rnnlib: the companion package of *From one lag to a thousand*.

Its rooms are folders, and what a reader needs most is at the front door::

    from rnnlib import LSTM, datasets, tasks

Every other name is in the room where one looks for it, such as
``from rnnlib.training import fit``.
"""

from rnnlib.doors import door

__version__ = "0.1.0"

# In the order of the course.
__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "book.plots": [],
        "book.drawings": [],
        "book.sliders": ["explore"],
        "book.predictions.asking": ["predict"],
        "book.predictions.recalling": ["recall"],
        "book.exercises": [],
        "book.claims": [],
        "book.claims_table": [],
        "book.long_runs": [],
        "sequences.datasets": [],
        "models": [],
        "forecasting": [],
        "models.memory_neuron": ["MemoryNeuron"],
        "sequences.tasks": [],
        "layers": [],
        "layers.elman": ["Elman"],
        "layers.heads": ["LinearHead"],
        "sequences": [],
        "sequences.padded": ["Sequences"],
        "training": [],
        "training.optimizers": ["Adam", "SGD"],
        "training.network": ["Network"],
        "training.loop": ["fit"],
        "layers.lstm": ["LSTM"],
        "layers.fast_lstm": ["FastLSTM"],
        "layers.gru": ["GRU"],
        "layers.embedding": ["Embedding"],
        "models.ngrams": ["NGram"],
    },
)
