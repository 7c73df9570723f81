"""The parts of the training program, each against what it stands for."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from rnnlib import layers
from rnnlib.layers import LSTM
from rnnlib.scale import (
    InputGated,
    Processes,
    Settings,
    checkpoints,
    linear_scan,
    train,
)
from rnnlib.scale.adam import FlatAdam
from rnnlib.scale.cells import Model
from rnnlib.scale.fresh_tasks import DRAWN, FreshTask
from rnnlib.scale.loop import Training
from rnnlib.scale.report import lines
from rnnlib.scale.texts import Text, characters


def normal(*shape: int, seed: int = 0) -> torch.Tensor:
    drawn = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=drawn, dtype=torch.float64)


@pytest.mark.parametrize("steps", [1, 2, 3, 5, 16, 17, 100])
def test_the_scan_is_the_loop_and_so_is_its_gradient(steps: int) -> None:
    f, b = torch.sigmoid(normal(steps, 2, 3)), normal(steps, 2, 3, seed=1)
    h0, upstream = normal(2, 3, seed=2), normal(steps, 2, 3, seed=3)
    f.requires_grad_()
    b.requires_grad_()
    h, last = linear_scan(f, b, h0)
    found = torch.autograd.grad((h * upstream).sum(), (f, b))
    states, state = [], h0
    for t in range(steps):
        state = f[t] * state + b[t]
        states.append(state)
    plain = torch.stack(states)
    wanted = torch.autograd.grad((plain * upstream).sum(), (f, b))
    assert (h - plain).abs().max() < 1e-12
    assert (last - plain[-1]).abs().max() < 1e-12
    for a, w in zip(found, wanted):
        assert (a - w).abs().max() < 1e-12


def test_gates_of_zero_and_of_one_are_no_trouble() -> None:
    """A product of gates that runs into zero or never falls at all."""
    steps = 20_000
    f = torch.ones(steps, 1, 3, dtype=torch.float64)
    f[:, 0, 1], f[:, 0, 2] = 1e-3, 0.0
    b = torch.ones(steps, 1, 3, dtype=torch.float64)
    h, _ = linear_scan(f, b, torch.ones(1, 3, dtype=torch.float64))
    wanted = torch.tensor([steps + 1, 1 / (1 - 1e-3), 1.0]).double()
    assert torch.allclose(h[-1, 0], wanted, rtol=1e-12)
    assert torch.isfinite(h).all()


def test_layers_of_the_recurrence_carry_their_state_on() -> None:
    torch.manual_seed(0)
    layer = InputGated(3, 5, num_layers=2).double()
    x = normal(12, 2, 3)
    whole, last = layer(x)
    first, state = layer(x[:7])
    second, end = layer(x[7:], state)
    assert torch.allclose(torch.cat([first, second]), whole)
    assert torch.allclose(end, last)
    assert whole.shape == (12, 2, 5) and last.shape == (2, 2, 5)


@pytest.mark.parametrize("cell", ["elman", "gru", "lstm", "linear"])
def test_every_cell_stacks_reads_symbols_and_carries_on(cell: str) -> None:
    network = Model(cell, 9, 6, 4, layers=3, embedding=2).double()
    x = torch.arange(20).reshape(10, 2) % 9
    whole, _ = network(x)
    first, state = network(x[:4])
    second, _ = network(x[4:], state)
    assert whole.shape == (10, 2, 4)
    assert torch.allclose(torch.cat([first, second]), whole)
    assert state.shape == (2 if cell == "lstm" else 1, 3, 2, 6)


def test_the_gated_recurrence_is_the_books_layer() -> None:
    cell = InputGated(3, 4).double()
    layer = layers.InputGated(3, 4)
    layer.parameters["W_xh"][:] = cell.W_xh[0].detach().numpy()
    layer.parameters["b_h"][:] = cell.b_h[0].detach().numpy()
    x, h0, upstream = (
        normal(*shape, seed=n)
        for n, shape in enumerate([(7, 2, 3), (1, 2, 4), (7, 2, 4)])
    )
    h, last = cell(x, h0)
    (h * upstream).sum().backward()
    states, cache = layer.forward(x.numpy(), h0[0].numpy())
    wanted = layer.backward(upstream.numpy(), cache)
    assert np.abs(h.detach().numpy() - states).max() < 1e-12
    assert np.abs(last[0].detach().numpy() - cache.last_state).max() < 1e-12
    for name in ("W_xh", "b_h"):
        found = getattr(cell, name)[0].grad.numpy()
        assert np.abs(found - wanted[name]).max() < 1e-12


def test_open_gates_are_those_of_the_books_lstm() -> None:
    network = Model("lstm", 2, 500, 1, longest_lag=100).double()
    layer = LSTM.from_torch(network.cell)
    i, f, _, _ = layer.parameters["b_h"].reshape(4, -1)
    assert np.allclose(i, -f)
    u = np.exp(f)
    assert u.min() >= 1 and u.max() <= 99
    assert abs(u.mean() - 50) < 6  # uniform
    linear = Model("linear", 2, 500, 1, longest_lag=100)
    bias = linear.cell.b_h[0].detach().numpy()
    assert np.allclose(bias[:500], -bias[500:1000])


def test_adam_is_torchs() -> None:
    ours = [normal(3, 4).requires_grad_(), normal(5).requires_grad_()]
    theirs = [w.detach().clone().requires_grad_() for w in ours]
    adam, wanted = FlatAdam(ours), torch.optim.Adam(theirs)
    for k in range(7):
        gradient = normal(17, seed=k)
        for w, part in zip(theirs, gradient.split([12, 5])):
            w.grad = part.view_as(w)
        wanted.param_groups[0]["lr"] = 0.1 / (k + 1)
        adam.step(gradient, 0.1 / (k + 1))
        wanted.step()
    for a, b in zip(ours, theirs):
        assert (a - b).abs().max() < 1e-12


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "text"
    made.write_bytes(bytes(k % 251 for k in range(5000)))
    return made


def test_streams_are_read_piece_by_piece_and_held_out_at_the_end(
    path: Path,
) -> None:
    text = Text(path, batch=4, steps=10, held_out=0.1)
    whole = np.frombuffer(path.read_bytes(), np.uint8)
    assert text.held_out == 500
    stream = 4500 // 4
    seen = np.concatenate([text.training(u, range(4)).x for u in range(9)])
    for k in range(4):
        begin = k * stream
        assert np.array_equal(seen[:, k], whole[begin : begin + 90])
    part = text.training(3, range(1, 3))
    assert np.array_equal(part.x[1:], part.y[:-1])
    assert text.begins(0) and not text.begins(1) and text.begins(text.pieces)
    again = text.training(text.pieces, range(4))
    assert np.array_equal(again.x, text.training(0, range(4)).x)
    held = [p.y for p in text.validation(range(4))]
    assert min(p.shape[0] for p in held) == 10
    first = np.concatenate(held)[:, 0]
    assert np.array_equal(first, whole[4501 : 4501 + len(first)])


def test_characters_are_counted_once_each() -> None:
    symbols = np.frombuffer("aß日🙂".encode(), np.uint8)
    assert characters(symbols) == 4 and len(symbols) == 10


@pytest.mark.parametrize("name", DRAWN)
def test_processes_draw_together_what_one_would(name: str) -> None:
    task = FreshTask(name, batch=5, length=30, seed=3)
    whole = task.training(7, range(5))
    parts = [task.training(7, Processes(r, 3).share(5)) for r in range(3)]
    for k in range(3):
        joined = np.concatenate([part[k] for part in parts], axis=1)
        assert np.array_equal(joined, whole[k])
    assert whole.x.shape[1:] == (5, task.inputs)
    assert whole.mask.sum() == 5
    other = task.training(8, range(5))
    assert not np.array_equal(other.x, whole.x)


def test_every_thing_in_a_row_is_someones() -> None:
    for count in range(1, 30):
        for size in range(1, 9):
            shares = [Processes(r, size).share(count) for r in range(size)]
            assert [k for share in shares for k in share] == list(range(count))
            assert max(map(len, shares)) - min(map(len, shares)) <= 1


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("cell", ["lstm", "linear"])
def test_a_text_is_learned_in_every_precision(
    tmp_path: Path, precision: str, cell: str
) -> None:
    path = tmp_path / "text"
    path.write_text("abcdefgh" * 300)
    folder = tmp_path / "run"
    train(
        Settings(
            folder=folder, text=path, cell=cell, hidden=24, batch=4, steps=16,
            updates=60, rate=0.03, evaluate_every=30, precision=precision,
        ),
        Processes(),
    )  # fmt: skip
    told = lines(folder / "log.jsonl")
    assert told[-1]["bits_per_character"] < 1  # three, if nothing is known
    assert (folder / "curve.png").read_bytes()[:4] == b"\x89PNG"
    best = checkpoints.from_bytes((folder / "best.pt").read_bytes())
    assert best["head.weight"].shape == (256, 24)
    assert [json.dumps(line) for line in told]


def test_numbers_beyond_all_bounds_are_told(tmp_path: Path) -> None:
    told = {"task": "adding", "length": 22, "updates": 9}
    run = Training(Settings(folder=tmp_path, **told), Processes())
    run.learn()
    with torch.no_grad():
        run.weights[0][0, 0] = float("nan")
    with pytest.raises(FloatingPointError, match=r"update 2: .* lower --rate"):
        run.learn()
    assert run.update == 1
