"""Questions that a reader answers before the measurement is uncovered.

=========  ===============================================================
asking     `predict`: asks for a choice, a number or a curve
question   what all three kinds share, and the answer of each
choice     one of a few
number     a value on a slider
curve      a curve to draw; when it is right, and what it says
axes       the axes that a curve is drawn in, as SVG
wording    numbers, units and sentences, for pages and plain text
recalling  `recall`: short questions with folded answers
=========  ===============================================================

The words and numbers of an answer are computed here. A page holds them for
every choice and every number that can be committed to; only a drawn curve is
judged in the page itself, by ``_static/predict.js``, in the same words.
"""

from rnnlib.doors import door

__getattr__, __dir__, __all__ = door(
    __name__, {"asking": ["predict"], "recalling": ["recall", "recorded"]}
)
