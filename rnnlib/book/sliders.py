"""Figures with sliders that react with a kernel and without one.

:func:`explore` takes a function that draws and the values of one to
four sliders. What it returns shows itself in two forms:

* where a kernel runs (JupyterLab, Binder, Colab, VS Code) as ipywidgets that
  call the function at each move;
* while the book is built (environment variable ``RNNLIB_BOOK``) as one piece
  of HTML: a plain range input, every frame drawn beforehand, and a few lines
  of JavaScript. It needs neither kernel nor network, and shows its first
  frame where JavaScript is off.

The frames are SVG text. Neighbouring frames share most of their lines (axes,
ticks, letters), so each distinct line is stored once and a frame is a list
of line numbers.
"""

from __future__ import annotations

import html
import io
import itertools
import json
import os
import re
from collections.abc import Callable, Iterable
from hashlib import sha256
from urllib.parse import quote

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from rnnlib.checks import describe

MAX_FRAMES = 200
GREEK = {"phi": "φ", "rho": "ρ", "theta": "θ", "tau": "τ", "lag": "lag k"}


def explore(
    draw: Callable[..., Figure],
    *,
    alt: str,
    say: Callable[..., str] | None = None,
    start: dict[str, float] | None = None,
    labels: dict[str, str] | None = None,
    **sliders: Iterable[float],
) -> Explorer:
    """Show `draw` with a slider for each of its arguments.

    Parameters
    ----------
    draw : callable
        Called with one keyword argument a slider; returns the figure.
    alt : str
        What the figure shows, for those who cannot see it.
    say : callable, optional
        Called like `draw`; returns one sentence about the current values.
        It is shown under the figure and read aloud by screen readers.
    start : dict, optional
        Values at the start; the first of each slider if left out.
    labels : dict, optional
        Labels of the sliders; argument names if left out, Greek ones as
        Greek letters.
    **sliders : iterable of float
        One to four arguments of `draw` and the values that each may take.

    Returns
    -------
    Explorer
        Shows itself as the output of a cell.

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit, or more than 200 frames would be needed.
    """
    if not callable(draw):
        raise TypeError(f"draw must be a function, found {describe(draw)}")
    if say is not None and not callable(say):
        raise TypeError(f"say must be a function, found {describe(say)}")
    if not isinstance(alt, str) or not alt.strip():
        raise ValueError(f"alt must describe the figure, found {alt!r}")
    if not 1 <= len(sliders) <= 4:
        raise ValueError(
            f"sliders must be one to four, found {len(sliders)}: "
            f"{', '.join(sliders) or 'none'}"
        )
    values = {name: _values(name, given) for name, given in sliders.items()}
    frames = int(np.prod([len(options) for options in values.values()]))
    if frames > MAX_FRAMES:
        raise ValueError(
            f"sliders must give at most {MAX_FRAMES} frames, found {frames}"
        )
    labels, start = dict(labels or {}), dict(start or {})
    for given, name in ((labels, "labels"), (start, "start")):
        if unknown := set(given) - set(values):
            raise ValueError(
                f"{name} must name sliders ({', '.join(values)}), "
                f"found {', '.join(sorted(unknown))}"
            )
    first = {}
    for name, options in values.items():
        wanted = start.get(name, options[0])
        close = [i for i, o in enumerate(options) if np.isclose(o, wanted)]
        if not close:
            raise ValueError(
                f"start[{name!r}] must be one of the slider's values, "
                f"found {wanted!r}"
            )
        first[name] = close[0]
    labels = {name: labels.get(name, GREEK.get(name, name)) for name in values}
    return Explorer(draw, alt, say, values, first, labels)


class Explorer:
    """A figure with sliders; made by :func:`explore`."""

    def __init__(
        self,
        draw: Callable[..., Figure],
        alt: str,
        say: Callable[..., str] | None,
        values: dict[str, list[float]],
        first: dict[str, int],
        labels: dict[str, str],
    ) -> None:
        self.draw = draw
        self.alt = alt
        self.say = say
        self.values = values
        self.first = first
        self.labels = labels

    def __repr__(self) -> str:
        parts = [
            f"{self.labels[name]} from {options[0]:g} to {options[-1]:g}"
            for name, options in self.values.items()
        ]
        return f"a figure with a slider: {', '.join(parts)}"

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> dict[str, object]:
        # Viewers that show neither page nor widget take the picture of the
        # first frame.
        forms = {
            "text/plain": repr(self),
            "image/png": _render(self.draw(**self._at(self.first)), "png"),
        }
        if os.environ.get("RNNLIB_BOOK"):
            return {**forms, "text/html": self.to_html()}
        view = {
            "version_major": 2,
            "version_minor": 0,
            "model_id": self.to_widget().model_id,
        }
        return {**forms, "application/vnd.jupyter.widget-view+json": view}

    def to_widget(self) -> object:
        """Live form: an ipywidgets box that calls `draw` at each move.

        Returns
        -------
        ipywidgets.VBox
            The picture, the sliders and the sentence below.
        """
        import ipywidgets

        sliders = {
            name: ipywidgets.SelectionSlider(
                options=[(f"{option:g}", option) for option in options],
                index=self.first[name],
                description=self.labels[name],
                style={"description_width": "initial"},
                layout={"width": "24em", "max_width": "100%"},
            )
            for name, options in self.values.items()
        }
        picture = ipywidgets.HTML()
        sentence = ipywidgets.HTML()

        def redraw(change: object = None) -> None:
            now = {name: slider.value for name, slider in sliders.items()}
            svg = _render(self.draw(**now), "svg").decode()
            picture.value = _image(svg, self.alt)
            if self.say is not None:
                sentence.value = html.escape(self.say(**now))

        for slider in sliders.values():
            slider.observe(redraw, names="value")
        redraw()
        return ipywidgets.VBox([picture, *sliders.values(), sentence])

    def to_html(self) -> str:
        """Page form: every frame drawn beforehand, in one piece of HTML.

        Returns
        -------
        str
            A ``div`` that holds picture, range inputs, frames and script.
        """
        lines: dict[str, int] = {}
        frames, sentences = [], []
        for indices in itertools.product(
            *(range(len(options)) for options in self.values.values())
        ):
            now = self._at(dict(zip(self.values, indices)))
            svg = _render(self.draw(**now), "svg").decode()
            frames.append(
                [lines.setdefault(li, len(lines)) for li in svg.split("\n")]
            )
            sentences.append(self.say(**now) if self.say else "")
        where = np.ravel_multi_index(
            tuple(self.first.values()),
            tuple(len(options) for options in self.values.values()),
        )
        table = list(lines)
        still = "\n".join(table[i] for i in frames[where])
        data = json.dumps(
            {"lines": table, "frames": frames, "sentences": sentences},
            ensure_ascii=False,
            separators=(",", ":"),
        ).replace("</", "<\\/")
        name = "explore-" + sha256(data.encode()).hexdigest()[:10]
        controls = "".join(
            self._control(name, slider) for slider in self.first
        )
        sentence = html.escape(sentences[where])
        return (
            f'<div class="explore" id="{name}">\n'
            f"{_image(still, self.alt)}\n"
            f'<div class="explore-controls" hidden>{controls}</div>\n'
            f'<p class="explore-sentence" aria-live="polite">{sentence}</p>\n'
            f'<script type="application/json">{data}</script>\n'
            f'<script>({SCRIPT})("{name}");</script>\n'
            "</div>"
        )

    def _control(self, name: str, slider: str) -> str:
        options = [f"{option:g}" for option in self.values[slider]]
        label = html.escape(self.labels[slider])
        now = options[self.first[slider]]
        return (
            f'<label for="{name}-{slider}">{label}</label>'
            f'<input type="range" id="{name}-{slider}" min="0" step="1" '
            f'max="{len(options) - 1}" value="{self.first[slider]}" '
            f"data-values='{json.dumps(options)}' "
            f'aria-valuetext="{now}">'
            f'<output for="{name}-{slider}">{now}</output>'
        )

    def _at(self, indices: dict[str, int]) -> dict[str, float]:
        return {name: self.values[name][i] for name, i in indices.items()}


# The first slider counts in the big steps, as in itertools.product.
SCRIPT = """function (name) {
  const box = document.getElementById(name);
  const picture = box.querySelector("img");
  const sentence = box.querySelector(".explore-sentence");
  const sliders = [...box.querySelectorAll("input")];
  const data = JSON.parse(
    box.querySelector('script[type="application/json"]').textContent);
  const pictures = {};
  function show() {
    let frame = 0;
    for (const slider of sliders) {
      const values = JSON.parse(slider.dataset.values);
      frame = frame * values.length + Number(slider.value);
      slider.setAttribute("aria-valuetext", values[slider.value]);
      slider.nextElementSibling.value = values[slider.value];
    }
    if (!pictures[frame]) {
      const svg = data.frames[frame].map((i) => data.lines[i]).join("\\n");
      pictures[frame] = URL.createObjectURL(
        new Blob([svg], { type: "image/svg+xml" }));
    }
    picture.src = pictures[frame];
    picture.dataset.frame = frame;
    sentence.textContent = data.sentences[frame];
  }
  for (const slider of sliders) slider.addEventListener("input", show);
  box.querySelector(".explore-controls").hidden = false;
}"""


def _values(name: str, given: Iterable[float]) -> list[float]:
    if isinstance(given, (str, bytes)) or not isinstance(given, Iterable):
        raise TypeError(
            f"{name} must be a list of values, found {describe(given)}"
        )
    options = list(given)
    for option in options:
        if isinstance(option, (bool, np.bool_)) or not isinstance(
            option, (int, float, np.integer, np.floating)
        ):
            raise TypeError(
                f"{name} must hold numbers, found {describe(option)}"
            )
        if not np.isfinite(option):
            raise ValueError(f"{name} must be finite, found {option}")
    options = [
        # adding 0 turns -0.0 into 0.0
        int(o) if isinstance(o, (int, np.integer)) else float(o) + 0.0
        for o in options
    ]
    if len(set(options)) != len(options) or len(options) < 2:
        raise ValueError(
            f"{name} must hold at least two different values, found {options}"
        )
    return options


def _render(figure: Figure, kind: str) -> bytes:
    if not isinstance(figure, Figure):
        raise TypeError(
            f"draw must return its figure, found {describe(figure)}"
        )
    buffer = io.BytesIO()
    with plt.rc_context({"svg.hashsalt": "rnnlib", "svg.fonttype": "path"}):
        figure.savefig(
            buffer,
            format=kind,
            metadata={"Date": None} if kind == "svg" else None,
        )
    plt.close(figure)
    if kind != "svg":
        return buffer.getvalue()
    svg = buffer.getvalue()
    svg = svg[svg.index(b"<svg") :]  # in a page, no XML prolog is needed
    svg = re.sub(rb"<metadata>.*?</metadata>\s*", b"", svg, flags=re.S)
    return re.sub(rb"-?\d+\.\d+", _shorter, svg)


def _shorter(number: re.Match[bytes]) -> bytes:
    """Two decimals of a point are finer than any screen; scales keep four."""
    value = float(number[0])
    return b"%.4g" % value if abs(value) < 1 else b"%g" % round(value, 2)


def _image(svg: str, alt: str) -> str:
    source = quote(svg, safe=" /:;,=?!()*'@&~$+[]{}|^\n-._")
    source = source.replace("\n", " ").replace("'", "%27").replace("&", "%26")
    return (
        f'<img class="explore-picture" alt="{html.escape(alt)}" '
        f'src="data:image/svg+xml,{source}">'
    )
