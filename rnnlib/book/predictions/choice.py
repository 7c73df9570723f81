"""A prediction that is one of a few choices."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from numbers import Integral
from typing import Any

from rnnlib.book.predictions.question import Judgement, Outcome, Question
from rnnlib.checks import describe

# A wrong choice is as much of a surprise as a number twice the allowance off.
WRONG = 2.0


class Choice(Question):
    """Asks for one of a few choices.

    Attributes
    ----------
    choices : dict of str to callable or None
        Each with its condition on what was measured, if it has one.
    """

    kind = "choice"

    def __init__(
        self,
        key: str,
        text: str,
        choices: Mapping[str, Callable[[Any], bool] | None],
    ) -> None:
        super().__init__(key, text)
        self.choices = dict(choices)

    def hint(self) -> str:
        """List the choices."""
        return f"One of: {'; '.join(self.choices)}"

    def page_hint(self) -> str:
        """Return nothing: a page lists the choices themselves."""
        return ""

    def controls(self) -> str:
        """Return the choices as a list, with inputs for the script."""
        items = "".join(
            f'<li><label><input type="radio" name="predict-{self.key}" '
            f'value="{i}" hidden disabled><span>{html.escape(choice)}</span>'
            "</label></li>"
            for i, choice in enumerate(self.choices)
        )
        return f'<ul class="predict-choices">{items}</ul>'

    def fields(self) -> dict[str, object]:
        """Return the choices."""
        return {"choices": list(self.choices)}

    def inputs(self) -> tuple[list[object], Callable[[], Any]]:
        """Return radio buttons, none of them chosen."""
        import ipywidgets

        buttons = ipywidgets.RadioButtons(
            options=list(self.choices),
            value=None,
            layout={"width": "auto"},
        )
        return [buttons], lambda: buttons.value

    def outcome(self, measured: Any, at: Any) -> ChoiceOutcome:
        """Return which choice is right."""
        names = list(self.choices)
        if all(self.choices.values()):
            true = [name for name in names if self.choices[name](measured)]
            if len(true) != 1:
                raise ValueError(
                    "measured must make one choice right, found "
                    f"{', '.join(true) or 'none'} for {describe(measured)}"
                )
            return ChoiceOutcome(names, true[0])
        if isinstance(measured, str) and measured in names:
            return ChoiceOutcome(names, measured)
        if (
            isinstance(measured, Integral)
            and not isinstance(measured, bool)
            and 0 <= measured < len(names)
        ):
            return ChoiceOutcome(names, names[measured])
        raise ValueError(
            f"measured must be one of {', '.join(map(repr, names))}, or its "
            f"number from 0; found {describe(measured)}"
        )


class ChoiceOutcome(Outcome):
    """The choice that the measurement makes right."""

    def __init__(self, names: list[str], right: str) -> None:
        self.names = names
        self.measured = right

    def judge(self, guess: str) -> Judgement:
        """Compare the reader's choice with the right one."""
        if guess == self.measured:
            return Judgement(True, 0.0, f"Right: you said “{guess}”.")
        return Judgement(
            False, WRONG, f"You said “{guess}”; measured: “{self.measured}”."
        )

    def fields(self) -> dict[str, object]:
        """Return the judgement on every choice."""
        judged = [self.judge(name) for name in self.names]
        return {
            "measured": self.measured,
            "judged": [[j.right, j.surprise, j.text] for j in judged],
        }
