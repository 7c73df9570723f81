"""Layers: recurrent networks in NumPy, forward and backward.

=================  =======================================================
elman              the simple network; the one to copy from
lstm, fast_lstm    the LSTM as it is derived, and the same, sooner
gru                the gated recurrent unit
scan               h_t = a_t h_{t-1} + b_t, step by step or in rounds
lru                complex factors that are the same at every step
input_gated        gates that see the input and never the state
reflections        a state that is mirrored as the input says
stack              layers on top of one another
embedding          a table of learned rows in front of a layer
attention, lookup  causal attention as a layer, and the looking up itself
encoder_decoder    a layer that reads, then writes, with attention or without
matrix_state       a matrix as the state: sum rule and delta rule
heads              from states to outputs, linear or bent
losses             squared error, cross-entropy, bit entropy; softmax
contract           what every layer promises
activations        tanh, ReLU, sigmoid, identity, and their slopes
starting_weights   how weights start
torch_weights      parameters to and from `torch.nn`
=================  =======================================================
"""

from rnnlib.doors import door

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "elman": ["Elman"],
        "lstm": ["LSTM"],
        "fast_lstm": ["FastLSTM"],
        "gru": ["GRU"],
        "scan": ["linear_scan", "linear_scan_back"],
        "lru": ["LRU"],
        "input_gated": ["InputGated"],
        "reflections": ["Reflections"],
        "stack": ["Stack"],
        "embedding": ["Embedding"],
        "attention": ["Attention"],
        "lookup": ["look_up", "look_up_backward"],
        "encoder_decoder": ["EncoderDecoder"],
        "matrix_state": ["MatrixState"],
        "heads": ["LinearHead", "BentHead"],
        "losses": ["squared_error", "cross_entropy", "bit_entropy", "softmax"],
    },
)
