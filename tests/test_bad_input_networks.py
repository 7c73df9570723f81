"""Bad input is refused by the rooms of the networks, in words that help.

The same as test_bad_input.py for layers, heads, optimizers, sequences, tasks,
training and diagnostics, constructors and methods among them. The last test
asks whether both tables together forget a public function.
"""

from __future__ import annotations

import inspect

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from network_calls import (
    CACHES,
    CALLS,
    DATA,
    LAYERS,
    MASK,
    NETWORK,
    OUTPUTS,
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
from spoil import (
    NO_ARRAY,
    NO_COUNT,
    NO_NUMBER,
    NO_OBJECT,
    refused,
    spoilable,
    spoilt,
)
from test_bad_input import CALLS as LINEAR_CALLS

import rnnlib
from rnnlib import diagnostics, tasks, windows
from rnnlib.optimizers import (
    SGD,
    Adam,
    clip_by_norm,
)
from rnnlib.training import Fresh, Network, fit
from rnnlib.windows import Scaler, Sequences

# Good arrays, of which any other number of axes is wrong, ...
ARRAY_ARGUMENTS = {
    "x", "h0", "dh", "dc", "dy", "y", "W", "jacobians", "upstream",
    "training", "lags", "wanted", "LinearHead.forward(h)",
    "time_first(windows)", "reber_passed(y_hat)", "next_values(series)",
    "history", "random_pieces(series)", "bits(chances)", "pick(chances)",
    "luck",
}  # fmt: skip
# ... and those that may have any.
ANY_SHAPE = {"y_hat", "found", "array", "norms", "sliding_windows(series)"}
ANY_SHAPE |= {"sharpen(chances)"}
ANY_SHAPE |= {"LinearHead.forward(h)", "training", "values"}
MASK_ARGUMENTS = {"mask", "legal", "success"}
INDEX_ARGUMENTS = {"classes", "which", "lengths"}
COUNT_ARGUMENTS = {
    "input_size", "hidden_size", "output_size", "size", "longest_lag",
    "steps", "horizon", "from_time", "count", "shortest", "longest", "lag",
    "symbols", "length", "bits", "consonants", "epochs", "piece", "patience",
    "draws", "trials", "updates", "order",
}  # fmt: skip
OPTIONAL_COUNTS = {"longest_lag", "longest", "piece", "patience"}
OPTIONAL_COUNTS |= {"network_learner(steps)"}
FROM_ZERO = {"seed", "successes", "one_cycle(step)"}
FROM_ZERO |= {"random_pieces(warm_up)", "network_learner(warm_up)"}
NUMBER_ARGUMENTS = {
    "share",
    "forget_bias", "learning_rate", "momentum", "beta1", "beta2", "eps",
    "limit", "peak", "warm_up", "noise", "clip", "goal", "step", "level", "z",
    "one", "temperature", "start", "dropout",
}  # fmt: skip
POSITIVE_NUMBERS = NUMBER_ARGUMENTS - {"forget_bias", "goal"}
NAME_ARGUMENTS = {"activation", "name", "kind", "form"}
TEXT_ARGUMENTS = {
    "text", "string", "lexicon", "strings", "names", "beginnings", "word",
}  # fmt: skip
FLAG_ARGUMENTS = {"forget_gate", "embedded", "carry", "progress", "smooth"}
OBJECT_ARGUMENTS = {
    "cache", "module", "layer", "head", "network", "optimizer", "data",
    "batches", "split_windows(windows)", "scaler", "parameters", "gradients",
    "arrays", "sequences",
}  # fmt: skip
FUNCTION_ARGUMENTS = {"loss", "draw", "schedule", "validate", "after"}
CHECKED_ELSEWHERE = {"init", "dtype"}  # below, by name
LOSSES = {"squared_error", "bit_entropy", "cross_entropy"}


@pytest.mark.parametrize("call", CALLS)
def test_the_good_call_is_accepted(call):
    function, arguments = CALLS[call]
    function(**arguments)


@pytest.mark.parametrize(
    ("call", "name"), spoilable(CALLS, ARRAY_ARGUMENTS | ANY_SHAPE)
)
@pytest.mark.parametrize("bad", NO_ARRAY, ids=repr)
def test_what_is_no_array_is_refused(call, name, bad):
    if bad is None and name in ("h0", "dc"):
        return  # the state starts at zero
    refused(CALLS, call, name, bad)


@pytest.mark.parametrize(
    ("call", "name"),
    spoilable(CALLS, ARRAY_ARGUMENTS | MASK_ARGUMENTS, ANY_SHAPE),
)
def test_other_numbers_of_axes_are_refused(call, name):
    good = np.asarray(CALLS[call][1][name])
    refused(CALLS, call, name, good[0])
    refused(CALLS, call, name, good[np.newaxis])
    refused(CALLS, call, name, good[:0])


@pytest.mark.parametrize(
    ("call", "name"), spoilable(CALLS, ARRAY_ARGUMENTS | ANY_SHAPE)
)
@settings(
    max_examples=20,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
@given(data=st.data())
def test_nan_and_infinity_anywhere_are_refused(call, name, data):
    refused(CALLS, call, name, spoilt(CALLS[call][1][name], data))


@pytest.mark.parametrize(("call", "name"), spoilable(CALLS, MASK_ARGUMENTS))
def test_what_is_no_mask_is_refused(call, name):
    good = CALLS[call][1][name]
    for bad in (*NO_ARRAY, good * 1, good * 1.0, good[:, None], good[:-1]):
        if not (bad is None and call in LOSSES):
            refused(CALLS, call, name, bad)


@pytest.mark.parametrize(("call", "name"), spoilable(CALLS, INDEX_ARGUMENTS))
def test_what_is_no_index_is_refused(call, name):
    """Neither rounded nor counted from the end."""
    good = np.asarray(CALLS[call][1][name])
    for bad in (*NO_ARRAY, good + 0.5, good * 1.0, good > 0, good - 9):
        if not (bad is None and name == "lengths"):
            refused(CALLS, call, name, bad)
    refused(CALLS, call, name, good + 9)
    refused(CALLS, call, name, good[np.newaxis])


@pytest.mark.parametrize(("call", "name"), spoilable(CALLS, COUNT_ARGUMENTS))
@settings(max_examples=20, deadline=None)
@given(bad=NO_COUNT)
def test_what_is_no_count_is_refused(call, name, bad):
    if bad is not None or not {name, f"{call}({name})"} & OPTIONAL_COUNTS:
        refused(CALLS, call, name, bad)


@pytest.mark.parametrize(("call", "name"), spoilable(CALLS, FROM_ZERO))
@pytest.mark.parametrize(
    "bad", [-1, 1.5, 2.0, "1", None, True, [1], np.nan], ids=repr
)
def test_what_is_no_seed_and_no_step_is_refused(call, name, bad):
    refused(CALLS, call, name, bad)


@pytest.mark.parametrize(
    ("call", "name"), spoilable(CALLS, NUMBER_ARGUMENTS, FROM_ZERO)
)
@pytest.mark.parametrize("bad", NO_NUMBER, ids=repr)
def test_what_is_no_number_is_refused(call, name, bad):
    refused(CALLS, call, name, bad)


@pytest.mark.parametrize(
    ("call", "name"), spoilable(CALLS, POSITIVE_NUMBERS, FROM_ZERO)
)
def test_negative_rates_limits_and_distances_are_refused(call, name):
    refused(CALLS, call, name, -0.1)


@pytest.mark.parametrize(("call", "name"), spoilable(CALLS, NAME_ARGUMENTS))
@pytest.mark.parametrize("bad", [None, "other", "", 3, ["tanh"]], ids=repr)
def test_unknown_names_are_refused(call, name, bad):
    refused(CALLS, call, name, bad)


@pytest.mark.parametrize(("call", "name"), spoilable(CALLS, TEXT_ARGUMENTS))
@pytest.mark.parametrize("bad", [None, "", 3, [], [3], "B", [""]], ids=repr)
def test_what_is_no_text_is_refused(call, name, bad):
    if call == "reber" and bad == [""]:
        with pytest.raises(ValueError, match="string must be of the grammar"):
            tasks.reber(bad, embedded=False)
    elif call != "NGram.after" or bad != [""]:  # no letter is a beginning
        refused(CALLS, call, name, bad)


@pytest.mark.parametrize(("call", "name"), spoilable(CALLS, FLAG_ARGUMENTS))
@pytest.mark.parametrize("bad", ["no", 0, 1.0, [True]], ids=repr)
def test_what_is_not_true_or_false_is_refused(call, name, bad):
    refused(CALLS, call, name, bad)


@pytest.mark.parametrize(("call", "name"), spoilable(CALLS, OBJECT_ARGUMENTS))
@pytest.mark.parametrize("bad", [*NO_OBJECT, DATA.x, NETWORK], ids=repr)
def test_other_objects_are_refused(call, name, bad):
    if bad is not CALLS[call][1][name] and not (
        name == "sequences" and isinstance(bad, (list, np.ndarray))
    ):
        refused(CALLS, call, name, bad)


@pytest.mark.parametrize(
    ("call", "name"), spoilable(CALLS, FUNCTION_ARGUMENTS)
)
@pytest.mark.parametrize("bad", ["mean", 3, [len], object()], ids=repr)
def test_what_is_no_function_is_refused(call, name, bad):
    refused(CALLS, call, name, bad)


@pytest.mark.parametrize(("call", "name"), spoilable(CALLS, {"init"}))
@pytest.mark.parametrize(
    "bad", [None, True, "ones", -0.5, np.nan, [0.9], np.eye(3)], ids=repr
)
def test_unknown_starts_are_refused(call, name, bad):
    refused(CALLS, call, name, bad)


@pytest.mark.parametrize(("call", "name"), spoilable(CALLS, {"dtype"}))
@pytest.mark.parametrize(
    "bad", [None, int, "text", np.float16, complex, 3], ids=repr
)
def test_other_types_of_number_are_refused(call, name, bad):
    refused(CALLS, call, name, bad)


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


def unfit(**changes):
    return lambda: fit(**{**CALLS["fit"][1], **changes})


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (unfit(batches=[]), "batches must hold at least one"),
        (unfit(batches=[X]), "every one of batches must be of type Seq"),
        (unfit(batches=DATA), "batches must be a list of batches"),
        (unfit(schedule=lambda n: np.nan), "what schedule returns must be"),
        (unfit(schedule=lambda n: None), "what schedule returns must be"),
        (unfit(network=Network), "network must be a Network, found the cl"),
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
        (lambda: SGD({}), "parameters must hold at least one array"),
        (
            lambda: clip_by_norm({"W": np.array([np.inf])}, 1.0),
            "gradients must have a finite norm, found inf",
        ),
        (
            lambda: diagnostics.gradient_check(
                half_square, {"W": np.ones(2, np.float32)}, {}
            ),
            r"arrays\['W'\] must be an array of float64",
        ),
        (lambda: windows.split_windows(WINDOWS, 2.5), "boundaries must be"),
        (lambda: tasks.reber("BTXSE"), "strings must be a list of strings"),
    ],
)
def test_what_does_not_fit_together_is_refused(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()


# Handed only what a layer has checked already, or checks by themselves.
INTERNAL = {
    "recurrent.as_cache", "recurrent.as_layer", "recurrent.as_sequences",
    "recurrent.as_state", "recurrent.starting_weights",
    "recurrent.read_torch", "recurrent.write_torch", "recurrent.shown",
    # Handed records, which refuse what is no record when they are made, and
    # a function whose argument is that of verdicts.load.
    "claims.link", "claims.markdown_table", "claims.plain", "verdicts.table",
    # Run at every step of a sequence: no time to check.
    "recurrent.sigmoid",
    # Drawing pieces, and checks with tests of their own: test_exercises.py.
    "exercises.check", "exercises.find", "exercises.of", "exercises.verdict",
    "drawings.sheet", "drawings.node", "drawings.arrow", "drawings.loop",
    "drawings.thread", "plots.label_line", "plots.set_style",
}  # fmt: skip
# Made by functions of ours, not by the reader.
RESULTS = {
    "AR", "Backtest", "Box", "Claim", "DirectAR", "ElmanCache",
    "EmbeddingCache", "Exercise", "Explorer", "GRUCache", "HeadCache",
    "History", "Horizon", "LSTMCache", "Pictures", "Series", "Table",
    "ThresholdAR", "Windows",
}  # fmt: skip


def public(room):
    """Yield the qualified names of what in a room takes arguments."""
    module = getattr(rnnlib, room)
    for name, value in inspect.getmembers(module):
        ours = getattr(value, "__module__", "").startswith(f"rnnlib.{room}")
        if name.startswith("_") or not ours:
            continue
        if inspect.isfunction(value) and inspect.signature(value).parameters:
            yield name
        if inspect.isclass(value):
            if name not in RESULTS:
                yield name
            for method, code in vars(value).items():
                code = inspect.unwrap(getattr(code, "__func__", code))
                if method.startswith("_") or not inspect.isfunction(code):
                    continue
                if len(inspect.signature(code).parameters) > 1:
                    yield f"{name}.{method}"


@pytest.mark.parametrize("room", sorted(set(rnnlib.ROOMS) - {"validation"}))
def test_the_tables_forget_no_public_function(room):
    """A new function with arguments needs a row, or a reason above."""
    rows = {name.split()[0] for name in CALLS | LINEAR_CALLS}
    for name in public(room):
        if f"{room}.{name}" not in INTERNAL:
            assert name in rows, f"{room}.{name} has no row in CALLS"


def test_every_argument_of_the_table_is_spoilt():
    """A row alone protects nothing: its arguments need a kind each."""
    kinds = set().union(
        ARRAY_ARGUMENTS, ANY_SHAPE, MASK_ARGUMENTS, INDEX_ARGUMENTS,
        COUNT_ARGUMENTS, FROM_ZERO, NUMBER_ARGUMENTS, NAME_ARGUMENTS,
        TEXT_ARGUMENTS, FLAG_ARGUMENTS, OBJECT_ARGUMENTS, FUNCTION_ARGUMENTS,
        CHECKED_ELSEWHERE,
    )  # fmt: skip
    for call, (_, arguments) in CALLS.items():
        for name in arguments:
            assert {name, f"{call}({name})"} & kinds, f"{call}({name})"
