"""Bad input is refused by every public function, in words that help.

What is wrong for an argument follows from its annotation: each has a list of
bad values below. A test spoils one argument of a good call with all of them,
and each must raise a ValueError or TypeError that names the argument.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from good_calls import (
    CACHES,
    CALLS,
    DATA,
    LAYERS,
    MASK,
    NETWORK,
    OUTPUTS,
    SERIES,
    UPSTREAM,
    WEIGHTS,
    WINDOWS,
    B,
    D,
    H,
    T,
    X,
    half_square,
)

import rnnlib
from rnnlib import forecasting
from rnnlib.book.predictions import predict, recall
from rnnlib.book.sliders import explore
from rnnlib.sequences import tasks
from rnnlib.sequences.padded import Sequences
from rnnlib.sequences.scaling import Scaler
from rnnlib.sequences.windows import split_windows
from rnnlib.training.batches import Fresh
from rnnlib.training.gradients import gradient_check
from rnnlib.training.network import Network
from rnnlib.training.optimizers import SGD, Adam, clip_by_norm

# How many claims there are: one file each.
CLAIMS = len(list((Path(rnnlib.__file__).parent / "data/claims").iterdir()))
NO_ARRAY = [
    None,
    "text",
    [],
    ["1", "2"],
    [1 + 2j, 0],
    {"a": 1},
    [[1.0, 2.0], [3.0]],
]
NO_OBJECT = [None, "text", 3, [1.0], object(), dict]
NO_FUNCTION = [None, "mean", 3, [len]]
NO_COUNT = [None, "3", "", 1.5, 3.0, np.nan, True, [3], -1, -(10**9)]
NO_NUMBER = [None, "1", True, 1j, [1.0, 2.0], np.nan, np.inf, -np.inf]
# annotation -> what no argument of its kind may be
BAD = {
    "int": NO_COUNT,
    "Seed": NO_COUNT,
    "float": NO_NUMBER,
    "Rate": [*NO_NUMBER, -0.1],
    "bool": [None, 0, 1.0, "no", [True]],
    "str": [None, 3, ["a"], "two\nlines"],
    "str | Path": [None, 3, ["a"], "two\nlines"],
    "DTypeLike": [None, int, "text", np.float16, complex, 3],
    "Init": [None, True, "ones", -0.5, np.nan, [0.9], np.eye(3)],
    "Arrays": [*NO_OBJECT, {}, {"W": [1.0]}, {"W": np.array(["a"])}],
    "Sequence[str]": [None, "", "B", 3, [], [3]],
    "str | Sequence[str]": [None, 3, [], [3], "nobody"],
    "Sequence[int]": [*NO_ARRAY, [0], [1.5]],
    "Sequence[float]": [*NO_ARRAY, [0.0], [np.nan]],
    "Sequence[Layer]": [None, "text", 3, [], ["a"], [None]],
    "Sequence[ArrayLike]": [None, "text", 3, [], ["a"], [[np.nan]]],
    "tuple[int, int]": [None, 3, (1,), ("1", 2), (1, 2, 3)],
    "State": ["text", 3, (X, X), (X[0], None, None), UPSTREAM[0]],
    "object": ["text", {"a": 1}, np.ones(7), [[np.nan]]],
    "Iterable[Sequences]": [None, "text", 3, iter([])],
    "Score | Sequences": ["mean", 3, [len]],
    "Iterable[float]": [None, "01", 3, [1], [1, 1], ["a", "b"], [0, np.nan]],
    "dict[str, float]": [{"v": 1}, {"u": 7}],
    "dict[str, str]": [{"v": "v"}],
}
BAD["Sequence[str] | Mapping[str, Callable]"] = [
    "ab", 3, [], [3], ["a"], ["a", "a"], ["$a$", "b"], list("abcdefg"),
    {"a": 1, "b": 2},
]  # fmt: skip
BAD["tuple[float, float, float] | Sequence[float]"] = [
    "text", 3, (1, 2), (2, 1, 1), (0, 1, 0), (0, 1, 0.3), (0, 1000, 1), [1],
    [2, 1], [np.nan, 1],
]  # fmt: skip
BAD["tuple[Sequence[float], Sequence[float]]"] = [
    "ab", 3, (1, 2), ([0],), ([0], [1, 2]), ([9], [1]), ([0], [np.nan]),
]  # fmt: skip
BAD["tuple[str, str]"] = ["ab", 3, ("a",), ("a", 3), ("", "b")]
BAD["tuple[float, float]"] = ["01", 3, (1,), (1, 0), (0, 1), (1, np.inf)]
BAD["Mapping[str, np.ndarray]"] = [*NO_OBJECT, {}]
BAD["Mapping[str, Forecaster | Learner]"] = [None, {}, "text", 3]
BAD["Mapping[str, tuple[float, float, float]]"] = [{}, {"a": (1, 2, 0)}]
BAD["Mapping[str, str]"] = [None, "text", 3, [], {}]
BAD["Mapping[str, ArrayLike]"] = [*NO_OBJECT, {}, {"a": ["text"]}, {"a": 1.0}]
BAD["Mapping[str, Mapping[str, tuple[float, float]]]"] = [
    *NO_OBJECT, {}, {"a": {}}, {"a": 3},
]  # fmt: skip
BAD["Mapping[tuple[str, str], str]"] = [
    *NO_OBJECT, {("a", "b"): "c#d"}, {"a": "c#d"},
]  # fmt: skip
# Judged by matplotlib, or with a right answer to everything.
LEFT_TO_OTHERS = {"ax", "color", "colors", "band", "zero", "levels"}
# call(argument) -> bad values in general that are good for this one.
GOOD = {
    "explore(say)": [None],
    "next_letter(text)": ["two\nlines"],
    "explore(alt)": ["two\nlines"],
}
# Arrays that may have any number of axes.
ANY_AXES = {
    "ar_from(intercept)", "bit_entropy(y_hat)", "cross_entropy(y_hat)",
    "mae(actual)", "numerical_gradient(array)", "Scaler(training)",
    "Scaler.scale(values)", "Scaler.unscale(values)", "sharpen(chances)",
    "relative_error(found)", "rmse(actual)", "softmax(y_hat)",
    "squared_error(y_hat)", "LinearHead.forward(h)", "Sequences(y)",
    "BentHead.forward(h)",
    "sliding_windows(series)", "r2_out_of_sample(actual)",
    "conformal_margin(errors)", "answer_at_end(answer)",
}  # fmt: skip


def name_of(function) -> str:
    """Return where a function or class stands: module and qualified name."""
    function = getattr(function, "__func__", function)
    return f"{function.__module__}.{function.__qualname__}"


def annotation_of(function, name: str) -> str:
    parameters = inspect.signature(function).parameters
    rest = next((p for p in parameters.values() if p.kind is p.VAR_KEYWORD), 0)
    return str(parameters.get(name, rest).annotation)


def bad_values(function, arguments, name):
    """Return what an argument must not be, by its annotation."""
    kind = annotation_of(function, name)
    call = f"{function.__qualname__}({name})"
    optional = kind.endswith(" | None")
    kind = kind.removesuffix(" | None")
    if kind in ("ArrayLike", "np.ndarray"):
        bad = [*NO_ARRAY, *spoilt(arguments[name], call in ANY_AXES)]
    elif kind in BAD:
        bad = BAD[kind]
    elif kind.startswith("Callable") or kind in (
        "Fit", "Loss", "After"
    ):  # fmt: skip
        bad = NO_FUNCTION
    else:  # a class of ours, or of torch
        assert kind.split(".")[-1].isidentifier(), f"no bad value for {kind}"
        bad = [*NO_OBJECT, X]
    good = GOOD.get(call.rpartition(".")[2], [])
    return [
        each
        for each in bad
        if not (each is None and optional)
        and not any(
            each is g or (type(each) is str and each == g) for g in good
        )
    ]


def spoilt(good, any_axes: bool):
    """Return an array spoilt: a NaN, another type, too many axes, none."""
    good = np.asarray(good)
    if good.dtype.kind == "b":
        yield from (good * 1, good * 1.0)
    elif good.dtype.kind == "i":
        yield from (good + 0.5, good > 0, good - 9)
    else:
        for bad in (np.nan, np.inf, -np.inf):
            for where in {0, good.size // 2, good.size - 1}:
                array = np.array(good, dtype=float)
                array.flat[where] = bad
                yield array
    if not any_axes:
        yield from (good[np.newaxis], good[:0])
        if good.ndim > 1:
            yield good[0]


@pytest.mark.parametrize(
    ("function", "arguments"),
    [pytest.param(*row, id=name_of(row[0])) for row in CALLS],
)
def test_bad_values_are_refused_by_name(function, arguments):
    function(**arguments)  # the good call
    tried, slipped = 0, []
    for name in arguments.keys() - LEFT_TO_OTHERS:
        for bad in bad_values(function, arguments, name):
            tried += 1
            try:
                function(**{**arguments, name: bad})
                slipped.append(f"{name} = {bad!r} is let through")
            except (ValueError, TypeError) as error:
                said = str(error)
                plain = "must" in said or "found" in said
                if not (plain and re.search(rf"\b{name}\b", said)):
                    slipped.append(f"{name} = {bad!r}: {said}")
    plt.close("all")
    assert tried
    assert slipped == []


# Handed only what a caller has checked, or checks by themselves.
NO_ROW = {
    # The checks and the doors themselves, and what a layer says of itself.
    "rnnlib.checks",
    "rnnlib.doors",
    "rnnlib.layers.contract",
    "rnnlib.layers.torch_weights",
    "rnnlib.layers.starting_weights.starting_weights",
    "rnnlib.layers.starting_weights.open_gates",
    # Run at every step of a sequence: no time to check.
    "rnnlib.layers.activations",
    "rnnlib.layers.scan.run",
    "rnnlib.layers.scan.run_back",
    # Checks names for others, who say what they are called.
    "rnnlib.sequences.names.as_names",
    # Called by fit, with what fit has checked.
    "rnnlib.training.loop.EarlyStop.after",
    "rnnlib.training.loop.EarlyStop.give_back",
    # Drawing pieces, judged by matplotlib.
    "rnnlib.book.drawings.strokes",
    "rnnlib.book.plots.label_line",
    # Handed records, which refuse what is no record when they are made, and
    # a function whose argument is that of load.
    "rnnlib.book.claims.link",
    "rnnlib.book.claims.markdown_table",
    "rnnlib.book.claims.plain",
    "rnnlib.book.claims_table.table",
    # Made by linked_table, which has checked what it is made of.
    "rnnlib.book.links.LinkedTable",
    # Made by predict, which has checked what they are made of; what answers
    # them has tests of its own: book/test_predictions.py.
    "rnnlib.book.predictions.axes",
    "rnnlib.book.predictions.choice",
    "rnnlib.book.predictions.curve",
    "rnnlib.book.predictions.number",
    "rnnlib.book.predictions.question",
    "rnnlib.book.predictions.wording",
    # Behind a cache, which refuses a list before the function sees it.
    "rnnlib.book.claims.one",
    # Tests of their own: test_exercises.py.
    "rnnlib.book.exercises",
    # A program: what it is told is checked at its door, by its settings, and
    # refused on every process: scale/test_refused.py.
    "rnnlib.scale",
}
# Made by functions of ours, not by the reader.
RESULTS = {
    "AR", "AttentionCache", "Backtest", "BentCache", "Box", "Claim",
    "DirectAR", "ElmanCache", "EmbeddingCache", "EncoderDecoderCache",
    "Exercise", "Explorer", "FastLSTMCache", "GRUCache", "HeadCache",
    "History", "Horizon", "InputGatedCache", "LRUCache", "LSTMCache",
    "LastCache", "LookupCache", "MatrixCache", "Pictures", "Recall",
    "ReflectionsCache", "Series", "StackCache", "Table", "ThresholdAR",
    "Windows",
}  # fmt: skip


def public_calls():
    """Yield every public function, class and method of rnnlib, by name."""
    for found in pkgutil.walk_packages(rnnlib.__path__, "rnnlib."):
        module = importlib.import_module(found.name)
        for name, thing in vars(module).items():
            here = getattr(thing, "__module__", None) == found.name
            if name.startswith("_") or not here:
                continue
            if inspect.isfunction(thing) or (
                inspect.isclass(thing) and name not in RESULTS
            ):
                yield name_of(thing), thing
            if not inspect.isclass(thing):
                continue
            for name, method in vars(thing).items():
                method = getattr(method, "__func__", method)
                hidden = name.startswith("_") and name != "__call__"
                if inspect.isfunction(method) and not hidden:
                    yield name_of(method), method


def test_no_public_function_is_forgotten():
    """A new one that takes arguments needs a row, or a reason above.

    And each of its arguments has to stand in a row, or it is never spoilt.
    """
    told: dict[str, set[str]] = {}
    for function, arguments in CALLS:
        told.setdefault(name_of(function), set()).update(arguments)
    forgotten = set()
    for name, function in public_calls():
        if any(name == skip or name.startswith(f"{skip}.") for skip in NO_ROW):
            continue
        wanted = {
            parameter.name
            for parameter in inspect.signature(function).parameters.values()
            if parameter.name not in {"self", "cls", *LEFT_TO_OTHERS}
            and parameter.kind
            not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL)
        }
        wanted -= told.get(name, set())
        forgotten |= {f"{name}({each})" for each in wanted}
    assert forgotten == set()


@pytest.mark.parametrize("kind", LAYERS)
def test_the_cache_of_another_layer_is_refused(kind):
    layer = LAYERS[kind]
    for other in set(LAYERS) - {kind}:
        with pytest.raises(TypeError, match="cache must be of type"):
            layer.backward(UPSTREAM, CACHES[other])
    wider = kind(D + 1, H).forward(np.ones((T, B, D + 1)))[1]
    with pytest.raises(ValueError, match=r"cache must .* found \(3, 4\)"):
        layer.backward(UPSTREAM, wider)


@pytest.mark.parametrize("optimizer", [SGD, Adam])
@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"W": np.ones((2, 2))}, "gradients must hold 'b'"),
        (
            {"W": np.ones((2, 2)), "b": np.ones(3)},
            r"gradients\['b'\] must have shape \(2,\), found \(3,\)",
        ),
        (
            {"W": np.ones((2, 2)), "b": np.array([1.0, np.nan])},
            r"gradients\['b'\] must be finite, found nan at index 1",
        ),
        ({"W": np.ones((2, 2)), "b": ["a", "b"]}, "must hold real numbers"),
    ],
)
def test_bad_gradients_move_nothing(optimizer, bad, message):
    weights = {name: value.copy() for name, value in WEIGHTS.items()}
    with pytest.raises((ValueError, TypeError), match=message):
        optimizer(weights, 0.1).step(bad)
    for name, value in weights.items():
        np.testing.assert_array_equal(value, WEIGHTS[name])


def changed(name, /, **changes):
    """Call what a row calls, with other arguments."""
    function, arguments = next(
        row for row in CALLS if row[0].__qualname__ == name
    )
    return lambda: function(**{**arguments, **changes})


NOT_TOGETHER = [
    (changed("fit_ar", order=40), "at least 82 values to fit an AR"),
    (changed("choose_order", max_order=30), "at least 62 values"),
    (changed("choose_order", criterion="hqic"), "'aic', 'bic'"),
    (changed("autocorrelation", max_lag=60), "at least 61 values"),
    (changed("fit_ar", series=np.full(60, 3.0)), "must vary"),
    (changed("autocorrelation", series=np.full(60, 3.0)), "must vary"),
    (
        changed("fit_ar", series=np.sin(np.arange(60.0)), order=5),
        "linearly dependent",
    ),
    (changed("AR.forecast", history=[1.0]), "at least 2 values"),
    (changed("AR.predict", series=[1.0, 2.0]), "at least 3 values"),
    (changed("backtest", first_origin=60), "at least 62 values"),
    (changed("backtest", forecasters={}), "at least one name"),
    (
        changed("backtest", forecasters={"bad": lambda h, n: np.zeros(n + 1)}),
        r"forecast of 'bad' at origin 20 must have shape \(2,\)",
    ),
    (
        changed(
            "backtest", forecasters={"bad": lambda h, n: np.full(n, np.nan)}
        ),
        "forecast of 'bad' at origin 20 must be finite",
    ),
    (changed("mae", forecast=SERIES[:-1]), "forecast must have the shape"),
    (changed("rmse", actual=SERIES[:, None]), "must have the shape of actual"),
    (changed("r2_out_of_sample", reference=SERIES), "found a perfect one"),
    (changed("score_interval", reference=None), "reference must be named"),
    (
        changed("score_interval", score="mae"),
        "reference must be left out for score 'mae'",
    ),
    (changed("score_interval", name="AR"), "name must be one of"),
    (changed("score_interval", score="r3"), "score must be one of"),
    (changed("score_interval", block_length=41), "between 1 and 40"),
    (changed("score_interval", level=1.0), r"level must lie in \(0, 1\)"),
    (changed("skill_by_horizon", name=[]), "name must name a forecaster"),
    (changed("skill_by_horizon", name=["AR"]), "name must be one of"),
    (changed("skill_by_horizon", reference=None), "reference must be"),
    (changed("skill_by_horizon", level=1.0), r"level must lie in \(0, 1\)"),
    (changed("conformal_margin", level=0.99), "errors must number at least 9"),
    (changed("conformal_margin", errors=3.0), r"must have shape \(n,\) or"),
    (changed("Learner", fit=3), "fit must be a function"),
    (changed("on_square_roots", fit=None), "fit must be a function"),
    (changed("fit_direct_ar", horizon=54), "at least 61 values"),
    (changed("fit_direct_ar", ridge=-1.0), r"ridge must lie in \[0"),
    (changed("fit_direct_ar", series=np.full(60, 3.0)), "must vary"),
    (changed("DirectAR.forecast", horizon=3), "horizon must be between 1 and"),
    (changed("regress_on_lags", target=SERIES[3:]), "past must have shape"),
    (changed("fit_threshold_ar", orders=4), "orders must be two integers"),
    (changed("fit_threshold_ar", orders=(0, 4)), "orders must be at least 1"),
    (changed("fit_threshold_ar", threshold=99.0), "targets to the high"),
    (changed("choose_threshold_ar", delays=[0]), "delays must be at least 1"),
    (changed("choose_threshold_ar", delays=[1.5]), "delays must hold int"),
    (changed("choose_threshold_ar", shares=[1.0]), r"shares must lie in \(0"),
    (changed("fit_least_squares", x=np.ones(60)), "x must vary"),
    (changed("fit_least_squares", target=SERIES[:-1]), r"shape \(60,\)"),
    (changed("fit_gradient", learning_rate=0.0), r"lie in \(0, inf\)"),
    (changed("learn_online", learning_rate=-0.1), "learning_rate must lie"),
    (changed("read_checked", file_name="x.csv"), "file_name must be one of"),
    (changed("explore", draw="figure"), "draw must be a function"),
    (changed("explore", alt=" "), "alt must describe"),
    (changed("explore", say="text"), "say must be a function"),
    (changed("explore", u=[1]), "at least two different values"),
    (changed("explore", u=[1, 1]), "at least two different values"),
    (changed("explore", u="abc"), "u must be a list of values"),
    (changed("explore", u=["a", "b"]), "u must hold numbers"),
    (changed("explore", u=[0.0, np.nan]), "u must be finite"),
    (changed("explore", u=range(300)), "at most 200 frames, found 300"),
    (
        changed("explore", **{key: [0, 1] for key in "vwyz"}),
        "one to four, found 5",
    ),
    (changed("explore", start={"v": 1}), "start must name sliders"),
    (changed("explore", start={"u": 7}), "one of the slider's values"),
    (changed("explore", labels={"v": "v"}), "labels must name sliders"),
    (changed("loss_surface", loss=np.zeros((3, 2))), "loss must be positive"),
    (changed("intervals", scores={}), "at least one row"),
    (changed("intervals", scores={"a": (1, 2, 0)}), "score, low, high"),
    (changed("stems", heights=[1.0]), r"heights must have shape \(2,\)"),
    (changed("ar_neuron", order=5), "between 1 and 4"),
    (
        changed("record", number=CLAIMS + 1),
        f"number must be between 1 and {CLAIMS}, found {CLAIMS + 1}",
    ),
    (changed("record", verdict="may hold"), "verdict must be one of 'holds'"),
    (changed("record", label="Fig 1"), "label must be made of small letters"),
    (changed("record", part="two\nlines"), "part must be at most one line"),
    (changed("load", path="nowhere.json"), "path must be a file, found none"),
    (
        lambda: forecasting.seasonal_naive(7)(SERIES[:6], 1),
        "at least 7 values .one period",
    ),
    (changed("fit", batches=[]), "batches must hold at least one"),
    (changed("fit", batches=[X]), "every one of batches must be of type Seq"),
    (changed("fit", batches=DATA), "batches must be a list of batches"),
    (changed("fit", network=Network), "network must be a Network, found the"),
    (
        changed("fit", optimizer=SGD(WEIGHTS)),
        "optimizer must be made with this network's parameters, found anoth",
    ),
    (
        changed("fit", optimizer=SGD(NETWORK.parameters, lambda n: np.nan)),
        "learning_rate must be finite",
    ),
    (
        lambda: list(Fresh(lambda rng: X, 2)),
        "what draw returns must be of type Sequences",
    ),
    (
        lambda: NETWORK.score(Sequences(X, X, ~MASK)),
        "data must have a mask that is True somewhere",
    ),
    (lambda: Sequences(X, X.astype(str), MASK), "y must hold real num"),
    (
        lambda: Scaler(OUTPUTS).scale(np.ones((4, 1))),
        r"values must have shape \(..., 2\), found \(4, 1\)",
    ),
    (
        lambda: Sequences(X, X, MASK, [1.5, 2.0, 3.0]),
        "lengths must hold integers",
    ),
    (lambda: predict("memory-u", "Which?"), "one of choices, number and"),
    (lambda: predict("memory-u", "Which?", number=[1, 2]), "found neither"),
    (
        lambda: predict(
            "memory-u", "Which?", number=[0, 2], factor=2, tolerance=1
        ),
        "found both",
    ),
    (
        lambda: predict("memory-u", "Which?", number=[0, 2], factor=2),
        "number must be positive where a factor counts",
    ),
    (
        lambda: predict("memory-u", "Which?", choices=["a", "b"], log=True),
        "log must be left out beside choices",
    ),
    (
        lambda: predict("memory-u", "Which?", curve=[1, 2], tolerance=1),
        "axes must be named for a curve",
    ),
    (changed("predict", key="Half"), "key must be made of a chapter"),
    (lambda: recall(), "pairs must hold at least one"),
    (lambda: recall("Which?"), r"pairs\[0\] must be a question and"),
    (lambda: recall(("Which?", "")), r"pairs\[0\]\[1\] must be one line"),
    (lambda: SGD({}), "parameters must hold at least one array"),
    (
        lambda: clip_by_norm({"W": np.array([np.inf])}, 1.0),
        "gradients must have a finite norm, found inf",
    ),
    (
        lambda: gradient_check(half_square, {"W": np.ones(2, np.float32)}, {}),
        r"arrays\['W'\] must be an array of float64",
    ),
    (lambda: split_windows(WINDOWS, 2.5), "boundaries must be"),
    (lambda: tasks.reber("BTXSE"), "strings must be a list of strings"),
    (lambda: tasks.reber([""], embedded=False), "string must be of the gra"),
    (changed("two_ones", noise=-0.1), "noise must lie"),
    (changed("LSTM.forward", h0=(X[0], X[0])), r"h0\[0\] must have shape"),
]


@pytest.mark.parametrize(
    ("call", "message"), NOT_TOGETHER, ids=[m for _, m in NOT_TOGETHER]
)
def test_what_does_not_fit_together_is_refused(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()


def test_draw_that_returns_no_figure_is_told():
    slider = explore(lambda u: None, alt="A figure.", u=[0, 1])
    with pytest.raises(TypeError, match="draw must return its figure"):
        slider.to_html()
