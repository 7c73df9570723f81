"""Training: from batches to a network that has learned.

=============  ===========================================================
loop           `fit`: epochs, updates, early stop
network        layer, head and loss together
batches        the same sequences in a new order, or new ones each time
optimizers     SGD, Adam, and clipping
schedules      learning rates that change with the update
gradients      is a gradient right? central differences
memory_span    how far back a network remembers
=============  ===========================================================
"""

from rnnlib.doors import door

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "loop": ["fit", "History"],
        "network": ["Network"],
        "batches": ["Minibatches", "Fresh"],
        "optimizers": ["SGD", "Adam", "clip_by_norm", "gradient_norm"],
        "schedules": ["one_cycle"],
        "gradients": [
            "numerical_gradient",
            "relative_error",
            "gradient_check",
        ],
        "memory_span": [
            "spectral_radius",
            "gradient_by_lag",
            "fading_lag",
            "input_influence",
            "memory_horizon",
            "success_interval",
        ],
    },
)
