"""The data are the ones the book was written with, or there are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rnnlib import datasets

LOADERS = {
    datasets.apple_prices: (241, "2002-12", "2022-12"),
    datasets.apple_returns: (240, "2003-01", "2022-12"),
    datasets.sunspots_yearly: (309, "1700", "2008"),
    datasets.sunspots_monthly: (3177, "1749-01", "2013-09"),
}


@pytest.mark.parametrize("load", LOADERS, ids=lambda load: load.__name__)
def test_series_is_whole_and_in_order(load):
    length, first, last = LOADERS[load]
    series = load()
    assert len(series) == len(series.time) == len(series.values) == length
    assert (str(series.time[0]), str(series.time[-1])) == (first, last)
    steps = np.diff(series.time.astype("int64"))
    assert (steps == 1).all(), "a month or a year is missing"
    assert np.isfinite(series.values).all()


def test_returns_rebuild_the_prices():
    prices, returns = datasets.apple_prices(), datasets.apple_returns()
    growth = np.cumprod(1 + returns.values / 100)
    np.testing.assert_allclose(
        prices.values[0] * growth, prices.values[1:], rtol=1e-12
    )


def test_a_reader_cannot_edit_the_data_by_accident():
    with pytest.raises(ValueError, match="read-only"):
        datasets.sunspots_yearly().values[0] = 1.0


def test_digits_are_whole():
    digits = datasets.mnist()
    for x, y, count in (
        (digits.x_train, digits.y_train, 60_000),
        (digits.x_test, digits.y_test, 10_000),
    ):
        assert x.shape == (count, 28, 28)
        assert (x.dtype, x.min(), x.max()) == (np.uint8, 0, 255)
        assert (y.shape, y.dtype) == ((count,), np.int64)
        share = np.bincount(y, minlength=10) / count
        assert len(share) == 10 and share.min() > 0.08
        with pytest.raises(ValueError, match="read-only"):
            x[0] = 0
        with pytest.raises(ValueError, match="read-only"):
            y[0] = 0


def test_no_digit_is_in_both_parts():
    digits = datasets.mnist()
    seen = {picture.tobytes() for picture in digits.x_train}
    assert not seen & {picture.tobytes() for picture in digits.x_test}


@pytest.mark.parametrize("file_name", datasets.CHECKSUMS)
def test_altered_file_is_refused_by_name(file_name, tmp_path, monkeypatch):
    content = bytearray(datasets.read_checked(file_name))
    content[len(content) // 2] ^= 1  # one bit
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / file_name).write_bytes(content)
    monkeypatch.setattr(datasets, "files", lambda package: tmp_path)
    with pytest.raises(
        ValueError,
        match=f"{file_name} is damaged.*"
        f"git checkout -- rnnlib/data/{file_name}; elsewhere: .*pip install",
    ):
        datasets.read_checked(file_name)


def test_missing_file_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets, "files", lambda package: tmp_path)
    with pytest.raises(ValueError, match=r"sunspots_yearly\.csv is missing"):
        datasets.sunspots_yearly()


def test_unknown_file_is_refused():
    with pytest.raises(ValueError, match="file_name must be one of"):
        datasets.read_checked("prices.csv")


def test_readme_of_the_data_lists_every_checksum():
    readme = Path(datasets.__file__).parents[1] / "data" / "README.md"
    text = readme.read_text(encoding="utf-8")
    for file_name, checksum in datasets.CHECKSUMS.items():
        assert f"{checksum}  {file_name}" in text
