"""The book: what makes its pages, and nothing that learns.

=========  ===============================================================
sliders    `explore`: figures that react with a kernel and without one
plots      figures drawn in more than one place; the book's look
drawings/  cells and other sketches, one file a subject
=========  ===============================================================
"""

from rnnlib.doors import door

__getattr__, __dir__, __all__ = door(
    __name__, {"sliders": ["explore"], "plots": [], "drawings": []}
)
