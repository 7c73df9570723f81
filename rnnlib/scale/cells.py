"""The networks: something that reads, a cell, stacked, and a head.

Elman, GRU and LSTM are torch's own, which on a GPU are cuDNN's. The linear
recurrence is written here. Its gates see the input alone, so that no step has
to wait for the one before::

    f_t = sigmoid(x_t W_xf + b_f)
    i_t = sigmoid(x_t W_xi + b_i)
    g_t = tanh(x_t W_xg + b_g)
    h_t = f_t * h_{t-1} + i_t * g_t

A state is one tensor, (S, L, B, H): S is 2 for an LSTM, whose state is a
pair, and 1 for the others; L are the layers.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from rnnlib.scale.processes import Processes
from rnnlib.scale.scan import linear_scan

IN_TORCH = {"elman": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}


class InputGated(nn.Module):
    """Layers of a linear recurrence whose gates see the input alone.

    Parameters
    ----------
    input_size, hidden_size, num_layers : int
    among : Processes, optional
        Who shares the time out: each is handed its part of the steps.

    Attributes
    ----------
    W_xh : list of Parameter, shape (D, 3 H)
        Of each layer; columns in the order f, i, g.
    b_h : list of Parameter, shape (3 H,)
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        among: Processes | None = None,
    ):
        super().__init__()
        self.hidden_size, self.among = hidden_size, among
        sizes = [input_size] + [hidden_size] * (num_layers - 1)
        bound = 1 / math.sqrt(hidden_size)
        self.W_xh = nn.ParameterList(
            torch.empty(D, 3 * hidden_size).uniform_(-bound, bound)
            for D in sizes
        )
        self.b_h = nn.ParameterList(
            torch.empty(3 * hidden_size).uniform_(-bound, bound) for _ in sizes
        )

    def forward(
        self, x: Tensor, h0: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return the last layer's states (T, B, H), and all layers' last.

        Parameters
        ----------
        x : Tensor, shape (T, B, D)
        h0 : Tensor, shape (L, B, H), optional
            State before the first step of all; zeros if left out.
        """
        last = []
        for k, (W_xh, b_h) in enumerate(zip(self.W_xh, self.b_h)):
            f, i, g = (x @ W_xh + b_h).chunk(3, dim=-1)
            if f.dtype == torch.bfloat16:  # too coarse to add many steps up
                f, i, g = f.float(), i.float(), g.float()
            start = torch.zeros_like(f[0]) if h0 is None else h0[k]
            x, end = linear_scan(
                torch.sigmoid(f),
                torch.sigmoid(i) * torch.tanh(g),
                start,
                self.among,
            )
            last.append(end)
        return x, torch.stack(last)


class Model(nn.Module):
    """What reads, carries a state and answers.

    Parameters
    ----------
    cell : {"elman", "gru", "lstm", "linear"}
    inputs, hidden, outputs : int
        Symbols, or numbers at a step; numbers of the state; of the answer.
    layers : int, optional
    embedding : int, optional
        Numbers that stand for a symbol; 0 if the inputs are numbers.
    longest_lag : int, optional
        Chrono initialization: forget gates open for lags up to this.
    among : Processes, optional
        Who shares the time out.
    """

    def __init__(
        self,
        cell: str,
        inputs: int,
        hidden: int,
        outputs: int,
        *,
        layers: int = 1,
        embedding: int = 0,
        longest_lag: int | None = None,
        among: Processes | None = None,
    ):
        super().__init__()
        self.read = nn.Embedding(inputs, embedding) if embedding else None
        self.pair = cell == "lstm"
        read = embedding or inputs
        if cell == "linear":
            self.cell = InputGated(read, hidden, layers, among)
        else:
            self.cell = IN_TORCH[cell](read, hidden, layers)
        self.head = nn.Linear(hidden, outputs)
        if longest_lag:
            self._open_gates(longest_lag)

    def forward(
        self,
        x: Tensor,
        state: Tensor | None = None,
        kept: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Return the answers (T, B, O) and the last state (S, L, B, H).

        Parameters
        ----------
        x : Tensor, shape (T, B) of symbols or (T, B, D)
        state : Tensor, shape (S, L, B, H), optional
            Zeros if left out.
        kept : Tensor, shape (T, B, H), optional
            What the head sees of each unit: zero if hidden from it.
        """
        if self.read is not None:
            x = self.read(x)
        if state is not None:
            state = tuple(state) if self.pair else state[0]
        h, last = self.cell(x, state)
        if kept is not None:
            h = h * kept
        last = torch.stack(last) if self.pair else last[None]
        return self.head(h), last.detach()

    def _open_gates(self, longest_lag: int) -> None:
        """Set the forget biases to log u, u from U[1, longest_lag - 1]."""
        for name, bias in self.cell.named_parameters():
            if not name.startswith(("b_h", "bias_")):
                continue
            # All of it in one bias: torch keeps two, and adds them.
            H, second = self.head.in_features, name.startswith("bias_hh")
            with torch.no_grad():
                u = torch.empty(H).uniform_(1, longest_lag - 1)
                lag = torch.zeros(H) if second else u.log()
                first = (-lag, lag) if self.pair else (lag, -lag)
                bias[:H], bias[H : 2 * H] = first  # i, f, or f, i
