"""The book: what makes its pages, and nothing that learns.

============  ============================================================
sliders       `explore`: figures that react with a kernel and without one
predictions/  `predict`: guesses to commit to before the answer is uncovered
plots         figures drawn in more than one place; the book's look
drawings/     cells and other sketches, one file a subject
exercises/    `check`: what is right, what is not, what to look at
claims        what the articles say, judged where it is measured
claims_table  all claims with what was found about each
links         a table whose cells lead to what explains them
long_runs     what `benchmarks/` has measured and stored
============  ============================================================
"""

from rnnlib.doors import door

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "sliders": ["explore"],
        "predictions": [],
        "plots": [],
        "drawings": [],
        "exercises": [],
        "claims": [],
        "claims_table": [],
        "links": ["linked_table"],
        "long_runs": [],
    },
)
