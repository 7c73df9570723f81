"""The instruments must themselves be right, or nothing they say counts."""

import numpy as np
import pytest

from rnnlib.diagnostics import (
    gradient_check,
    numerical_gradient,
    relative_error,
)


def test_numerical_gradient_of_a_cubic_is_known():
    w = np.array([[1.0, -2.0], [0.5, 3.0]])
    found = numerical_gradient(lambda: float((w**3).sum()), w)
    np.testing.assert_allclose(found, 3 * w**2, rtol=1e-9)


def test_the_array_is_put_back_exactly():
    w = np.array([0.1, 1e10, -1e-10])
    before = w.copy()
    numerical_gradient(lambda: float(w.sum()), w)
    np.testing.assert_array_equal(w, before)


@pytest.mark.parametrize("fault", [1.001, -1.0, 0.0])
def test_gradient_check_finds_a_wrong_gradient(fault):
    w, v = np.array([1.0, 2.0]), np.array([0.3])

    def loss():
        return float((w**2).sum() * np.sin(v).sum())

    right = {"w": 2 * w * np.sin(v), "v": (w**2).sum() * np.cos(v)}
    arrays = {"w": w, "v": v}
    assert max(gradient_check(loss, arrays, right).values()) < 1e-9
    wrong = right | {"v": fault * right["v"]}
    errors = gradient_check(loss, arrays, wrong)
    assert errors["w"] < 1e-9
    assert errors["v"] > 0.9e-3


def test_relative_error_is_scaled_by_the_largest_entry():
    assert relative_error([100.0, 0.0], [100.0, 1.0]) == pytest.approx(0.01)
    assert relative_error([0.0], [0.0]) == 0
    assert relative_error([0.0], [1e-30]) == 1


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: numerical_gradient(float, np.ones(2, np.float32)),
            TypeError,
            "dtype float64",
        ),
        (
            lambda: gradient_check(float, {"w": np.ones(2)}, {}),
            ValueError,
            "must hold 'w'",
        ),
        (
            lambda: gradient_check(
                float, {"w": np.ones(2)}, {"w": np.ones(3)}
            ),
            ValueError,
            "must have shape",
        ),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
