"""A chapter with exercises, one of them beyond what a page can bring."""

from __future__ import annotations

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

IMPORTS = """import matplotlib.pyplot as plt
import numpy as np

from rnnlib import exercises
from rnnlib.book import plots"""
RUN = """def run(x, u):
    h, states = 0.0, []
    for x_t in x:
        h = step(x_t, h, u)
        states.append(h)
    return np.array(states)"""
STEP = """def step(x, h, u):
    return np.tanh(x + u * h)"""
HALF_LIFE = """def u_for(steps):
    return ...


exercises.check("memory-half-life", u_for)"""
WEIGHTS = """def ar_weights(u, m, p):
    return ...


exercises.check("memory-weights", ar_weights)"""
BEYOND = """def caffeine_left(cups, night):
    return ...


exercises.check("memory-coffee", caffeine_left)"""


def code(source: str) -> NotebookNode:
    return new_code_cell(source)


def exercise(
    name: str, title: str, stub: str, solution: str
) -> list[NotebookNode]:
    """Return an exercise in the gated form, with its hidden solution."""
    begin = f"```{{exercise-start}} {title} ★\n:label: ex-{name}\n```\n"
    solve = f"```{{solution-start}} ex-{name}\n:class: dropdown\n```"
    return [
        new_markdown_cell(f"{begin}Do it.\n```{{exercise-end}}\n```"),
        code(stub),
        new_markdown_cell(solve),
        code(stub.replace("return ...", f"return {solution}")),
        new_markdown_cell("```{solution-end}\n```"),
    ]


def cells() -> list[NotebookNode]:
    """Return the cells of the chapter."""
    return [
        new_markdown_cell("# One\n\nSome words."),
        code(IMPORTS),
        code(RUN),
        code(f"{STEP}\n\n\nLIMIT = 0.5\ncomputed = np.sqrt(2)"),
        code("def draw(u):\n    return plt.figure()"),
        *exercise(
            "memory-half-life",
            "Order a half-life",
            HALF_LIFE,
            "0.5 ** (1 / steps)",
        ),
        *exercise(
            "memory-weights",
            "The weights of an AR",
            WEIGHTS,
            "m * u ** np.arange(p)",
        ),
        *exercise(
            "memory-coffee",
            "Beyond a page",
            BEYOND,
            "plots and 80 * (0.5 ** ((night - cups) / 5)).sum()",
        ),
        new_markdown_cell("The last words."),
    ]
