"""Windows, splits and scalers: the right values, and no leak."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnlib.sequences.padded import Sequences, pad
from rnnlib.sequences.scaling import Scaler
from rnnlib.sequences.windows import (
    next_values,
    sliding_windows,
    split_windows,
)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.integers(1, 6), st.integers(1, 5), st.integers(0, 20))
def test_windows_hold_the_steps_before_their_target(steps, horizon, extra):
    series = np.arange(steps + horizon + extra, dtype=float)
    windows = sliding_windows(series, steps, horizon=horizon)
    assert windows.x.shape == (extra + 1, steps, 1)
    np.testing.assert_array_equal(windows.y[:, 0], series[windows.time])
    np.testing.assert_array_equal(
        windows.x[:, -1, 0], windows.y[:, 0] - horizon
    )
    np.testing.assert_array_equal(np.diff(windows.x[..., 0], axis=1), 1)
    assert windows.time[-1] == len(series) - 1


def test_windows_take_several_features():
    series = np.arange(20.0).reshape(10, 2)
    windows = sliding_windows(series, 3)
    assert windows.x.shape == (7, 3, 2)
    np.testing.assert_array_equal(windows.x[0], series[:3])
    np.testing.assert_array_equal(windows.y[0], series[3])


def test_every_target_belongs_to_one_part_alone():
    windows = sliding_windows(np.arange(30.0), 5, horizon=2)
    train, validation, test = split_windows(windows, 15, 22)
    assert train.time.max() == 14
    assert (validation.time.min(), validation.time.max()) == (15, 21)
    assert test.time.min() == 22
    # Nothing that the training part shows or asks for is later than it.
    assert max(train.x.max(), train.y.max()) == 14
    together = np.concatenate([p.time for p in (train, validation, test)])
    np.testing.assert_array_equal(together, windows.time)


@pytest.mark.parametrize("boundaries", [(3,), (30,), (20, 20), (20, 10)])
def test_boundaries_that_leave_a_part_empty_are_refused(boundaries):
    windows = sliding_windows(np.arange(30.0), 5)
    with pytest.raises(ValueError, match="boundaries must rise"):
        split_windows(windows, *boundaries)


@pytest.mark.parametrize("kind", ["standard", "range"])
@pytest.mark.parametrize("shape", [(50,), (50, 3)])
def test_scaler_knows_the_training_part_alone(kind, shape):
    values = np.random.default_rng(0).normal(5, 3, shape)
    train = values[:30]
    scaler = Scaler(train, kind)
    scaled = scaler.scale(values)
    np.testing.assert_allclose(scaler.unscale(scaled), values)
    if kind == "standard":
        np.testing.assert_allclose(scaled[:30].mean(axis=0), 0, atol=1e-14)
        np.testing.assert_allclose(scaled[:30].std(axis=0), 1)
    else:
        np.testing.assert_allclose(scaled[:30].min(axis=0), 0)
        np.testing.assert_allclose(scaled[:30].max(axis=0), 1)
    later = values.copy()
    later[30:] = 1e9
    np.testing.assert_array_equal(scaler.scale(later)[:30], scaled[:30])
    assert not hasattr(scaler, "fit")


def test_pad_keeps_values_and_lengths():
    x, lengths = pad([[1.0, 2.0, 3.0], [4.0], [5.0, 6.0]])
    np.testing.assert_array_equal(lengths, [3, 1, 2])
    np.testing.assert_array_equal(
        x[..., 0].T, [[1, 2, 3], [4, 0, 0], [5, 6, 0]]
    )


def test_next_values_asks_for_what_comes_next_from_the_time_on():
    data = next_values(np.arange(6.0), from_time=4)
    np.testing.assert_array_equal(data.x.ravel(), [0, 1, 2, 3, 4])
    np.testing.assert_array_equal(data.y.ravel(), [1, 2, 3, 4, 5])
    np.testing.assert_array_equal(data.y[data.mask].ravel(), [4, 5])


def test_take_cuts_after_the_longest():
    x, lengths = pad([[1.0, 2.0, 3.0], [4.0], [5.0, 6.0]])
    data = Sequences(x, x, np.arange(3)[:, None] < lengths, lengths)
    some = data.take([2, 1])
    assert some.x.shape == (2, 2, 1)
    assert len(some) == 2
    np.testing.assert_array_equal(some.lengths, [2, 1])
    np.testing.assert_array_equal(some.mask, [[True, True], [True, False]])


x = np.zeros((3, 2, 1))
yes = np.ones((3, 2), bool)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Sequences(x[0], x, yes), ValueError, "x must have shape"),
        (lambda: Sequences(x, x[1:], yes), ValueError, "y must have shape"),
        (lambda: Sequences(x, x, yes[1:]), ValueError, "mask must have"),
        (lambda: Sequences(x, x, yes * 1), TypeError, "mask must hold"),
        (
            lambda: Sequences(x, x, yes, [3, 4]),
            ValueError,
            "lengths must lie",
        ),
        (
            lambda: Sequences(x, x, yes, [3, 2]),
            ValueError,
            "mask must be False after",
        ),
        (lambda: pad([]), ValueError, "sequences must hold at least one"),
        (
            lambda: pad([np.ones((2, 1)), np.ones((2, 3))]),
            ValueError,
            r"sequences\[1\] must have shape",
        ),
        (
            lambda: sliding_windows([1.0, 2.0], 2),
            ValueError,
            "series must hold at least steps \\+ horizon = 3",
        ),
        (lambda: sliding_windows([1, 2], 0), ValueError, "steps must be"),
        (lambda: next_values([1.0]), ValueError, "at least 2 values"),
        (lambda: Scaler([1.0, 1.0]), ValueError, "training must vary"),
        (lambda: Scaler([]), ValueError, "training must have shape"),
        (lambda: Scaler([1.0, 2.0], "log"), ValueError, "kind must be"),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
