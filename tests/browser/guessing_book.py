"""A chapter that asks for a choice, a number and three curves."""

from __future__ import annotations

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

HIDDEN = {"tags": ["remove-input"]}
WEIGHTS = "0.9 ** np.arange(21)"
CURVE = """predict(
    "one-left",
    "Draw what is left at $u = 0.9$.",
    curve=[2, 8, 14, 20],
    known=([0], [1]),
    axes=("age in steps", "share left"),
    limits=(0, 1),
    unit="steps",
    tolerance=0.1,
    crossing=0.5,
)"""
POWERS = """predict(
    "one-gone",
    "Draw the gradient by lag.",
    curve=[5, 10, 15, 20],
    known=([0, 1, 2], [1, 0.5, 0.25]),
    axes=("lag in steps", "gradient left"),
    limits=(1e-7, 1),
    unit="steps",
    factor=3,
    log=True,
    crossing=0.01,
)"""
FREE = """predict(
    "one-free",
    "Draw a slope that ends at -0.5.",
    curve=[1, 2, 3],
    axes=("place", "slope"),
    limits=(-1, 1),
    tolerance=0.2,
)"""


def hidden(source: str) -> NotebookNode:
    return new_code_cell(source, metadata=HIDDEN)


def text(source: str) -> NotebookNode:
    return new_markdown_cell(source)


def cells() -> list[NotebookNode]:
    """Return the cells of the chapter, one section for each question."""
    return [
        text("# One\n\nSome words before."),
        new_code_cell(
            "import matplotlib.pyplot as plt\nimport numpy as np\n\n"
            "from rnnlib import explore, predict, recall"
        ),
        hidden(
            'recall(("What does $\\\\varphi$ do?", "It keeps."),'
            ' ("How many?", f"{1 + 2} of *them*."), ("And now?", "No."))'
        ),
        text("(sec-choice)=\n## A choice"),
        hidden(
            'more = predict("one-second", "Will $O(2)$ be 0.282 again?",'
            ' choices={"less": lambda y: y < 0.28,'
            ' "the same": lambda y: 0.28 <= y <= 0.284,'
            ' "more": lambda y: y > 0.284})\nmore'
        ),
        new_code_cell('output = 0.322\nprint(f"output {output}")'),
        hidden('more.answer(output, say=f"It *is* {output}.")'),
        text("It is more.\n\n(sec-number)=\n## A number"),
        hidden(
            'half = predict("one-half-life", "When is half left?",'
            ' number=(1, 30, 1), unit="steps", tolerance=1)\nhalf'
        ),
        new_code_cell("half_life = np.log(0.5) / np.log(0.9)\nhalf_life"),
        text(
            "(sec-inside)=\n## A heading inside\n\nA formula: $\\int x\\,dx$ "
            "and [a link](#sec-choice).\n\n(word-inside)=\n\nHidden words."
        ),
        new_code_cell(
            "def draw(u):\n    fig, ax = plt.subplots()\n"
            "    ax.plot(u ** np.arange(10))\n    return fig\n\n\n"
            'explore(draw, alt="A falling curve of weights.", u=[0.1, 0.9])'
        ),
        hidden('half.answer(half_life, say="A tenth goes at each step.")'),
        text("So it is seven.\n\n<!-- end of cover -->\n\nOpen again."),
        text("(sec-curve)=\n## A curve"),
        hidden(f"left = {CURVE}\nleft"),
        new_code_cell(f"weights = {WEIGHTS}"),
        hidden("left.answer(weights, at=np.arange(21))"),
        text("## Powers of ten"),
        hidden(f"gone = {POWERS}\ngone"),
        new_code_cell("gradient = 0.5 ** np.arange(21.0)"),
        hidden("gone.answer(gradient, at=np.arange(21))"),
        text("## Without a beginning"),
        hidden(f"free = {FREE}\nfree"),
        new_code_cell("slopes = np.array([0.5, 0.0, -0.5])"),
        hidden('free.answer(slopes, say=f"It goes by {-0.008:.3f} at last.")'),
        text("## The end\n\nOpen words."),
    ]
