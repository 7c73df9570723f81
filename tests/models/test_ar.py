"""AR models agree with statsmodels and with algebra."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.regression.linear_model import OLS
from statsmodels.tsa import stattools

from rnnlib import datasets, models

SERIES = {
    "returns": datasets.apple_returns().values,
    "sunspots": datasets.sunspots_yearly().values,
}


@pytest.mark.parametrize("name", SERIES)
@pytest.mark.parametrize("order", [1, 2, 9, 20])
def test_fit_equals_ordinary_least_squares_of_statsmodels(name, order):
    series = SERIES[name]
    ours = models.fit_ar(series, order)
    columns = [
        series[order - k : len(series) - k] for k in range(1, order + 1)
    ]
    design = np.column_stack([np.ones(len(series) - order), *columns])
    theirs = OLS(series[order:], design).fit()
    parameters = [ours.intercept, *ours.coefficients]
    np.testing.assert_allclose(parameters, theirs.params, rtol=1e-9)
    np.testing.assert_allclose(ours.standard_errors, theirs.bse, rtol=1e-9)
    assert ours.aic == pytest.approx(theirs.aic, rel=1e-12)
    assert ours.bic == pytest.approx(theirs.bic, rel=1e-12)
    assert ours.residual_variance == pytest.approx(theirs.mse_resid)


@pytest.mark.parametrize("name", SERIES)
def test_autocorrelation_equals_statsmodels(name):
    ours = models.autocorrelation(SERIES[name], 30)
    theirs = stattools.acf(SERIES[name], nlags=30, fft=False)
    np.testing.assert_allclose(ours, theirs, atol=1e-12)


@given(
    poles=st.lists(st.floats(-0.95, 0.95), min_size=1, max_size=4),
    intercept=st.floats(-5, 5),
)
def test_poles_are_the_roots_that_built_the_model(poles, intercept):
    coefficients = -np.poly(poles)[1:]
    found = models.ar_from(intercept, coefficients).poles()
    # roots that coincide are ill-conditioned: compare the polynomials
    np.testing.assert_allclose(np.poly(found), np.poly(poles), atol=1e-6)
    assert (np.diff(np.abs(found)) <= 1e-12).all()


@given(phi=st.floats(-0.98, 0.98), start=st.floats(-100, 100))
def test_forecast_of_ar1_is_its_closed_form(phi, start):
    model = models.ar_from(2.0, [phi])
    steps = np.arange(1, 31)
    closed = model.mean + phi**steps * (start - model.mean)
    np.testing.assert_allclose(
        model.forecast([start], 30), closed, rtol=1e-9, atol=1e-9
    )


def test_noise_free_world_is_forecast_exactly():
    law = models.fit_ar(SERIES["sunspots"], 2)
    world = law.simulate([50.0, 150.0], np.zeros(80))
    model = models.fit_ar(world[:30], 2)
    error = np.abs(model.forecast(world[:30], 50) - world[30:]).max()
    assert error < 1e-6


def test_predict_is_the_one_step_forecast_at_every_point():
    series, order = SERIES["sunspots"], 3
    model = models.fit_ar(series, order)
    one_by_one = [
        model.forecast(series[:t])[0] for t in range(order, len(series))
    ]
    np.testing.assert_allclose(model.predict(series), one_by_one, rtol=1e-12)


def test_lag_matrix_holds_nothing_of_the_target_or_later():
    series = np.arange(10.0)
    lags = models.lag_matrix(series, 3)
    targets = series[3:]
    assert lags.shape == (7, 3)
    for row, target in zip(lags, targets):
        np.testing.assert_array_equal(row, target - np.array([1, 2, 3]))


def test_order_is_found_where_there_is_one():
    generator = np.random.default_rng(1)
    law = models.ar_from(0.0, [0.5, 0.0, -0.6])
    series = law.simulate(np.zeros(3), generator.normal(size=5000))
    assert models.choose_order(series, 10, criterion="bic")[0] == 3


def test_all_orders_are_judged_on_the_same_targets():
    series = SERIES["sunspots"]
    _, criteria = models.choose_order(series, 12)
    alone = models.fit_ar(series, 12).aic
    assert criteria[-1] == pytest.approx(alone)
    # order 1 must drop its first 11 targets as well, order 0 its first 12
    assert criteria[1] == pytest.approx(models.fit_ar(series[11:], 1).aic)
    assert criteria[0] == pytest.approx(models.fit_ar(series[12:], 0).aic)


def test_order_zero_is_the_mean():
    series = SERIES["returns"]
    model = models.fit_ar(series, 0)
    assert model.intercept == pytest.approx(series.mean())
    assert model.mean == model.intercept
    assert model.forecast(series, 3) == pytest.approx([series.mean()] * 3)
    assert model.predict(series) == pytest.approx([series.mean()] * 240)
    assert len(model.poles()) == 0


def test_noise_gets_no_lag_at_all():
    noise = np.random.default_rng(0).normal(size=2000)
    assert models.choose_order(noise, 10, criterion="bic")[0] == 0


@settings(max_examples=50)
@given(
    scale=st.floats(1e-6, 1e6),
    shift=st.floats(-1e3, 1e3),
    order=st.integers(1, 5),
)
def test_coefficients_do_not_depend_on_the_unit(scale, shift, order):
    series = SERIES["sunspots"][:120]
    plain = models.fit_ar(series, order).coefficients
    moved = models.fit_ar(scale * (series + shift), order).coefficients
    np.testing.assert_allclose(moved, plain, rtol=1e-5, atol=1e-7)


def test_direct_ar_is_one_regression_for_each_horizon():
    series, order = SERIES["sunspots"], 3
    ours = models.fit_direct_ar(series, order, 5)
    future = len(series) - order - 4  # targets at every horizon
    past = models.lag_matrix(series, order)[:future]
    for h in range(5):
        target = series[order + h :][:future]
        theirs = OLS(target, np.column_stack([np.ones(future), past])).fit()
        np.testing.assert_allclose(
            np.append(ours.intercepts[h], ours.coefficients[:, h]),
            theirs.params,
            rtol=1e-8,
        )
    newest = series[-order:][::-1]
    np.testing.assert_allclose(
        ours.forecast(series, 5), ours.intercepts + newest @ ours.coefficients
    )
    np.testing.assert_allclose(
        ours.forecast(series, 2), ours.forecast(series, 5)[:2]
    )


def test_ridge_pulls_the_weights_to_zero_and_the_forecast_to_the_mean():
    series = SERIES["sunspots"]
    sizes = [
        np.abs(models.fit_direct_ar(series, 9, 3, ridge=r).coefficients).sum()
        for r in (0.0, 10.0, 1000.0, 1e9)
    ]
    assert sizes == sorted(sizes, reverse=True)
    flat = models.fit_direct_ar(series, 9, 3, ridge=1e9)
    np.testing.assert_allclose(
        flat.forecast(series, 3), series[9:].mean(), rtol=0.02
    )


def test_rows_chosen_by_hand_give_the_model_of_these_rows():
    series = SERIES["sunspots"]
    past, target = models.lag_matrix(series, 2), series[2:]
    whole = models.regress_on_lags(past, target)
    fitted = models.fit_ar(series, 2)
    np.testing.assert_array_equal(whole.coefficients, fitted.coefficients)
    some = models.regress_on_lags(past[::3], target[::3])
    residuals = target[::3] - some.intercept - past[::3] @ some.coefficients
    np.testing.assert_allclose(past[::3].T @ residuals, 0, atol=1e-6)


@pytest.mark.parametrize("criterion", ["aic", "bic"])
def test_one_pass_gives_the_criteria_of_all_orders(criterion):
    """Each as a fit of its own gives it, on the same targets."""
    series = np.random.default_rng(3).normal(size=60).cumsum() + 20
    order, criteria = models.choose_order(series, 6, criterion=criterion)
    wanted = [
        getattr(models.fit_ar(series[6 - p :], p), criterion) for p in range(7)
    ]
    np.testing.assert_allclose(criteria, wanted, rtol=1e-10)
    assert order == np.argmin(wanted)
