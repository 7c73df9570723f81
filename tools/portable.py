"""Compare every printed number under every setting of the processor.

    portable.py chapters/*.ipynb                all settings, side by side
    portable.py --only rounding chapters/03*    those whose name holds a word

A printed number may depend on how sums are split among threads and on the
vector instructions that NumPy, OpenBLAS and PyTorch find. Each setting takes
one of these away. Few processors are within reach, so the settings called
*rounding* stand in for others: in the kernel every float that a random
generator draws, initial weights above all, is moved by about its last digit
in single precision. What training makes of that, another processor's sums
would make of it too.

Every run starts from an environment without the variables that steer
arithmetic; if some are set here, one more run keeps them. For each cell that
names a tolerance the table shows the largest deviation as a share of it. The
command fails if a text differs, or if a share is above one half.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

ROOT = Path(__file__).parents[1]
PYTEST = (
    *(sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env"),
    *("--nbval-cell-timeout=900", "-q", "-p", "no:cacheprovider"),
)
# What decides how the libraries below rnnlib add and multiply.
STEERING = ("OPENBLAS_", "OMP_", "MKL_", "ATEN_", "NPY_")
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
# Kernels of OpenBLAS and of PyTorch, and what the processor needs for them.
OPENBLAS = {
    "Nehalem": "SSE42",
    "Sandybridge": "AVX",
    "Haswell": "AVX2",
    "Zen": "AVX2",
    "SkylakeX": "AVX512_SKX",
}
ATEN = {"default": "SSE42", "avx2": "AVX2", "avx512": "AVX512F"}
ROUNDING_SEEDS = (1, 2, 3)
HALF = 0.5
# Run by IPython before the first cell of a chapter.
ROUNDING = """\
import numpy as np

_noise, _plain = np.random.default_rng({seed}), np.random.default_rng


def _nudge(drawn):
    steps = _noise.integers(-1, 2, size=np.shape(drawn))
    moved = drawn * (1 + steps * 2.0**-23)
    return moved.astype(drawn.dtype) if np.ndim(drawn) else moved


class _Rounded(np.random.Generator):
    def normal(self, *a, **k):
        return _nudge(super().normal(*a, **k))

    def standard_normal(self, *a, **k):
        return _nudge(super().standard_normal(*a, **k))

    def uniform(self, *a, **k):
        return _nudge(super().uniform(*a, **k))

    def random(self, *a, **k):
        return _nudge(super().random(*a, **k))


def _rounded(seed=None):
    drawn_from = _plain(seed)
    if isinstance(drawn_from, _Rounded):
        return drawn_from
    return _Rounded(drawn_from.bit_generator)


np.random.default_rng = _rounded
try:
    import torch
except ModuleNotFoundError:
    pass
else:
    for _name in ("uniform_", "normal_"):
        def _wrapped(self, *a, _draw=getattr(torch.Tensor, _name), **k):
            _draw(self, *a, **k)
            with torch.no_grad():
                noise = _noise.integers(-1, 2, size=tuple(self.shape))
                return self.mul_(1 + torch.as_tensor(noise) * 2.0**-23)
        setattr(torch.Tensor, _name, _wrapped)
"""


@dataclass(frozen=True)
class Setting:
    """One way to compute.

    Attributes
    ----------
    name : str
        As the table shows it.
    variables : dict of str to str
        Of the environment, added to a cleared one.
    rounding : int, optional
        Seed of the last digits.
    keep : bool, optional
        Start from the environment as it is instead.
    """

    name: str
    variables: dict[str, str] = field(default_factory=dict)
    rounding: int | None = None
    keep: bool = False

    def is_single(self) -> bool:
        """Say whether the run keeps to one thread."""
        return self.variables.get("OMP_NUM_THREADS") == "1"

    def environment(self, folder: Path) -> dict[str, str]:
        """Return the variables for a run; files it needs go to `folder`."""
        inherited = {
            key: value
            for key, value in os.environ.items()
            if self.keep or not key.startswith(STEERING)
        }
        if self.rounding is not None:
            startup = folder / "ipython" / "profile_default" / "startup"
            startup.mkdir(parents=True)
            code = ROUNDING.format(seed=self.rounding)
            (startup / "00-rounding.py").write_text(code, encoding="utf-8")
            inherited["IPYTHONDIR"] = str(folder / "ipython")
        return {**inherited, **self.variables}


def settings() -> list[Setting]:
    """Return the settings that this processor has, the plain one first."""
    found = [Setting("as it comes"), Setting("OMP_NUM_THREADS=1", ONE_THREAD)]
    for variable, kinds in (
        ("OPENBLAS_CORETYPE", OPENBLAS),
        ("ATEN_CPU_CAPABILITY", ATEN),
    ):
        found += [
            Setting(f"{variable}={kind}", {**ONE_THREAD, variable: kind})
            for kind, needed in kinds.items()
            if __cpu_features__.get(needed)
        ]
    # NumPy refuses to switch off what it was built on, and warns of what
    # this machine lacks.
    wide = [name for name in __cpu_dispatch__ if __cpu_features__.get(name)]
    if wide:
        off = {"NPY_DISABLE_CPU_FEATURES": " ".join(wide)}
        found.append(Setting("NumPy's wide paths off", {**ONE_THREAD, **off}))
    found += [
        Setting(f"rounding, seed {seed}", ONE_THREAD, rounding=seed)
        for seed in ROUNDING_SEEDS
    ]
    if any(name.startswith(STEERING) for name in os.environ):
        found.append(Setting("the environment's own", keep=True))
    return found


@dataclass(frozen=True)
class Run:
    """What came of one chapter under one setting."""

    setting: str
    chapter: str
    passed: bool
    seconds: float
    printed: str
    cells: list[dict]


def run(setting: Setting, notebook: Path) -> Run:
    """Let nbval compare one chapter under one setting."""
    started = time.monotonic()
    with TemporaryDirectory() as folder:
        shares = Path(folder, "shares")
        done = subprocess.run(
            [*PYTEST, f"--deviations={shares}", str(notebook)],
            cwd=ROOT,
            env=setting.environment(Path(folder)),
            capture_output=True,
            text=True,
        )
        lines = (
            shares.read_text("utf-8").splitlines() if shares.exists() else []
        )
    return Run(
        setting.name,
        notebook.stem,
        done.returncode == 0,
        time.monotonic() - started,
        done.stdout + done.stderr,
        [json.loads(line) for line in lines],
    )


def table(runs: Iterable[Run]) -> list[tuple[str, int, str, float, str]]:
    """Return chapter, cell, tolerance, largest share and where it arose."""
    worst: dict[tuple[str, int], tuple[float, str, str]] = {}
    for made in runs:
        for row in made.cells:
            share = float("inf") if row["share"] is None else row["share"]
            limits = " + ".join(
                f"{value:g} {key}" for key, value in row["tolerance"].items()
            )
            place = (row["chapter"], row["cell"])
            known = worst.get(place, (-1.0, "", ""))
            worst[place] = max(known, (share, made.setting, limits))
    return [
        (chapter, cell, limits, share, setting if share else "-")
        for (chapter, cell), (share, setting, limits) in sorted(worst.items())
    ]


def tell(made: Run) -> None:
    """Print a line as soon as a run is done, and all of it if it failed."""
    verdict = "same" if made.passed else "DIFFERS"
    print(
        f"{verdict:8s}{made.seconds:5.0f} s  {made.chapter:24s}{made.setting}",
        flush=True,
    )
    if not made.passed:
        print(made.printed, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Run the notebooks under each setting; return 1 if one fails."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("notebooks", nargs="+", type=Path)
    parser.add_argument(
        "--only", default="", metavar="WORD", help="part of a setting's name"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    given = parser.parse_args(arguments)
    chosen = [s for s in settings() if given.only in s.name]
    if not chosen:
        names = ", ".join(repr(s.name) for s in settings())
        parser.error(f"--only must be part of one of {names}")
    runs = []
    # A run that may use all cores does not share them.
    for workers, batch in (
        (1, [s for s in chosen if not s.is_single()]),
        (given.jobs, [s for s in chosen if s.is_single()]),
    ):
        jobs = [(s, path.resolve()) for s in batch for path in given.notebooks]
        with ThreadPoolExecutor(workers) as pool:
            for made in pool.map(lambda job: run(*job), jobs):
                runs.append(made)
                tell(made)
    print("\nlargest deviation of each cell, as a share of its tolerance")
    rows = table(runs)
    for chapter, cell, limits, share, setting in rows:
        print(f"{chapter:24s}{cell:4d}  {share:5.2f}  {limits}  ({setting})")
    failed = sum(not made.passed for made in runs)
    above = sum(row[3] > HALF for row in rows)
    print(
        f"\n{failed} of {len(runs)} runs differ, {above} of {len(rows)} cells "
        "use up more than half of their tolerance."
    )
    return 1 if failed or above else 0


if __name__ == "__main__":
    sys.exit(main())
