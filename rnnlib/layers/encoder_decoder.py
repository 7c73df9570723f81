"""Two recurrent layers: one reads a sequence, the other writes another.

::

    h_1 ... h_R    states of the encoder over the first R steps
    s_1 ... s_U    states of the decoder over the rest, from s_0 = h_R
    q_u, k_r = s_u W_q, h_r W_k
    alpha_ur = softmax over r of (q_u . k_r / sqrt(H))
    a_u = sum over r of alpha_ur h_r
    output of step u: s_u alone, or (s_u, a_u) side by side with attention

Without attention all that the decoder learns of what was read is the one
state h_R, however long the sequence is. With it each step looks back at all
the states that the encoder went through, by queries and keys that it learns
to make; the values are the states as they are.

I. Sutskever, O. Vinyals & Q. V. Le, "Sequence to sequence learning with
neural networks", NIPS 2014. D. Bahdanau, K. Cho & Y. Bengio, ICLR 2015. M.-T.
Luong, H. Pham & C. D. Manning, "Effective approaches to attention-based
neural machine translation", EMNLP 2015 (the lookup beside the decoder).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from rnnlib.checks import Seed, as_array, as_flag, as_generator, as_int
from rnnlib.layers.contract import Layer, as_cache, as_layer
from rnnlib.layers.lookup import LookupCache, look_up, look_up_backward


class EncoderDecoderCache(NamedTuple):
    """What backward needs: the caches of all parts."""

    states: np.ndarray  #: of the encoder, (R, B, H)
    written: np.ndarray  #: states of the decoder, (U, B, H)
    encoder: Any
    decoder: Any
    lookup: LookupCache | None
    sizes: tuple[int, int]  #: D of an input and size of an output

    @property
    def last_state(self) -> Any:
        """State of the decoder after the last step."""
        return self.decoder.last_state

    @property
    def weights(self) -> np.ndarray:
        """How much step u of the writing looks at step r: (B, 1, U, R)."""
        if self.lookup is None:
            raise ValueError("attention must be on for weights, found it off")
        return self.lookup.weights


class EncoderDecoder:
    """A layer that reads for some steps, then writes.

    Parameters
    ----------
    encoder, decoder : Elman, LSTM or GRU
        Two layers of one kind, the same sizes D and H, and one dtype.
    reads : int
        Steps R that the encoder reads; the decoder has those after them. A
        row of zeros among the first R is padding, which nobody looks at.
    attention : bool, optional
        Whether the decoder looks back at all states of the encoder.
    seed : int or numpy.random.Generator, optional
        Source of W_q and W_k, each (H, H); unused without attention.

    Attributes
    ----------
    input_size, hidden_size : int
        Sizes D of an input and of an output: H, or 2 H with attention.

    Raises
    ------
    TypeError, ValueError
        If the two layers do not fit each other.
    """

    def __init__(
        self,
        encoder: Layer,
        decoder: Layer,
        reads: int,
        *,
        attention: bool = True,
        seed: Seed = 0,
    ):
        self.encoder = as_layer(encoder, "encoder")
        self.decoder = as_layer(decoder, "decoder")
        if encoder is decoder or type(encoder) is not type(decoder):
            raise ValueError(
                "decoder must be another layer of the encoder's kind, found "
                f"{'the same' if encoder is decoder else repr(decoder)}"
            )
        for name in ("input_size", "hidden_size", "dtype"):
            found, wanted = getattr(decoder, name), getattr(encoder, name)
            if found != wanted:
                raise ValueError(
                    f"decoder must have the encoder's {name} {wanted}, "
                    f"found {found}"
                )
        self.reads = as_int(reads, "reads")
        self.attention = as_flag(attention, "attention")
        self.input_size, self.dtype = encoder.input_size, encoder.dtype
        H, rng = encoder.hidden_size, as_generator(seed)
        self.hidden_size = 2 * H if attention else H
        bound = np.sqrt(3 / H)  # variance 1 / H: q and k as large as states
        self.lookup = {
            name: rng.uniform(-bound, bound, (H, H)).astype(self.dtype)
            for name in (("W_q", "W_k") if self.attention else ())
        }

    def __repr__(self) -> str:
        looks = "looks back" if self.attention else "does not look back"
        return (
            f"EncoderDecoder that {looks} at {self.reads} steps\n"
            f"    encoder: {self.encoder!r}\n    decoder: {self.decoder!r}"
        )

    @property
    def parameters(self) -> dict[str, np.ndarray]:
        """Arrays of both layers, "W_xh_e" the encoder's, and of the lookup.

        They are not copies.
        """
        layers = {
            f"{name}_{end}": array
            for end, layer in (("e", self.encoder), ("d", self.decoder))
            for name, array in layer.parameters.items()
        }
        return layers | self.lookup

    def forward(
        self, x: ArrayLike, h0: object = None
    ) -> tuple[np.ndarray, EncoderDecoderCache]:
        """Read the first steps of a batch of sequences and write at the rest.

        Parameters
        ----------
        x : array_like, shape (T, B, D)
            What is read in the first R steps, then what the decoder gets.
        h0 : optional
            State of the encoder before the first step; zeros if left out.

        Returns
        -------
        h : ndarray, shape (T, B, H) or (T, B, 2 H)
            Zeros for the first R steps; read-only.
        cache : EncoderDecoderCache
            What :meth:`backward` needs; it shows the weights too.

        Raises
        ------
        TypeError, ValueError
            If an argument is not finite, real and of the shape wanted, or
            there is no step to write at.
        """
        shape, R = ("T", "B", self.input_size), self.reads
        x = as_array(x, "x", shape=shape, dtype=self.dtype)
        if len(x) <= R:
            raise ValueError(
                f"x must have more than {R} steps, those read, found {len(x)}"
            )
        states, encoder = self.encoder.forward(x[:R], h0)
        written, decoder = self.decoder.forward(x[R:], encoder.last_state)
        h = np.zeros((*x.shape[:2], self.hidden_size), self.dtype)
        H, lookup = written.shape[2], None
        h[R:, :, :H] = written
        if self.attention:
            seen = x[:R].any(axis=2)
            q, k = written @ self.lookup["W_q"], states @ self.lookup["W_k"]
            h[R:, :, H:], lookup = look_up(
                q, k, states, seen=seen, dtype=self.dtype
            )
        h.flags.writeable = False
        sizes = (self.input_size, self.hidden_size)
        cache = (states, written, encoder, decoder, lookup, sizes)
        return h, EncoderDecoderCache(*cache)

    def backward(
        self, dh: ArrayLike, cache: EncoderDecoderCache
    ) -> dict[str, np.ndarray]:
        """Return the gradients of a loss, given its gradients at the outputs.

        Parameters
        ----------
        dh : array_like, shape (T, B, H) or (T, B, 2 H)
        cache : EncoderDecoderCache
            From the :meth:`forward` pass; neither it nor a layer changes.

        Returns
        -------
        gradients : dict of ndarray
            Same keys and shapes as `parameters`, "x" (T, B, D), and the
            gradient of the starting state: "h0", for an LSTM "c0" too.

        Raises
        ------
        TypeError, ValueError
            If an argument does not fit.
        """
        cache = as_cache(cache, EncoderDecoderCache, self)
        R, H = self.reads, self.encoder.hidden_size
        states, written = cache.states, cache.written
        shape = (R + len(written), states.shape[1], self.hidden_size)
        dh = as_array(dh, "dh", shape=shape, dtype=self.dtype)
        to_written, to_states = dh[R:, :, :H], np.zeros_like(states)
        own = {}
        if cache.lookup is not None:
            dq, dk, dv = look_up_backward(dh[R:, :, H:], cache.lookup)
            to_written = to_written + dq @ self.lookup["W_q"].T
            to_states = dv + dk @ self.lookup["W_k"].T
            own["W_q"] = np.tensordot(written, dq, ((0, 1), (0, 1)))
            own["W_k"] = np.tensordot(states, dk, ((0, 1), (0, 1)))
        after = self.decoder.backward(to_written, cache.decoder)
        to_states[-1] += after.pop("h0")  # s_0 is the encoder's last state
        cell = {"dc": after.pop("c0")} if "c0" in after else {}
        before = self.encoder.backward(to_states, cache.encoder, **cell)
        x = np.concatenate([before.pop("x"), after.pop("x")])
        start = {n: before.pop(n) for n in ("h0", "c0") if n in before}
        ends = (("e", before), ("d", after))
        own |= {f"{n}_{end}": g for end, part in ends for n, g in part.items()}
        return own | {"x": x} | start
