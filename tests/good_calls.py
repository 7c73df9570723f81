"""One good call, or a few, of every public function that takes arguments.

The tests in test_bad_input.py spoil one argument of a call at a time, by its
annotation in the signature, and ask whether a function is forgotten here.
"""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from rnnlib import (
    claims,
    claims_table,
    forecasting,
    layers,
    long_runs,
    models,
    sequences,
    tasks,
    training,
)
from rnnlib.book import drawings, plots
from rnnlib.book.links import linked_table
from rnnlib.book.predictions.asking import predict
from rnnlib.book.predictions.recalling import recorded
from rnnlib.book.sliders import explore
from rnnlib.forecasting.networks import (
    NetworkForecaster,
    network_learner,
    random_pieces,
)
from rnnlib.layers.attention import Attention
from rnnlib.layers.elman import Elman
from rnnlib.layers.embedding import Embedding
from rnnlib.layers.encoder_decoder import EncoderDecoder
from rnnlib.layers.fast_lstm import FastLSTM
from rnnlib.layers.gru import GRU
from rnnlib.layers.heads import BentHead, LinearHead
from rnnlib.layers.input_gated import InputGated
from rnnlib.layers.lookup import look_up, look_up_backward
from rnnlib.layers.losses import cross_entropy, squared_error
from rnnlib.layers.lru import LRU
from rnnlib.layers.lstm import LSTM
from rnnlib.layers.matrix_state import MatrixState
from rnnlib.layers.reflections import Reflections
from rnnlib.layers.stack import Stack
from rnnlib.layers.starting_weights import recurrent_matrix
from rnnlib.models import memory_neuron
from rnnlib.models.memory_neuron import MemoryNeuron
from rnnlib.models.ngrams import NGram
from rnnlib.sequences import chances, datasets, names
from rnnlib.sequences.padded import Sequences, answer_at_end
from rnnlib.sequences.scaling import Scaler
from rnnlib.training.batches import Fresh, Minibatches
from rnnlib.training.loop import EarlyStop, fit
from rnnlib.training.network import Network
from rnnlib.training.optimizers import (
    SGD,
    Adam,
    Optimizer,
    clip_by_norm,
    gradient_norm,
)
from rnnlib.training.schedules import one_cycle

SERIES = np.sin(np.arange(60.0)) + np.arange(60.0) % 7
PAIR = {"x": SERIES, "target": SERIES + 1}
RESULT = forecasting.backtest(
    SERIES,
    {"mean": forecasting.mean_forecast, "naive": forecasting.naive_forecast},
    first_origin=20,
)
NEURON = MemoryNeuron(0.5)
TWO_REGIMES = {"orders": (1, 2), "threshold": 3.0, "delay": 2}
BENT = models.fit_threshold_ar(SERIES, **TWO_REGIMES)
AX = plt.figure().add_subplot()
RECORD = {
    "number": 2,
    "verdict": "holds with a condition",
    "measured": "0.5",
    "label": "fig-a",
    "note": "below 1",
}


def figure(**values):
    return plt.figure()


T, B, D, H = 5, 3, 2, 4
X = np.sin(np.arange(float(T * B * D))).reshape(T, B, D)
UPSTREAM = np.cos(np.arange(float(T * B * H))).reshape(T, B, H)
STATE, MASK = UPSTREAM[0], np.ones((T, B), bool)
DATA = Sequences(X, X[..., :1], MASK)
PAIRS = (LSTM, FastLSTM)  # their state is (h, c)
LINEAR = {  # linear recurrences: what they can be asked for
    LRU: [
        {
            "smallest": 0.1,
            "largest": 0.9,
            "widest": 1.0,
            "normalize": False,
        }
    ],
    InputGated: [
        {"lowest": -1.0, "forget_bias": 1.0},
        {"lowest": 0.0, "longest_lag": 9},
    ],
    Reflections: [{"count": 2}],
}
IN_TORCH = (Elman, LSTM, FastLSTM, GRU)
LAYERS = {kind: kind(D, H) for kind in (*IN_TORCH, *LINEAR)}
CACHES = {kind: layer.forward(X)[1] for kind, layer in LAYERS.items()}
ATTENTION = Attention(D, H)
MATRIX = MatrixState(D, H, key_size=3)
TRANSLATOR = EncoderDecoder(GRU(D, H), GRU(D, H), reads=3)
QUERIES, KEYS = UPSTREAM, UPSTREAM[:3]
STACK = Stack([LAYERS[Elman], GRU(H, H)])
HEAD = LinearHead(H, 1)
BENT_HEAD = BentHead(H, 3, 1)
SCAN = {"a": UPSTREAM, "h0": STATE, "way": "pairs"}
NETWORK = Network(Elman(D, H), HEAD, squared_error)
SINE = np.sin(np.arange(40.0))
LEARNER = {"kind": "GRU", "hidden_size": 2, "updates": 1}
LEARNER |= {"learning_rate": 0.1, "steps": 9, "warm_up": 2, "size": 3}
LEARNER |= {"horizon": 2, "seed": 0}
FORECASTER = network_learner(**LEARNER)(SINE)
WINDOWS = sequences.sliding_windows(np.arange(20.0), 3)
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
SPELT = names.spell(NAMES)
COUNTED = NGram(NAMES, 2)
CHANCES = COUNTED.predict(NAMES)  # (5, 2, 27)


def draw(rng):
    return DATA


def half_square():
    return float((WEIGHTS["W"] ** 2).sum() / 2)


CALLS = [
    (models.lag_matrix, {"series": SERIES, "order": 3}),
    (models.fit_ar, {"series": SERIES, "order": 3}),
    (
        models.choose_order,
        {"series": SERIES, "max_order": 5, "criterion": "aic"},
    ),
    (
        models.autocorrelation,
        {"series": SERIES, "max_lag": 5},
    ),
    (
        models.ar_from,
        {"intercept": 1.0, "coefficients": [0.5, 0.1]},
    ),
    (models.fit_ar(SERIES, 2).predict, {"series": SERIES}),
    (
        models.fit_ar(SERIES, 2).forecast,
        {"history": SERIES, "horizon": 3},
    ),
    (
        models.fit_ar(SERIES, 2).simulate,
        {"history": SERIES, "noise": SERIES},
    ),
    (
        models.regress_on_lags,
        {"past": models.lag_matrix(SERIES, 2), "target": SERIES[2:]},
    ),
    (
        models.fit_direct_ar,
        {"series": SERIES, "order": 3, "horizon": 2, "ridge": 1.0},
    ),
    (
        models.fit_direct_ar(SERIES, 3, 2).forecast,
        {"history": SERIES, "horizon": 2},
    ),
    (BENT.predict, {"series": SERIES}),
    (
        BENT.forecast,
        {"history": SERIES, "horizon": 2},
    ),
    (
        models.fit_threshold_ar,
        {"series": SERIES, **TWO_REGIMES},
    ),
    (
        models.choose_threshold_ar,
        {
            "series": SERIES,
            "max_order": 2,
            "delays": [1, 2],
            "shares": [0.5],
        },
    ),
    (MemoryNeuron, {"u": 0.5, "m": 1.0, "b": 0.0}),
    (NEURON.run, {"x": SERIES, "start": 0.0}),
    (NEURON.impulse_response, {"steps": 5}),
    (
        models.fit_least_squares,
        {**PAIR, "start": 0.0, "grid": 9},
    ),
    (memory_neuron.gradient, {"neuron": NEURON, **PAIR, "start": 0.0}),
    (
        models.fit_gradient,
        {
            "neuron": NEURON,
            **PAIR,
            "start": 0.0,
            "learning_rate": 0.001,
            "steps": 2,
        },
    ),
    (
        models.learn_online,
        {"neuron": NEURON, **PAIR, "start": 0.0, "learning_rate": 1e-4},
    ),
    (
        forecasting.mean_forecast,
        {"history": SERIES, "horizon": 2},
    ),
    (
        forecasting.naive_forecast,
        {"history": SERIES, "horizon": 2},
    ),
    (forecasting.seasonal_naive, {"period": 7}),
    (
        forecasting.chosen_ar_forecaster,
        {"max_order": 5, "criterion": "bic"},
    ),
    (forecasting.ar_forecaster, {"order": 2}),
    (
        forecasting.backtest,
        {
            "series": SERIES,
            "forecasters": {"mean": forecasting.mean_forecast},
            "first_origin": 20,
            "horizon": 2,
            "step": 1,
            "window": 10,
        },
    ),
    (
        forecasting.r2_out_of_sample,
        {"actual": SERIES, "forecast": SERIES + 1, "reference": SERIES + 2},
    ),
    (forecasting.mae, {"actual": SERIES, "forecast": SERIES}),
    (forecasting.rmse, {"actual": SERIES, "forecast": SERIES}),
    (
        forecasting.Learner,
        {"fit": lambda history: forecasting.mean_forecast, "every": 3},
    ),
    (
        forecasting.on_square_roots,
        {"fit": lambda history: forecasting.mean_forecast},
    ),
    (
        forecasting.skill_by_horizon,
        {
            "result": RESULT,
            "name": ["naive"],
            "reference": "mean",
            "block_length": 5,
            "resamples": 100,
            "level": 0.9,
            "seed": 0,
        },
    ),
    (
        forecasting.conformal_margin,
        {"errors": SERIES, "level": 0.9},
    ),
    (
        datasets.read_checked,
        {"file_name": "sunspots_yearly.csv"},
    ),
    (
        explore,
        {
            "draw": figure,
            "alt": "A figure.",
            "say": None,
            "start": {"u": 1},
            "labels": {"u": "u"},
            "u": [0, 1],
        },
    ),
    (
        predict,
        {
            "key": "memory-second",
            "question": "Less, or more?",
            "choices": ["less", "more"],
        },
    ),
    (
        predict,
        {
            "key": "memory-half-life",
            "question": "How many steps?",
            "number": (1, 30, 1),
            "unit": "steps",
            "tolerance": 1.0,
        },
    ),
    (
        predict,
        {
            "key": "memory-left",
            "question": "Draw what is left.",
            "curve": [1.0, 2.0, 4.0],
            "known": ([0.0], [1.0]),
            "axes": ("age in steps", "share left"),
            "limits": (0.01, 1.0),
            "unit": "steps",
            "log": True,
            "factor": 2.0,
            "crossing": 0.5,
        },
    ),
    (recorded, {"number": 12}),
    (
        plots.stems,
        {"ax": AX, "lags": [1.0, 2.0], "heights": [0.1, 0.2], "color": "k"},
    ),
    (
        plots.loss_surface,
        {
            "ax": AX,
            "x": [0.0, 1.0],
            "y": [0.0, 1.0, 2.0],
            "loss": [[1, 2], [2, 3], [4, 5.0]],
        },
    ),
    (plots.intervals, {"ax": AX, "scores": {"a": (1, 0, 2)}}),
    (drawings.memory_neuron, {"steps": 3}),
    (drawings.lstm_stage, {"stage": 2}),
    (drawings.ar_neuron, {"order": 2}),
    (drawings.elman, {"steps": 3}),
    (drawings.latch, {"u": 1.6, "w": 2.0}),
    (drawings.two_units, {"t": 7}),
    (drawings.stacked, {"layers": 2, "steps": 3}),
    (claims.record, {**RECORD, "part": "the half"}),
    (claims.Record, {**RECORD, "part": "the half"}),
    (long_runs.read, {"name": "long_lag"}),
    (claims_table.load, {"path": Path(claims_table.DATA)}),
    (drawings.rolling_origin, {"origins": 4}),
    (
        drawings.memory_map,
        {
            "horizons": {"LSTM": {"keeps": (30, 10)}},
            "grid": {"keeps": [10, 30]},
            "units": {"keeps": "lag"},
            "colors": {"LSTM": "k"},
        },
    ),
    (
        linked_table,
        {
            "table": pd.DataFrame({"keeps": ["10"]}, index=["LSTM"]),
            "places": {("LSTM", "keeps"): "07_lstm#fig-lstm-adding"},
        },
    ),
    *(
        (
            kind,
            {
                "input_size": 2,
                "hidden_size": 3,
                "init": 0.9,
                **({} if kind is GRU else {"activation": "relu"}),
                "seed": 0,
                "dtype": np.float64,
            },
        )
        for kind in IN_TORCH
    ),
    *(
        (
            kind,
            {
                "input_size": 2,
                "hidden_size": 4,
                **option,
                "seed": 0,
                "dtype": np.float64,
            },
        )
        for kind, options in LINEAR.items()
        for option in options
    ),
    (layers.linear_scan, {**SCAN, "b": UPSTREAM}),
    (layers.linear_scan_back, {**SCAN, "dh": UPSTREAM, "h": UPSTREAM}),
    (LAYERS[LRU].last, {"x": X}),
    (
        LAYERS[LRU].last_back,
        {"dh": STATE, "cache": LAYERS[LRU].last(X)[1]},
    ),
    (CACHES[InputGated].trace, {"name": "f"}),
    *(
        (kind, {"input_size": 2, "hidden_size": 3, **option})
        for kind in PAIRS
        for option in (
            {"forget_bias": 1.0},
            {"longest_lag": 9},
            {"forget_gate": False},
        )
    ),
    *(
        (
            layer.forward,
            {"x": X, "h0": (STATE, STATE) if kind in PAIRS else STATE},
        )
        for kind, layer in LAYERS.items()
    ),
    *(
        (
            layer.backward,
            {
                "dh": UPSTREAM,
                "cache": CACHES[kind],
                **({"dc": STATE} if kind in PAIRS else {}),
            },
        )
        for kind, layer in LAYERS.items()
    ),
    *(
        (kind.from_torch, {"module": layer.to_torch()})
        for kind, layer in LAYERS.items()
        if kind in IN_TORCH and kind is not FastLSTM
    ),
    (recurrent_matrix, {"size": 3, "init": "identity", "seed": 0}),
    (CACHES[LSTM].trace, {"name": "c"}),
    (CACHES[GRU].trace, {"name": "n"}),
    (CACHES[FastLSTM].trace, {"name": "c"}),
    (
        Embedding,
        {"layer": LAYERS[GRU], "symbols": 3, "start": 0.1, "seed": 0},
    ),
    (TABLE.forward, {"x": ONE_HOT, "h0": STATE}),
    (
        TABLE.backward,
        {"dh": UPSTREAM, "cache": TABLE.forward(ONE_HOT)[1]},
    ),
    (
        Attention,
        {
            "input_size": 2,
            "hidden_size": 4,
            "heads": 2,
            "positions": True,
            "causal": False,
            "scaled": False,
            "seed": 0,
            "dtype": np.float64,
        },
    ),
    (ATTENTION.forward, {"x": X, "h0": (UPSTREAM[:2], UPSTREAM[2:4])}),
    (
        ATTENTION.backward,
        {"dh": UPSTREAM, "cache": ATTENTION.forward(X)[1]},
    ),
    (
        look_up,
        {
            "q": QUERIES,
            "k": KEYS,
            "v": KEYS[..., :2],
            "heads": 2,
            "causal": False,
            "scaled": False,
            "seen": np.ones((3, B), bool),
            "dtype": np.float64,
        },
    ),
    (
        look_up_backward,
        {"dh": QUERIES, "cache": look_up(QUERIES, KEYS, KEYS)[1]},
    ),
    (
        MatrixState,
        {
            "input_size": 2,
            "hidden_size": 3,
            "key_size": 4,
            "rule": "sum",
            "seed": 0,
            "dtype": np.float64,
        },
    ),
    (MATRIX.forward, {"x": X, "h0": np.ones((B, 3, H))}),
    (
        MATRIX.backward,
        {"dh": UPSTREAM, "cache": MATRIX.forward(X)[1]},
    ),
    (
        EncoderDecoder,
        {
            "encoder": GRU(D, H),
            "decoder": GRU(D, H),
            "reads": 3,
            "attention": True,
            "seed": 0,
        },
    ),
    (TRANSLATOR.forward, {"x": X, "h0": STATE}),
    (
        TRANSLATOR.backward,
        {
            "dh": np.ones((T, B, 2 * H)),
            "cache": TRANSLATOR.forward(X)[1],
        },
    ),
    (Stack, {"layers": [LAYERS[Elman], GRU(H, H)]}),
    (STACK.forward, {"x": X, "h0": [STATE, STATE]}),
    (
        STACK.backward,
        {"dh": UPSTREAM, "cache": STACK.forward(X)[1]},
    ),
    (
        Stack.from_torch,
        {"module": Stack([GRU(D, H), GRU(H, H)]).to_torch()},
    ),
    (
        LinearHead,
        {
            "hidden_size": 4,
            "output_size": 2,
            "seed": 0,
            "dtype": np.float64,
        },
    ),
    (HEAD.forward, {"h": UPSTREAM}),
    (
        HEAD.backward,
        {"dy": X[..., :1], "cache": HEAD.forward(UPSTREAM)[1]},
    ),
    (
        BentHead,
        {
            "hidden_size": 4,
            "units": 3,
            "output_size": 2,
            "seed": 0,
            "dtype": np.float64,
        },
    ),
    (BENT_HEAD.forward, {"h": UPSTREAM}),
    (
        BENT_HEAD.backward,
        {"dy": X[..., :1], "cache": BENT_HEAD.forward(UPSTREAM)[1]},
    ),
    (squared_error, LOSS_ARGUMENTS),
    (layers.bit_entropy, LOSS_ARGUMENTS),
    (
        cross_entropy,
        {
            "y_hat": OUTPUTS,
            "classes": np.array([0, 1, 1]),
            "mask": LOSS_ARGUMENTS["mask"],
        },
    ),
    (layers.softmax, {"y_hat": OUTPUTS}),
    (
        SGD,
        {"parameters": WEIGHTS, "learning_rate": 0.1, "momentum": 0.5},
    ),
    (SGD(WEIGHTS, 0.0).step, {"gradients": GRADIENTS}),
    (
        Adam,
        {
            "parameters": WEIGHTS,
            "learning_rate": 0.1,
            "beta1": 0.9,
            "beta2": 0.9,
            "eps": 1e-8,
        },
    ),
    (Adam(WEIGHTS, 0.0).step, {"gradients": GRADIENTS}),
    (clip_by_norm, {"gradients": GRADIENTS, "limit": 1.0}),
    (gradient_norm, {"gradients": GRADIENTS}),
    (
        Sequences,
        {"x": X, "y": X[..., :1], "mask": MASK, "lengths": [T] * B},
    ),
    (DATA.take, {"which": [0, 2]}),
    (sequences.pad, {"sequences": [[1.0, 2.0], [3.0]]}),
    (
        sequences.sliding_windows,
        {"series": np.arange(9.0), "steps": 3, "horizon": 2},
    ),
    (sequences.split_windows, {"windows": WINDOWS}),
    (
        sequences.next_values,
        {"series": np.arange(9.0), "from_time": 2},
    ),
    (Scaler, {"training": np.arange(9.0), "kind": "range"}),
    (Scaler(OUTPUTS).scale, {"values": OUTPUTS}),
    (Scaler(OUTPUTS).unscale, {"values": OUTPUTS}),
    (
        tasks.two_ones,
        {"count": 3, "shortest": 4, "longest": 6, "noise": 0.1, "seed": 0},
    ),
    (
        tasks.delayed_recall,
        {"count": 3, "lag": 4, "symbols": 3, "noise": 0.1, "seed": 0},
    ),
    (tasks.syllables, {"consonants": 9, "seed": 0}),
    (names.as_names, {"names": NAMES}),
    (names.classes_of, {"text": ".jazz."}),
    (names.split_names, {"names": NAMES, "seed": 0}),
    (names.neighbours, {"word": "jazz"}),
    (names.spell, {"names": NAMES, "one": 2.0}),
    (chances.bits, {"chances": CHANCES, "data": SPELT}),
    (
        chances.sharpen,
        {"chances": CHANCES[0], "temperature": 0.5},
    ),
    (chances.pick, {"chances": CHANCES[0], "luck": [0.1, 0.9]}),
    (
        chances.invent,
        {
            "after": COUNTED.after,
            "luck": np.full((3, 2), 0.5),
            "temperature": 0.5,
        },
    ),
    (NGram, {"names": NAMES, "order": 2, "smooth": True}),
    (COUNTED.after, {"beginnings": NAMES}),
    (COUNTED.predict, {"names": NAMES}),
    (tasks.next_letter, {"text": "manyyears"}),
    (tasks.wiring, {"name": "synced", "count": 3, "seed": 0}),
    (
        tasks.adding,
        {"count": 3, "length": 30, "form": "paper", "seed": 0},
    ),
    (
        tasks.temporal_order,
        {"count": 3, "shortest": 20, "longest": 22, "seed": 0},
    ),
    (tasks.noise_free_lag, {"lag": 4}),
    (
        tasks.pair_recall,
        {
            "count": 3,
            "pairs": 4,
            "keys": 6,
            "values": 5,
            "changed": 2,
            "asked": 3,
            "seed": 0,
        },
    ),
    (
        tasks.selective_copying,
        {"count": 3, "length": 9, "items": 4, "symbols": 5, "seed": 0},
    ),
    (tasks.spell_number, {"number": 703}),
    (
        tasks.number_words,
        {"count": 3, "shortest": 1, "longest": 3, "reads": 9, "seed": 0},
    ),
    (
        tasks.parity,
        {"count": 3, "shortest": 4, "longest": 6, "labels": "last", "seed": 0},
    ),
    (
        tasks.group_words,
        {"count": 3, "shortest": 4, "longest": 6, "group": "S3", "seed": 0},
    ),
    (
        tasks.reber_strings,
        {"count": 3, "embedded": False, "seed": 0},
    ),
    (
        tasks.reber_legal,
        {"string": "BTXSE", "embedded": False},
    ),
    (tasks.reber, {"strings": ["BTXSE"], "embedded": False}),
    (
        tasks.reber_passed,
        {"y_hat": LEGAL + 0.0, "legal": LEGAL, "mask": BITS.mask},
    ),
    (
        Network,
        {
            "layer": LAYERS[GRU],
            "head": HEAD,
            "loss": squared_error,
            "dropout": 0.5,
            "seed": 0,
        },
    ),
    (NETWORK.run, {"x": X, "h0": STATE}),
    (NETWORK.predict, {"x": X, "h0": STATE}),
    (NETWORK.score, {"data": DATA}),
    (NETWORK.gradients, {"data": DATA, "h0": STATE}),
    (Minibatches, {"data": DATA, "size": 2, "seed": 0}),
    (Fresh, {"draw": draw, "count": 2, "seed": 0}),
    (
        NetworkForecaster,
        {"network": FORECASTER.network, "scaler": FORECASTER.scaler},
    ),
    (
        random_pieces,
        {"series": SINE, "steps": 9, "horizon": 2, "warm_up": 2, "size": 3},
    ),
    (
        network_learner,
        LEARNER,
    ),
    (
        training.numerical_gradient,
        {"loss": half_square, "array": WEIGHTS["W"], "step": 1e-4},
    ),
    (
        training.relative_error,
        {"found": OUTPUTS, "wanted": OUTPUTS},
    ),
    (
        training.gradient_check,
        {
            "loss": half_square,
            "arrays": WEIGHTS,
            "gradients": GRADIENTS,
            "step": 1e-4,
        },
    ),
    (training.spectral_radius, {"W": np.eye(3)}),
    (
        training.gradient_by_lag,
        {"layer": LAYERS[GRU], "x": X, "upstream": STATE, "h0": STATE},
    ),
    (
        training.fading_lag,
        {"norms": [1.0, 0.1, 0.001], "share": 0.05},
    ),
    (
        training.input_influence,
        {"layer": LAYERS[GRU], "x": X, "h0": STATE},
    ),
    (
        training.memory_horizon,
        {
            "lags": [1.0, 2.0],
            "success": np.ones((2, 3), bool),
            "share": 0.9,
            "z": 1.6,
        },
    ),
    (
        training.success_interval,
        {"successes": 2, "trials": 3, "z": 2.0},
    ),
    (one_cycle, {"updates": 9, "peak": 0.1, "warm_up": 0.3}),
    (one_cycle(9, 0.1), {"update": 3}),
    (
        fit,
        {
            "network": NETWORK,
            "batches": [DATA],
            "optimizer": SGD(NETWORK.parameters, 0.0),
            "epochs": 1,
            "clip": 1.0,
            "piece": 3,
            "carry": True,
            "validate": DATA,
            "patience": 1,
            "goal": 0.0,
            "progress": False,
        },
    ),
    (EarlyStop, {"validate": DATA, "patience": 1, "goal": 0.0}),
    (Optimizer, {"parameters": WEIGHTS, "learning_rate": 0.1}),
    (
        answer_at_end,
        {"x": X, "answer": np.arange(3.0), "lengths": [T, T, 2]},
    ),
    # What they make.
    (forecasting.seasonal_naive(7), {"history": SERIES, "horizon": 2}),
    (forecasting.chosen_ar_forecaster(5), {"history": SERIES, "horizon": 2}),
    (forecasting.ar_forecaster(2), {"history": SERIES, "horizon": 2}),
    (
        forecasting.on_square_roots(lambda h: forecasting.mean_forecast),
        {"history": SERIES + 1},
    ),
    (FORECASTER.__call__, {"history": SINE, "horizon": 2}),
    (
        forecasting.score_interval,
        {
            "result": RESULT,
            "name": "naive",
            "score": "r2",
            "reference": "mean",
            "block_length": 5,
            "resamples": 100,
            "level": 0.9,
            "seed": 0,
        },
    ),
]
