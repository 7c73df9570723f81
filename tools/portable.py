"""Compare every printed number under several settings of the machine.

    portable.py chapters/*.ipynb

A printed number may depend on how sums are split among threads and on the
vector instructions that NumPy, OpenBLAS and PyTorch find. Each setting below
takes one of these away; the stored outputs must come out all the same.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

PYTEST = (
    *(sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env"),
    *("--nbval-cell-timeout=600", "-q", "-p", "no:cacheprovider"),
)


def numpy_features() -> list[str]:
    """Return the wide instructions that NumPy uses here and can do without.

    NumPy refuses to switch off what it was built on, and warns of what this
    machine lacks.
    """
    return [name for name in __cpu_dispatch__ if __cpu_features__.get(name)]


def settings() -> list[dict[str, str]]:
    """Return the environment variables of each run, the default first."""
    found: list[dict[str, str]] = [
        {},
        {"OMP_NUM_THREADS": "1"},
        {"OPENBLAS_CORETYPE": "Haswell"},
        {"OPENBLAS_CORETYPE": "Nehalem"},
        {"ATEN_CPU_CAPABILITY": "default"},
        {"ATEN_CPU_CAPABILITY": "avx2"},
    ]
    if features := numpy_features():
        found.append({"NPY_DISABLE_CPU_FEATURES": " ".join(features)})
    return found


def main(notebooks: list[str]) -> int:
    """Run the notebooks under each setting; return 1 if one differs."""
    failed = []
    for setting in settings():
        name = " ".join(f"{k}={v}" for k, v in setting.items()) or "default"
        started = time.monotonic()
        done = subprocess.run(
            [*PYTEST, *notebooks],
            env={**os.environ, **setting},
            capture_output=True,
            text=True,
        )
        took = time.monotonic() - started
        verdict = "differs" if done.returncode else "same"
        print(f"{verdict:8s}{took:5.0f} s  {name}", flush=True)
        if done.returncode:
            failed.append(name)
            print(done.stdout, done.stderr, flush=True)
    print(f"{len(failed)} of {len(settings())} settings differ.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
