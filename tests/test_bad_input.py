"""Bad input is refused by every public function, in words that help.

One table holds a good call of each function. The tests spoil one argument
at a time and ask for a ValueError or TypeError that names the argument.
This table is of the linear rooms and the figures; the networks have theirs
in test_bad_input_networks.py, which also asks whether any is forgotten.
"""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spoil import NO_ARRAY, NO_COUNT, NO_NUMBER, refused, spoilable, spoilt

from rnnlib import (
    claims,
    datasets,
    drawings,
    forecasting,
    linear,
    memory,
    plots,
    results,
    threshold,
    verdicts,
)
from rnnlib.explore import explore
from rnnlib.memory import MemoryNeuron

SERIES = np.sin(np.arange(60.0)) + np.arange(60.0) % 7
PAIR = {"x": SERIES, "target": SERIES + 1}
RESULT = forecasting.backtest(
    SERIES,
    {"mean": forecasting.mean_forecast, "naive": forecasting.naive_forecast},
    first_origin=20,
)
NEURON = MemoryNeuron(0.5)
TWO_REGIMES = {"orders": (1, 2), "threshold": 3.0, "delay": 2}
BENT = threshold.fit_threshold_ar(SERIES, **TWO_REGIMES)
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


CALLS = {
    "lag_matrix": (linear.lag_matrix, {"series": SERIES, "order": 3}),
    "fit_ar": (linear.fit_ar, {"series": SERIES, "order": 3}),
    "choose_order": (
        linear.choose_order,
        {"series": SERIES, "max_order": 5, "criterion": "aic"},
    ),
    "autocorrelation": (
        linear.autocorrelation,
        {"series": SERIES, "max_lag": 5},
    ),
    "partial_autocorrelation": (
        linear.partial_autocorrelation,
        {"series": SERIES, "max_lag": 5},
    ),
    "ar_from": (
        linear.ar_from,
        {"intercept": 1.0, "coefficients": [0.5, 0.1]},
    ),
    "AR.predict": (linear.fit_ar(SERIES, 2).predict, {"series": SERIES}),
    "AR.forecast": (
        linear.fit_ar(SERIES, 2).forecast,
        {"history": SERIES, "horizon": 3},
    ),
    "AR.simulate": (
        linear.fit_ar(SERIES, 2).simulate,
        {"history": SERIES, "noise": SERIES},
    ),
    "regress_on_lags": (
        linear.regress_on_lags,
        {"past": linear.lag_matrix(SERIES, 2), "target": SERIES[2:]},
    ),
    "fit_direct_ar": (
        linear.fit_direct_ar,
        {"series": SERIES, "order": 3, "horizon": 2, "ridge": 1.0},
    ),
    "DirectAR.forecast": (
        linear.fit_direct_ar(SERIES, 3, 2).forecast,
        {"history": SERIES, "horizon": 2},
    ),
    "ThresholdAR.predict": (BENT.predict, {"series": SERIES}),
    "ThresholdAR.forecast": (
        BENT.forecast,
        {"history": SERIES, "horizon": 2},
    ),
    "fit_threshold_ar": (
        threshold.fit_threshold_ar,
        {"series": SERIES, **TWO_REGIMES},
    ),
    "choose_threshold_ar": (
        threshold.choose_threshold_ar,
        {
            "series": SERIES,
            "max_order": 2,
            "delays": [1, 2],
            "shares": [0.5],
        },
    ),
    "MemoryNeuron": (MemoryNeuron, {"u": 0.5, "m": 1.0, "b": 0.0}),
    "MemoryNeuron.run": (NEURON.run, {"x": SERIES, "start": 0.0}),
    "MemoryNeuron.impulse_response": (NEURON.impulse_response, {"steps": 5}),
    "fit_least_squares": (
        memory.fit_least_squares,
        {**PAIR, "start": 0.0, "grid": 9},
    ),
    "gradient": (memory.gradient, {"neuron": NEURON, **PAIR, "start": 0.0}),
    "fit_gradient": (
        memory.fit_gradient,
        {
            "neuron": NEURON,
            **PAIR,
            "start": 0.0,
            "learning_rate": 0.001,
            "steps": 2,
        },
    ),
    "learn_online": (
        memory.learn_online,
        {"neuron": NEURON, **PAIR, "start": 0.0, "learning_rate": 1e-4},
    ),
    "mean_forecast": (
        forecasting.mean_forecast,
        {"history": SERIES, "horizon": 2},
    ),
    "naive_forecast": (
        forecasting.naive_forecast,
        {"history": SERIES, "horizon": 2},
    ),
    "seasonal_naive": (forecasting.seasonal_naive, {"period": 7}),
    "seasonal_naive forecast": (
        forecasting.seasonal_naive(7),
        {"history": SERIES, "horizon": 2},
    ),
    "chosen_ar_forecaster": (
        forecasting.chosen_ar_forecaster,
        {"max_order": 5, "criterion": "bic"},
    ),
    "chosen_ar_forecaster forecast": (
        forecasting.chosen_ar_forecaster(5),
        {"history": SERIES, "horizon": 2},
    ),
    "ar_forecaster": (forecasting.ar_forecaster, {"order": 2}),
    "ar_forecaster forecast": (
        forecasting.ar_forecaster(2),
        {"history": SERIES, "horizon": 2},
    ),
    "backtest": (
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
    "r2_out_of_sample": (
        forecasting.r2_out_of_sample,
        {"actual": SERIES, "forecast": SERIES + 1, "reference": SERIES + 2},
    ),
    "mae": (forecasting.mae, {"actual": SERIES, "forecast": SERIES}),
    "rmse": (forecasting.rmse, {"actual": SERIES, "forecast": SERIES}),
    "score_interval": (
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
    "Learner": (
        forecasting.Learner,
        {"fit": lambda history: forecasting.mean_forecast, "every": 3},
    ),
    "on_square_roots": (
        forecasting.on_square_roots,
        {"fit": lambda history: forecasting.mean_forecast},
    ),
    "on_square_roots fit": (
        forecasting.on_square_roots(lambda h: forecasting.mean_forecast),
        {"history": SERIES + 1},
    ),
    "skill_by_horizon": (
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
    "conformal_margin": (
        forecasting.conformal_margin,
        {"errors": SERIES, "level": 0.9},
    ),
    "read_checked": (
        datasets.read_checked,
        {"file_name": "sunspots_yearly.csv"},
    ),
    "explore": (explore, {"draw": figure, "alt": "A figure.", "u": [0, 1]}),
    "stems": (
        plots.stems,
        {"ax": AX, "lags": [1, 2], "heights": [0.1, 0.2], "color": "k"},
    ),
    "loss_surface": (
        plots.loss_surface,
        {
            "ax": AX,
            "x": [0, 1],
            "y": [0, 1, 2],
            "loss": [[1, 2], [2, 3], [4, 5.0]],
        },
    ),
    "intervals": (plots.intervals, {"ax": AX, "scores": {"a": (1, 0, 2)}}),
    "memory_neuron": (drawings.memory_neuron, {"steps": 3}),
    "lstm_stage": (drawings.lstm_stage, {"stage": 2}),
    "ar_neuron": (drawings.ar_neuron, {"order": 2}),
    "elman": (drawings.elman, {"steps": 3}),
    "record": (claims.record, RECORD),
    "Record": (claims.Record, RECORD),
    "Record of a part": (claims.Record, {**RECORD, "part": "the half"}),
    "read": (results.read, {"name": "long_lag"}),
    "load": (verdicts.load, {"path": Path(verdicts.DATA)}),
    "rolling_origin": (drawings.rolling_origin, {"origins": 4}),
}

SERIES_ARGUMENTS = {
    "series", "history", "noise", "x", "target", "actual", "forecast",
    "reference", "coefficients", "heights", "lags", "loss", "past", "errors",
    "delays", "shares",
}  # fmt: skip
COUNT_ARGUMENTS = {
    "order", "max_order", "max_lag", "horizon", "period", "first_origin",
    "step", "window", "steps", "stage", "grid", "block_length", "resamples",
    "origins", "number", "delay", "every",
}  # fmt: skip
NUMBER_ARGUMENTS = {"u", "m", "b", "start", "learning_rate", "level"}
NUMBER_ARGUMENTS |= {"intercept", "ridge", "threshold"}
TEXT_ARGUMENTS = {"verdict", "measured", "label", "note", "path"}
# explore takes values of any length; a reference may also be a name.
NOT_SPOILT = {"explore(x)", "explore(u)", "score_interval(reference)"}
NOT_SPOILT |= {"skill_by_horizon(reference)"}


@pytest.mark.parametrize("call", CALLS)
def test_the_good_call_is_accepted(call):
    function, arguments = CALLS[call]
    function(**arguments)
    plt.close("all")


@pytest.mark.parametrize(
    ("call", "name"), spoilable(CALLS, SERIES_ARGUMENTS, NOT_SPOILT)
)
@pytest.mark.parametrize("bad", [*NO_ARRAY, np.ones((3, 3, 3))], ids=repr)
def test_what_is_no_series_is_refused(call, name, bad):
    refused(CALLS, call, name, bad)


@settings(
    max_examples=20,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
@pytest.mark.parametrize(
    ("call", "name"), spoilable(CALLS, SERIES_ARGUMENTS, NOT_SPOILT)
)
@given(data=st.data())
def test_nan_and_infinity_anywhere_are_refused(call, name, data):
    refused(CALLS, call, name, spoilt(CALLS[call][1][name], data))


@pytest.mark.parametrize(("call", "name"), spoilable(CALLS, COUNT_ARGUMENTS))
@settings(max_examples=20, deadline=None)
@given(bad=NO_COUNT)
def test_what_is_no_count_is_refused(call, name, bad):
    if name in ("window", "every") and bad is None:
        return  # an expanding window; fitted once
    if bad == 0 and type(bad) is int and call in ("fit_ar", "lag_matrix"):
        return  # order 0 is the mean
    refused(CALLS, call, name, bad)


@pytest.mark.parametrize(
    ("call", "name"), spoilable(CALLS, NUMBER_ARGUMENTS, NOT_SPOILT)
)
@pytest.mark.parametrize("bad", NO_NUMBER, ids=repr)
def test_what_is_no_number_is_refused(call, name, bad):
    refused(CALLS, call, name, bad)


@pytest.mark.parametrize(("call", "name"), spoilable(CALLS, TEXT_ARGUMENTS))
@pytest.mark.parametrize("bad", ["", " ", "two\nlines", 3, ["a"]], ids=repr)
def test_what_is_no_line_of_text_is_refused(call, name, bad):
    refused(CALLS, call, name, bad)


@pytest.mark.parametrize(
    ("call", "changes", "message"),
    [
        ("fit_ar", {"order": 40}, "at least 82 values to fit an AR"),
        ("choose_order", {"max_order": 30}, "at least 62 values"),
        ("choose_order", {"criterion": "hqic"}, "'aic', 'bic'"),
        ("autocorrelation", {"max_lag": 60}, "at least 61 values"),
        ("fit_ar", {"series": np.full(60, 3.0)}, "must vary"),
        ("autocorrelation", {"series": np.full(60, 3.0)}, "must vary"),
        (
            "fit_ar",
            {"series": np.sin(np.arange(60.0)), "order": 5},
            "linearly dependent",
        ),
        ("AR.forecast", {"history": [1.0]}, "at least 2 values"),
        ("AR.predict", {"series": [1.0, 2.0]}, "at least 3 values"),
        ("backtest", {"first_origin": 60}, "at least 62 values"),
        ("backtest", {"forecasters": {}}, "at least one name"),
        (
            "backtest",
            {"forecasters": {"bad": lambda h, n: np.zeros(n + 1)}},
            r"forecast of 'bad' at origin 20 must have shape \(2,\)",
        ),
        (
            "backtest",
            {"forecasters": {"bad": lambda h, n: np.full(n, np.nan)}},
            "forecast of 'bad' at origin 20 must be finite",
        ),
        ("seasonal_naive forecast", {"history": SERIES[:6]}, "one period"),
        ("mae", {"forecast": SERIES[:-1]}, "forecast must have the shape"),
        ("rmse", {"actual": SERIES[:, None]}, "must have the shape of actual"),
        ("r2_out_of_sample", {"reference": SERIES}, "found a perfect one"),
        ("score_interval", {"reference": None}, "reference must be named"),
        (
            "score_interval",
            {"score": "mae"},
            "reference must be left out for score 'mae'",
        ),
        ("score_interval", {"name": "AR"}, "name must be one of"),
        ("score_interval", {"score": "r3"}, "score must be one of"),
        ("score_interval", {"block_length": 41}, "between 1 and 40"),
        ("score_interval", {"level": 1.0}, r"level must lie in \(0, 1\)"),
        ("skill_by_horizon", {"name": []}, "name must name a forecaster"),
        ("skill_by_horizon", {"name": ["AR"]}, "name must be one of"),
        ("skill_by_horizon", {"reference": None}, "reference must be"),
        ("skill_by_horizon", {"level": 1.0}, r"level must lie in \(0, 1\)"),
        ("conformal_margin", {"level": 0.99}, "errors must number at least 9"),
        ("conformal_margin", {"errors": 3.0}, r"must have shape \(n,\) or"),
        ("Learner", {"fit": 3}, "fit must be a function"),
        ("on_square_roots", {"fit": None}, "fit must be a function"),
        ("fit_direct_ar", {"horizon": 54}, "at least 61 values"),
        ("fit_direct_ar", {"ridge": -1.0}, r"ridge must lie in \[0"),
        ("fit_direct_ar", {"series": np.full(60, 3.0)}, "must vary"),
        ("DirectAR.forecast", {"horizon": 3}, "horizon must be between 1 and"),
        ("regress_on_lags", {"target": SERIES[3:]}, "past must have shape"),
        ("fit_threshold_ar", {"orders": 4}, "orders must be two integers"),
        ("fit_threshold_ar", {"orders": (0, 4)}, "orders must be at least 1"),
        ("fit_threshold_ar", {"threshold": 99.0}, "targets to the high"),
        ("choose_threshold_ar", {"delays": [0]}, "delays must be at least 1"),
        ("choose_threshold_ar", {"delays": [1.5]}, "delays must hold int"),
        ("choose_threshold_ar", {"shares": [1.0]}, r"shares must lie in \(0"),
        ("fit_least_squares", {"x": np.ones(60)}, "x must vary"),
        ("fit_least_squares", {"target": SERIES[:-1]}, r"shape \(60,\)"),
        ("fit_gradient", {"learning_rate": 0.0}, r"lie in \(0, inf\)"),
        ("learn_online", {"learning_rate": -0.1}, "learning_rate must lie"),
        ("read_checked", {"file_name": "x.csv"}, "file_name must be one of"),
        ("explore", {"draw": "figure"}, "draw must be a function"),
        ("explore", {"alt": " "}, "alt must describe"),
        ("explore", {"say": "text"}, "say must be a function"),
        ("explore", {"u": [1]}, "at least two different values"),
        ("explore", {"u": [1, 1]}, "at least two different values"),
        ("explore", {"u": "abc"}, "u must be a list of values"),
        ("explore", {"u": ["a", "b"]}, "u must hold numbers"),
        ("explore", {"u": [0.0, np.nan]}, "u must be finite"),
        ("explore", {"u": range(300)}, "at most 200 frames, found 300"),
        ("explore", {key: [0, 1] for key in "vwyz"}, "one to four, found 5"),
        ("explore", {"start": {"v": 1}}, "start must name sliders"),
        ("explore", {"start": {"u": 7}}, "one of the slider's values"),
        ("explore", {"labels": {"v": "v"}}, "labels must name sliders"),
        ("loss_surface", {"loss": np.zeros((3, 2))}, "loss must be positive"),
        ("intervals", {"scores": {}}, "at least one row"),
        ("intervals", {"scores": {"a": (1, 2, 0)}}, "score, low, high"),
        ("stems", {"heights": [1.0]}, r"heights must have shape \(2,\)"),
        ("ar_neuron", {"order": 5}, "between 1 and 4"),
        ("record", {"number": 36}, "number must be between 1 and 35"),
        ("record", {"verdict": "may hold"}, "verdict must be one of 'holds'"),
        ("record", {"label": "Fig 1"}, "label must be made of small letters"),
        ("record", {"part": "two\nlines"}, "part must be at most one line"),
        ("load", {"path": "nowhere.json"}, "path must be a file, found none"),
    ],
)
def test_what_does_not_fit_together_is_refused(call, changes, message):
    function, arguments = CALLS[call]
    with pytest.raises((ValueError, TypeError), match=message):
        function(**{**arguments, **changes})


def test_draw_that_returns_no_figure_is_told():
    slider = explore(lambda u: None, alt="A figure.", u=[0, 1])
    with pytest.raises(TypeError, match="draw must return its figure"):
        slider.to_html()
