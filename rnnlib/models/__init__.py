"""Models: what is not a network.

=============  ===========================================================
lags           a series beside its own past; autocorrelation
ar             autoregression, and the choice of its order
direct_ar      one regression for each horizon
threshold_ar   one autoregression for low times, another for high ones
memory_neuron  a linear neuron that sees its own last output
ngrams         counting letters, with Kneser-Ney smoothing
=============  ===========================================================
"""

from rnnlib.doors import door

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "lags": ["lag_matrix", "autocorrelation"],
        "ar": ["AR", "fit_ar", "ar_from", "regress_on_lags", "choose_order"],
        "direct_ar": ["DirectAR", "fit_direct_ar"],
        "threshold_ar": [
            "ThresholdAR",
            "fit_threshold_ar",
            "choose_threshold_ar",
        ],
        "memory_neuron": [
            "MemoryNeuron",
            "fit_least_squares",
            "fit_gradient",
            "learn_online",
        ],
        "ngrams": ["NGram"],
    },
)
