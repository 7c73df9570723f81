"""How long each chapter runs and how much memory it takes; import time.

    python benchmarks/chapters.py

Each chapter runs in a fresh process, as a reader would run it. The limits are
those that the book promises, on two cores: 60 seconds a chapter (30 for the
first two), 600 MB (1,000 for the one that holds 70,000 pictures), 0.3 seconds
for ``import rnnlib``. Exits with
1 if one is broken.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
SECONDS, MEGABYTES, IMPORT_SECONDS = 60.0, 600.0, 0.3
SHORTER = {"01_ar1": 30.0, "02_memory": 30.0}
LARGER = {"09_digits": 1000.0}

RUN = """
import sys
import nbformat
from nbclient import NotebookClient
from pathlib import Path
path = Path(sys.argv[1])
NotebookClient(
    nbformat.read(path, as_version=4), timeout=300,
    resources={"metadata": {"path": str(path.parent)}},
).execute()
"""


def chapter(path: Path) -> tuple[float, float]:
    """Return the seconds and the peak megabytes of one chapter's kernel."""
    # The kernel is a grandchild: a small process in between reports it.
    code = RUN + (
        "import json, resource\n"
        "use = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(json.dumps(use.ru_maxrss))\n"
    )
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYDEVD_DISABLE_FILE_VALIDATION": "1"},
    )
    seconds = time.perf_counter() - start
    unit = 2**20 if sys.platform == "darwin" else 2**10  # bytes or kilobytes
    return seconds, json.loads(done.stdout.splitlines()[-1]) / unit


def python(code: str) -> float:
    """Return the median seconds of a fresh Python that runs `code`."""
    times = []
    for _ in range(7):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> int:
    """Measure everything, print a table, say whether the promises hold."""
    kept = True
    print(f"{'chapter':24s} {'seconds':>8s} {'MB':>6s}")
    for path in sorted((ROOT / "chapters").glob("*.ipynb")):
        seconds, megabytes = chapter(path)
        print(f"{path.stem:24s} {seconds:8.1f} {megabytes:6.0f}")
        kept &= seconds < SHORTER.get(path.stem, SECONDS)
        kept &= megabytes < LARGER.get(path.stem, MEGABYTES)
    bare = python("pass")
    ours = python("import rnnlib")
    numpy = python("import numpy")
    print(f"import rnnlib: {ours - bare:.3f} s, import numpy: ", end="")
    print(f"{numpy - bare:.3f} s, ratio {(ours - bare) / (numpy - bare):.2f}")
    kept &= ours - bare < IMPORT_SECONDS
    print("all promises kept" if kept else "A PROMISE IS BROKEN")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
