"""Time forward plus backward of rnnlib's layers against torch.nn.

    python benchmarks/layers.py

Both sides run on one thread, in float32, with the same weights, inputs and
upstream gradients, in turns within one process: a slow moment of the machine
then hits both. Each size is timed in rounds; in a round each side runs a few
times and the shortest run counts, and the table shows the median over the
rounds of NumPy's time over torch's. Below 1, NumPy is faster.

NumPy's OpenBLAS chooses its kernels by the processor, as torch does. A
setting of OPENBLAS_CORETYPE in the environment, made to get the same digits
everywhere, would tie the hands of one side only, so it is left out here;
`--keep-kernels` keeps it. The first line says what is in use.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
import torch

from rnnlib.layers.elman import Elman
from rnnlib.layers.fast_lstm import FastLSTM
from rnnlib.layers.gru import GRU
from rnnlib.layers.lstm import LSTM

SIZES = (
    (50, 32, 1, 16),
    (50, 32, 8, 32),
    (100, 32, 2, 16),
    (28, 64, 28, 128),
    (100, 32, 64, 128),
    (28, 128, 28, 256),
    (1000, 32, 2, 16),
)
LAYERS = {"Elman": Elman, "LSTM": FastLSTM, "plain LSTM": LSTM, "GRU": GRU}


def seconds(run: Callable[[], object], repeats: int) -> float:
    """Return the shortest of `repeats` timed runs."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def paired(kind: type, size: tuple[int, ...], rounds: int) -> list[float]:
    """Return median seconds of NumPy and of torch, and the median ratio."""
    T, B, D, H = size
    rng = np.random.default_rng(0)
    layer = kind(D, H, dtype=np.float32)
    module = layer.to_torch()
    x = rng.normal(size=(T, B, D)).astype(np.float32)
    dh = rng.normal(size=(T, B, H)).astype(np.float32)
    x_torch = torch.tensor(x, requires_grad=True)
    dh_torch = torch.tensor(dh)

    def run_numpy() -> dict[str, np.ndarray]:
        _, cache = layer.forward(x)
        return layer.backward(dh, cache)

    def run_torch() -> None:
        module.zero_grad()
        x_torch.grad = None
        h, _ = module(x_torch)
        h.backward(dh_torch)

    gradients = run_numpy()
    run_torch()
    # The two sides must do the same work before it makes sense to time it.
    np.testing.assert_allclose(
        gradients["x"], x_torch.grad.numpy(), rtol=1e-3, atol=1e-4
    )
    once = seconds(run_torch, 2)
    repeats = max(2, min(20, round(0.05 / once)))
    pairs = [
        (seconds(run_numpy, repeats), seconds(run_torch, repeats))
        for _ in range(rounds)
    ]
    ratios = [ours / theirs for ours, theirs in pairs]
    return [
        statistics.median(ours for ours, _ in pairs),
        statistics.median(theirs for _, theirs in pairs),
        statistics.median(ratios),
    ]


def main() -> None:
    """Print the table and, for each layer, the geometric mean."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--layers", nargs="*", default=list(LAYERS))
    parser.add_argument("--keep-kernels", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    chosen = os.environ.get("OPENBLAS_CORETYPE", "chosen by OpenBLAS")
    print(f"OpenBLAS kernels: {chosen}")
    for name in arguments.layers:
        print(f"\n{name:18} {'NumPy ms':>9} {'torch ms':>9} {'ratio':>6}")
        ratios = []
        for size in SIZES:
            ours, theirs, ratio = paired(LAYERS[name], size, arguments.rounds)
            ratios.append(ratio)
            print(
                f"{size!s:18} {1e3 * ours:9.2f} {1e3 * theirs:9.2f} "
                f"{ratio:6.2f}"
            )
        mean = statistics.geometric_mean(ratios)
        print(f"{'geometric mean':38} {mean:6.2f}   worst {max(ratios):.2f}")


if __name__ == "__main__":
    if os.environ.get("RNNLIB_LAYERS") != "1":
        # The libraries read this once, when they start: so start anew.
        os.environ.update(OMP_NUM_THREADS="1", RNNLIB_LAYERS="1")
        if "--keep-kernels" not in sys.argv:
            os.environ.pop("OPENBLAS_CORETYPE", None)
        os.execv(sys.executable, [sys.executable, *sys.argv])
    main()
