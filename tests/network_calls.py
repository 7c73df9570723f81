"""Good calls of the networks' rooms, for test_bad_input_networks.py."""

from __future__ import annotations

import numpy as np

from rnnlib import (
    characters,
    diagnostics,
    heads,
    recurrent,
    tasks,
    windows,
)
from rnnlib.elman import Elman
from rnnlib.embedding import Embedding
from rnnlib.gru import GRU
from rnnlib.heads import LinearHead, cross_entropy, squared_error
from rnnlib.lstm import LSTM
from rnnlib.network_forecasting import (
    NetworkForecaster,
    network_learner,
    random_pieces,
)
from rnnlib.ngrams import NGram
from rnnlib.optimizers import (
    SGD,
    Adam,
    clip_by_norm,
    gradient_norm,
    one_cycle,
)
from rnnlib.training import Fresh, Minibatches, Network, fit
from rnnlib.windows import Scaler, Sequences

T, B, D, H = 5, 3, 2, 4
X = np.sin(np.arange(float(T * B * D))).reshape(T, B, D)
UPSTREAM = np.cos(np.arange(float(T * B * H))).reshape(T, B, H)
STATE, MASK = UPSTREAM[0], np.ones((T, B), bool)
DATA = Sequences(X, X[..., :1], MASK)
LAYERS = {kind: kind(D, H) for kind in (Elman, LSTM, GRU)}
CACHES = {kind: layer.forward(X)[1] for kind, layer in LAYERS.items()}
HEAD = LinearHead(H, 1)
NETWORK = Network(Elman(D, H), HEAD, squared_error)
SINE = np.sin(np.arange(40.0))
LEARNER = {"kind": "GRU", "hidden_size": 2, "updates": 1}
LEARNER |= {"learning_rate": 0.1, "steps": 9, "warm_up": 2, "size": 3}
FORECASTER = network_learner(**LEARNER)(SINE)
WINDOWS = windows.sliding_windows(np.arange(20.0), 3)
WEIGHTS = {"W": np.ones((2, 2)), "b": np.ones(2)}
GRADIENTS = {"W": np.ones((2, 2)), "b": np.zeros(2)}
OUTPUTS = np.arange(6.0).reshape(3, 2)
LOSS_ARGUMENTS = {
    "y_hat": OUTPUTS,
    "y": OUTPUTS / 6,
    "mask": np.array([True, False, True]),
}
BITS, LEGAL = tasks.reber(["BTXSE", "BPVVE"], embedded=False)
TABLE = Embedding(LAYERS[GRU], 3)
ONE_HOT = np.eye(3)[np.arange(T * B).reshape(T, B) % 3]
NAMES = ["jazz", "al"]
SPELT = characters.spell(NAMES)
COUNTED = NGram(NAMES, 2)
CHANCES = COUNTED.predict(NAMES)  # (5, 2, 27)


def draw(rng):
    return DATA


def half_square():
    return float((WEIGHTS["W"] ** 2).sum() / 2)


CALLS = {
    **{
        kind.__name__: (
            kind,
            {
                "input_size": 2,
                "hidden_size": 3,
                "init": 0.9,
                "seed": 0,
                "dtype": np.float64,
                **({} if kind is GRU else {"activation": "relu"}),
            },
        )
        for kind in LAYERS
    },
    "LSTM with forget bias": (
        LSTM,
        {"input_size": 2, "hidden_size": 3, "forget_bias": 1.0},
    ),
    "LSTM with chrono": (
        LSTM,
        {"input_size": 2, "hidden_size": 3, "longest_lag": 9},
    ),
    "LSTM of 1997": (
        LSTM,
        {"input_size": 2, "hidden_size": 3, "forget_gate": False},
    ),
    "Elman.forward": (LAYERS[Elman].forward, {"x": X, "h0": STATE}),
    "GRU.forward": (LAYERS[GRU].forward, {"x": X, "h0": STATE}),
    "LSTM.forward": (LAYERS[LSTM].forward, {"x": X}),
    "LSTM.forward from h": (
        lambda h0: LAYERS[LSTM].forward(X, (h0, STATE)),
        {"h0": STATE},
    ),
    "LSTM.forward from c": (
        lambda h0: LAYERS[LSTM].forward(X, (STATE, h0)),
        {"h0": STATE},
    ),
    **{
        f"{kind.__name__}.backward": (
            layer.backward,
            {
                "dh": UPSTREAM,
                "cache": CACHES[kind],
                **({"dc": STATE} if kind is LSTM else {}),
            },
        )
        for kind, layer in LAYERS.items()
    },
    **{
        f"{kind.__name__}.from_torch": (
            kind.from_torch,
            {"module": layer.to_torch()},
        )
        for kind, layer in LAYERS.items()
    },
    "LSTMCache.trace": (CACHES[LSTM].trace, {"name": "c"}),
    "GRUCache.trace": (CACHES[GRU].trace, {"name": "n"}),
    "as_generator": (recurrent.as_generator, {"seed": 0}),
    "as_dtype": (recurrent.as_dtype, {"dtype": np.float32}),
    "recurrent_matrix": (
        recurrent.recurrent_matrix,
        {"size": 3, "init": "identity", "seed": 0},
    ),
    "Embedding": (
        Embedding,
        {"layer": LAYERS[GRU], "symbols": 3, "start": 0.1, "seed": 0},
    ),
    "Embedding.forward": (TABLE.forward, {"x": ONE_HOT, "h0": STATE}),
    "Embedding.backward": (
        TABLE.backward,
        {"dh": UPSTREAM, "cache": TABLE.forward(ONE_HOT)[1]},
    ),
    "LinearHead": (
        LinearHead,
        {
            "hidden_size": 4,
            "output_size": 2,
            "seed": 0,
            "dtype": np.float64,
        },
    ),
    "LinearHead.forward": (HEAD.forward, {"h": UPSTREAM}),
    "LinearHead.backward": (
        HEAD.backward,
        {"dy": X[..., :1], "cache": HEAD.forward(UPSTREAM)[1]},
    ),
    "squared_error": (squared_error, LOSS_ARGUMENTS),
    "bit_entropy": (heads.bit_entropy, LOSS_ARGUMENTS),
    "cross_entropy": (
        cross_entropy,
        {
            "y_hat": OUTPUTS,
            "classes": np.array([0, 1, 1]),
            "mask": LOSS_ARGUMENTS["mask"],
        },
    ),
    "softmax": (heads.softmax, {"y_hat": OUTPUTS}),
    "SGD": (
        SGD,
        {"parameters": WEIGHTS, "learning_rate": 0.1, "momentum": 0.5},
    ),
    "SGD.step": (SGD(WEIGHTS, 0.0).step, {"gradients": GRADIENTS}),
    "Adam": (
        Adam,
        {
            "parameters": WEIGHTS,
            "learning_rate": 0.1,
            "beta1": 0.9,
            "beta2": 0.9,
            "eps": 1e-8,
        },
    ),
    "Adam.step": (Adam(WEIGHTS, 0.0).step, {"gradients": GRADIENTS}),
    "clip_by_norm": (clip_by_norm, {"gradients": GRADIENTS, "limit": 1.0}),
    "gradient_norm": (gradient_norm, {"gradients": GRADIENTS}),
    "one_cycle": (
        one_cycle,
        {"step": 3, "steps": 9, "peak": 0.1, "warm_up": 0.3},
    ),
    "Sequences": (
        Sequences,
        {"x": X, "y": X[..., :1], "mask": MASK, "lengths": [T] * B},
    ),
    "Sequences.take": (DATA.take, {"which": [0, 2]}),
    "pad": (windows.pad, {"sequences": [[1.0, 2.0], [3.0]]}),
    "sliding_windows": (
        windows.sliding_windows,
        {"series": np.arange(9.0), "steps": 3, "horizon": 2},
    ),
    "split_windows": (windows.split_windows, {"windows": WINDOWS}),
    "time_first": (windows.time_first, {"windows": WINDOWS.x}),
    "next_values": (
        windows.next_values,
        {"series": np.arange(9.0), "from_time": 2},
    ),
    "Scaler": (Scaler, {"training": np.arange(9.0), "kind": "range"}),
    "Scaler.scale": (Scaler(OUTPUTS).scale, {"values": OUTPUTS}),
    "Scaler.unscale": (Scaler(OUTPUTS).unscale, {"values": OUTPUTS}),
    "two_ones": (
        tasks.two_ones,
        {"count": 3, "shortest": 4, "longest": 6, "noise": 0.1, "seed": 0},
    ),
    "delayed_recall": (
        tasks.delayed_recall,
        {"count": 3, "lag": 4, "symbols": 3, "noise": 0.1, "seed": 0},
    ),
    "temporal_xor": (tasks.temporal_xor, {"bits": 9, "seed": 0}),
    "syllables": (tasks.syllables, {"consonants": 9, "seed": 0}),
    "words": (
        tasks.words,
        {"lexicon": ["many", "years"], "count": 3, "seed": 0},
    ),
    "as_names": (characters.as_names, {"names": NAMES}),
    "classes_of": (characters.classes_of, {"text": ".jazz."}),
    "split_names": (characters.split_names, {"names": NAMES, "seed": 0}),
    "neighbours": (characters.neighbours, {"word": "jazz"}),
    "spell": (characters.spell, {"names": NAMES, "one": 2.0}),
    "bits": (characters.bits, {"chances": CHANCES, "data": SPELT}),
    "sharpen": (
        characters.sharpen,
        {"chances": CHANCES[0], "temperature": 0.5},
    ),
    "pick": (characters.pick, {"chances": CHANCES[0], "luck": [0.1, 0.9]}),
    "invent": (
        characters.invent,
        {
            "after": COUNTED.after,
            "luck": np.full((3, 2), 0.5),
            "temperature": 0.5,
        },
    ),
    "NGram": (NGram, {"names": NAMES, "order": 2, "smooth": True}),
    "NGram.after": (COUNTED.after, {"beginnings": NAMES}),
    "NGram.predict": (COUNTED.predict, {"names": NAMES}),
    "next_letter": (tasks.next_letter, {"text": "manyyears"}),
    "wiring": (tasks.wiring, {"name": "synced", "count": 3, "seed": 0}),
    "adding": (
        tasks.adding,
        {"count": 3, "length": 30, "form": "paper", "seed": 0},
    ),
    "copying": (
        tasks.copying,
        {"count": 3, "lag": 4, "symbols": 3, "length": 2, "seed": 0},
    ),
    "temporal_order": (
        tasks.temporal_order,
        {"count": 3, "shortest": 20, "longest": 22, "seed": 0},
    ),
    "noise_free_lag": (tasks.noise_free_lag, {"lag": 4}),
    "reber_strings": (
        tasks.reber_strings,
        {"count": 3, "embedded": False, "seed": 0},
    ),
    "reber_legal": (
        tasks.reber_legal,
        {"string": "BTXSE", "embedded": False},
    ),
    "reber": (tasks.reber, {"strings": ["BTXSE"], "embedded": False}),
    "reber_passed": (
        tasks.reber_passed,
        {"y_hat": LEGAL + 0.0, "legal": LEGAL, "mask": BITS.mask},
    ),
    "Network": (
        Network,
        {
            "layer": LAYERS[GRU],
            "head": HEAD,
            "loss": squared_error,
            "dropout": 0.5,
            "seed": 0,
        },
    ),
    "Network.run": (NETWORK.run, {"x": X, "h0": STATE}),
    "Network.predict": (NETWORK.predict, {"x": X, "h0": STATE}),
    "Network.score": (NETWORK.score, {"data": DATA}),
    "Network.gradients": (NETWORK.gradients, {"data": DATA, "h0": STATE}),
    "Minibatches": (Minibatches, {"data": DATA, "size": 2, "seed": 0}),
    "Fresh": (Fresh, {"draw": draw, "count": 2, "seed": 0}),
    "fit": (
        fit,
        {
            "network": NETWORK,
            "batches": [DATA],
            "optimizer": SGD(NETWORK.parameters, 0.0),
            "epochs": 1,
            "clip": 1.0,
            "schedule": lambda update: 0.0,
            "piece": 3,
            "carry": True,
            "validate": DATA,
            "patience": 1,
            "goal": 0.0,
            "progress": False,
        },
    ),
    "NetworkForecaster": (
        NetworkForecaster,
        {"network": FORECASTER.network, "scaler": FORECASTER.scaler},
    ),
    "NetworkForecaster forecast": (
        FORECASTER,
        {"history": SINE, "horizon": 2},
    ),
    "random_pieces": (
        random_pieces,
        {"series": SINE, "steps": 9, "horizon": 2, "warm_up": 2, "size": 3},
    ),
    "network_learner": (
        network_learner,
        {**LEARNER, "horizon": 2, "seed": 0},
    ),
    "network_learner fit": (network_learner(**LEARNER), {"history": SINE}),
    "numerical_gradient": (
        diagnostics.numerical_gradient,
        {"loss": half_square, "array": WEIGHTS["W"], "step": 1e-4},
    ),
    "relative_error": (
        diagnostics.relative_error,
        {"found": OUTPUTS, "wanted": OUTPUTS},
    ),
    "gradient_check": (
        diagnostics.gradient_check,
        {
            "loss": half_square,
            "arrays": WEIGHTS,
            "gradients": GRADIENTS,
            "step": 1e-4,
        },
    ),
    "spectral_radius": (diagnostics.spectral_radius, {"W": np.eye(3)}),
    "step_jacobians": (
        diagnostics.step_jacobians,
        {"layer": LAYERS[Elman], "cache": CACHES[Elman]},
    ),
    "product_norms": (
        diagnostics.product_norms,
        {"jacobians": np.ones((T, B, H, H))},
    ),
    "gradient_by_lag": (
        diagnostics.gradient_by_lag,
        {"layer": LAYERS[GRU], "x": X, "upstream": STATE, "h0": STATE},
    ),
    "fading_lag": (
        diagnostics.fading_lag,
        {"norms": [1.0, 0.1, 0.001], "share": 0.05},
    ),
    "input_influence": (
        diagnostics.input_influence,
        {"layer": LAYERS[GRU], "x": X, "h0": STATE},
    ),
    "memory_horizon": (
        diagnostics.memory_horizon,
        {
            "lags": [1.0, 2.0],
            "success": np.ones((2, 3), bool),
            "level": 0.9,
            "draws": 20,
            "seed": 0,
        },
    ),
    "success_interval": (
        diagnostics.success_interval,
        {"successes": 2, "trials": 3, "z": 2.0},
    ),
}
