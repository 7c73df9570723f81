"""What all kinds of predictions share, and the answer of each.

A question shows itself in three forms:

* on a page of the book (environment variable ``RNNLIB_BOOK``) as HTML that
  ``_static/predict.js`` turns into a form; it keeps covered what follows,
  up to the answer and to the end of the answer's section, until the reader
  commits or asks to see it. Without JavaScript all of it is open;
* where a kernel runs as a widget; its answer waits for the commitment;
* as plain text everywhere else.
"""

from __future__ import annotations

import html
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rnnlib.book.claims import plain
from rnnlib.book.predictions.wording import (
    as_json,
    for_comparison,
    joined,
    marked,
    spelled,
    with_minus,
)
from rnnlib.checks import as_line, describe

# A notebook may be dark, and knows nothing of the book's style sheet.
ON_WHITE = '<div style="background: #fff; max-width: 30em">{}</div>'
WAIT = "Commit to a guess above first, or let it be shown."


@dataclass(frozen=True)
class Judgement:
    """What the measurement says about a guess.

    Attributes
    ----------
    right : bool
    surprise : float
        How far off the guess is: 1 at the edge of what counts as right.
    text : str
        The gap in words.
    """

    right: bool
    surprise: float
    text: str


class Outcome:
    """A measured answer of one kind; each kind fills in the rest."""

    measured: str  # in words

    def judge(self, guess: Any) -> Judgement:
        """Compare a guess with the measurement."""
        raise NotImplementedError

    def fields(self) -> dict[str, object]:
        """Return what the script of a page needs."""
        raise NotImplementedError

    def picture(self, guess: Any = None) -> str:
        """Return a drawing of the answer as HTML, "" for none."""
        return ""


class Question:
    """A question with a guess to commit to; made by :func:`predict`.

    Attributes
    ----------
    key : str
        Chapter and name; no other prediction of the book has it.
    text : str
        The question, one line of Markdown.
    guess : object
        What the reader committed to; None before.
    shown : bool
        Whether the reader asked to see the answer without a guess.
    """

    kind = ""

    def __init__(self, key: str, text: str) -> None:
        self.key = key
        self.text = text
        self.guess: Any = None
        self.shown = False
        self._waiting: list[Callable[[], None]] = []

    # What each kind fills in.

    def hint(self) -> str:
        """Say what is asked for, and what counts as right."""
        raise NotImplementedError

    def page_hint(self) -> str:
        """Return the hint below the controls of a page."""
        return self.hint()

    def controls(self) -> str:
        """Return the HTML that the script of a page completes."""
        raise NotImplementedError

    def fields(self) -> dict[str, object]:
        """Return what the script of a page needs."""
        raise NotImplementedError

    def inputs(self) -> tuple[list[object], Callable[[], Any]]:
        """Return widgets, and a function that reads the guess from them.

        The function returns None as long as there is none.
        """
        raise NotImplementedError

    def outcome(self, measured: Any, at: Any) -> Outcome:
        """Return the measurement, checked."""
        raise NotImplementedError

    # What they share.

    def answer(
        self, measured: Any, *, say: str = "", at: Any = None
    ) -> Answer:
        """Answer the question with what has been measured.

        Parameters
        ----------
        measured : object
            A variable, never typed: of a choice what its condition takes, or
            the choice itself or its number from 0; of a number the number;
            of a curve its values, as a sequence.
        say : str, optional
            One line that explains; an f-string of computed values.
        at : sequence of float, optional
            Of a curve: where it was measured, if not at the positions that
            are asked for.

        Returns
        -------
        Answer
            Shows itself as the output of a cell.

        Raises
        ------
        TypeError, ValueError
            If the measurement does not fit the question.
        """
        as_line(say, "say", empty=True)
        if at is not None and self.kind != "curve":
            raise ValueError(
                f"at must be left out: {self.key} asks for no curve, "
                f"found {describe(at)}"
            )
        return Answer(self, self.outcome(measured, at), say)

    def commit(self, guess: Any) -> None:
        """Keep a guess and uncover what waits for it."""
        self.guess = guess
        self._uncover()

    def show(self) -> None:
        """Uncover the answer without a guess."""
        self.shown = True
        self._uncover()

    def is_open(self) -> bool:
        """Say whether the answer may be seen."""
        return self.shown or self.guess is not None

    def when_open(self, tell: Callable[[], None]) -> None:
        """Call `tell` now if the answer may be seen, or as soon as it may."""
        if self.is_open():
            tell()
        else:
            self._waiting.append(tell)

    def _uncover(self) -> None:
        waiting, self._waiting = self._waiting, []
        for tell in waiting:
            tell()

    def __repr__(self) -> str:
        return f"a question: {plain(self.text)} ({self.hint()})"

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> dict[str, object]:
        forms = {"text/plain": repr(self), "text/markdown": self.to_markdown()}
        return _with_form(forms, self)

    def to_markdown(self) -> str:
        """Return the question for viewers without a kernel."""
        how = f"{self.hint()}. Run this cell to commit to a guess."
        return f"> **Predict**\n>\n> {self.text}\n>\n> *{how}*"

    def to_html(self) -> str:
        """Return the question as a page shows it."""
        name = f"predict-{self.key}"
        data = {
            "key": self.key,
            "kind": self.kind,
            "question": spelled(self.text),
            **self.fields(),
        }
        return (
            f'<div class="predict" id="{name}" role="group" '
            f'aria-labelledby="{name}-question">\n'
            '<p class="predict-title">Predict</p>\n'
            f'<p class="predict-question" id="{name}-question">'
            f"{marked(self.text)}</p>\n"
            f"{self.controls()}\n"
            f'<p class="predict-hint">{html.escape(self.page_hint())}</p>\n'
            '<div class="predict-foot" hidden>'
            '<button type="button" class="predict-commit">Commit</button>'
            '<button type="button" class="predict-show">Show me</button>'
            '<span class="predict-covers">What follows is covered until '
            "then.</span></div>\n"
            '<p class="predict-status" role="status" tabindex="-1"></p>\n'
            f'<script type="application/json">{as_json(data)}</script>\n'
            "</div>"
        )

    def to_widget(self) -> object:
        """Return the question as an ipywidgets box with two buttons."""
        import ipywidgets

        text = ipywidgets.HTMLMath(f"<b>Predict.</b> {html.escape(self.text)}")
        hint = ipywidgets.HTML(f"<small>{html.escape(self.hint())}</small>")
        inputs, read = self.inputs()
        commit = ipywidgets.Button(
            description="Commit", button_style="primary"
        )
        show = ipywidgets.Button(description="Show me")
        status = ipywidgets.HTML()

        def committed(_: object) -> None:
            guess = read()
            if guess is None:
                status.value = "Make a guess first."
            else:
                self.commit(guess)

        def opened() -> None:
            for widget in (*inputs, commit, show):
                widget.disabled = True
                for child in getattr(widget, "children", ()):
                    child.disabled = True
            told = "Committed." if self.guess is not None else "Not guessed."
            status.value = f"{told} The answer is below the measurement."

        commit.on_click(committed)
        show.on_click(lambda _: self.show())
        self.when_open(opened)
        buttons = ipywidgets.HBox([commit, show])
        return ipywidgets.VBox([text, *inputs, hint, buttons, status])


class Answer:
    """The measured answer of a question; made by :meth:`Question.answer`."""

    def __init__(self, question: Question, outcome: Outcome, say: str) -> None:
        self.question = question
        self.outcome = outcome
        self.say = say

    def __repr__(self) -> str:
        measured = for_comparison(self.outcome.measured)
        return joined([f"answer: {measured}.", plain(self.say)])

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> dict[str, object]:
        forms = {"text/plain": repr(self), "text/markdown": self.to_markdown()}
        return _with_form(forms, self)

    def to_markdown(self) -> str:
        """Return the answer, folded, for viewers without a kernel."""
        told = joined([f"Measured: **{self.outcome.measured}**.", self.say])
        return (
            "<details>\n<summary><b>Answer</b> (click to open)</summary>\n\n"
            f"{told}\n\n</details>"
        )

    def to_html(self) -> str:
        """Return the answer as a page shows it."""
        key = self.question.key
        data = {"key": key, **self.outcome.fields()}
        said = f'<p class="predict-say">{marked(self.say)}</p>\n'
        return (
            f'<div class="predict-answer" id="predict-{key}-answer">\n'
            '<p class="predict-title">Answer</p>\n'
            '<p class="predict-measured">Measured: <strong>'
            f"{html.escape(self.outcome.measured)}</strong>.</p>\n"
            f"{self.outcome.picture()}\n"
            f"{said if self.say else ''}"
            f'<script type="application/json">{as_json(data)}</script>\n'
            "</div>"
        )

    def told(self) -> str:
        """Return the answer to the reader's guess as HTML."""
        guess = self.question.guess
        text = f"Measured: {self.outcome.measured}."
        if guess is not None:
            text = self.outcome.judge(guess).text
        return joined(
            [
                f"<b>Answer.</b> {html.escape(text)}",
                html.escape(with_minus(self.say)),
                ON_WHITE.format(self.outcome.picture(guess)),
            ]
        )

    def to_widget(self) -> object:
        """Return a widget that fills once the reader has committed."""
        import ipywidgets

        shown = ipywidgets.HTMLMath(WAIT)

        def fill() -> None:
            shown.value = self.told()

        self.question.when_open(fill)
        return shown


def _with_form(
    forms: dict[str, object], shown: Question | Answer
) -> dict[str, object]:
    """Add the form of a page, or that of a kernel."""
    if os.environ.get("RNNLIB_BOOK"):
        return {**forms, "text/html": shown.to_html()}
    view = {
        "version_major": 2,
        "version_minor": 0,
        "model_id": shown.to_widget().model_id,
    }
    return {**forms, "application/vnd.jupyter.widget-view+json": view}
