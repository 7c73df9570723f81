"""What moves, opens or answers in a page stands still in a book to carry."""

from __future__ import annotations

from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup

from course import carried, epub, predictions
from course.carried import Place, carry
from rnnlib import predict, recall

FORMULA = '<span class="math notranslate">\\(u^2\\)</span>'
MATHML = '<math xmlns="http://www.w3.org/1998/Math/MathML"><mi>u</mi></math>'
SLIDER = """
<div class="explore" id="explore-1">
<img class="explore-picture" alt="A line." src="data:image/svg+xml,%3Csvg
 viewBox=%220 0 9 9%22%3E%3Cpath id=%22space%22/%3E%3C/svg%3E">
<div class="explore-controls" hidden><label for="a">φ</label>
<input type="range" id="a" data-values='["1", "2"]'><output>0.8</output></div>
<p class="explore-sentence" aria-live="polite">Half is left.</p>
<script type="application/json">{"lines": []}</script>
<script>alert("</p>");</script>
</div>
"""
EXERCISES = """
<div class="exercise admonition" id="ex-one">
<p class="admonition-title"><span>Exercise 2.1 </span> (First ★)</p>
<section id="exercise-content"><p>Do it.</p></section></div>
<div class="cell"><div class="cell_input"><pre>stub()</pre></div></div>
<div class="solution dropdown admonition" id="chapters/02-solution-1">
<p class="admonition-title">Solution</p>
<section id="solution-content"><p>Done: """ + FORMULA + """</p></section></div>
<div class="exercise admonition" id="ex-two">
<p class="admonition-title"><span>Exercise 2.2 </span> (Second ★)</p>
<section id="exercise-content"><p>And this.</p></section></div>
<div class="solution dropdown admonition" id="chapters/02-solution-2">
<p class="admonition-title">Solution</p>
<section id="solution-content"><p>Done too.</p></section></div>
"""  # fmt: skip


def carried_page(
    inside: str, address: str = ""
) -> tuple[BeautifulSoup, dict[str, str]]:
    """Return a page that holds `inside`, carried; it is well-formed."""
    page = f'<section id="top"><h1>2. Memory</h1>{inside}</section>'
    body, pictures = carry(
        page,
        Place("chapters/02_memory", address),
        lambda formulas: [MATHML] * len(formulas),
    )
    ElementTree.fromstring(f"<body>{body}</body>")
    assert "viewbox=" not in body
    soup = BeautifulSoup(body, "html.parser")
    marks = [tag["id"] for tag in soup.find_all(id=True)]
    assert len(marks) == len(set(marks))
    for link in soup.select('a[href^="#"]'):
        assert link["href"][1:] in marks
    assert not soup.select("script, button, input, details, [hidden]")
    return soup, pictures


def asked(monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """Return a question and its answer as a page of the book holds them."""
    monkeypatch.setenv("RNNLIB_BOOK", "1")
    ask = predict(
        "memory-left",
        "How much is left at $u = 0.9$?",
        curve=[1, 3, 5],
        axes=("age in steps", "left"),
        limits=(0, 1),
        unit="steps",
        tolerance=0.1,
    )
    return tuple(
        '<div class="cell tag_remove-input"><div class="cell_output">'
        f"{shown.to_html()}</div></div>"
        for shown in (ask, ask.answer([0.9, 0.7, 0.5], say="Nine tenths."))
    )


def test_a_slider_is_its_first_frame_and_says_where_it_moves() -> None:
    soup, pictures = carried_page(SLIDER)
    (name,) = pictures
    assert soup.img["src"] == f"../_images/{name}"
    ElementTree.fromstring(pictures[name])
    assert 'd="M0 0"' in pictures[name]
    told = soup.select_one(".still").get_text()
    assert told == "Here: φ 0.8. The slider moves in the built book."
    assert "Half is left." in soup.get_text()


def test_a_slider_is_linked_where_the_book_has_an_address() -> None:
    soup, _ = carried_page(SLIDER, "https://a.example/02.html")
    link = soup.select_one(".still a")
    assert link["href"] == "https://a.example/02.html#explore-1"


def test_an_answer_moves_to_the_end_and_is_linked_both_ways(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    question, answer = asked(monkeypatch)
    soup, _ = carried_page(f"{question}<p>In between.</p>{answer}<p>Then.</p>")
    end = soup.select_one(".carried-answers")
    assert soup.section.find_all(recursive=False)[-1] is end
    found = end.select_one("#predict-memory-left-answer")
    assert "Nine tenths." in found.get_text()
    assert "How much is left" in found.get_text()
    assert found.a["href"] == "#predict-memory-left"
    above = soup.select_one("#predict-memory-left")
    assert above.select_one(".predict-title").string == "Prediction 1"
    assert "Sketch it with a pencil" in above.get_text()
    assert "mouse" not in soup.get_text()
    links = [a["href"] for a in soup.select("p.see a")]
    assert links == ["#predict-memory-left-answer"] * 2
    before = soup.get_text().partition("Answers")[0]
    assert "0.7" not in before


def test_recall_questions_are_answered_at_the_end() -> None:
    box = recall(("What is u?", "A number."), ("Why?", "To remember."))
    soup, _ = carried_page(box.to_html())
    end = soup.select_one(".carried-answers")
    assert [li.get_text(strip=True) for li in end.select("li")] == [
        "A number.",
        "To remember.",
    ]
    assert "A number." not in soup.select_one(".recall").get_text()


def test_solutions_move_to_the_end_under_the_name_of_their_exercise() -> None:
    soup, _ = carried_page(EXERCISES)
    end = soup.select_one(".carried-solutions")
    titles = [p.get_text() for p in end.select(".admonition-title")]
    assert titles == ["Exercise 2.1 (First ★)", "Exercise 2.2 (Second ★)"]
    links = [p.a["href"] for p in end.select(".admonition-title")]
    assert links == ["#ex-one", "#ex-two"]
    assert len(soup.select("p.see .leaf")) == 2
    assert "stub()" in soup.get_text().partition("Solutions")[0]


def test_folded_code_is_left_out_and_folded_outputs_are_not() -> None:
    soup, _ = carried_page(
        '<div class="cell"><details class="hide above-input"><summary>Show'
        '</summary><div class="cell_input"><pre>plt.plot()</pre></div>'
        '</details><div class="cell_output"><p>seen</p></div></div>'
        '<div class="cell"><details class="hide below-input"><summary>Show'
        '</summary><div class="cell_output"><p>seen too</p></div></details>'
        "</div>"
        '<div class="cell"><details class="hide above-input"><summary>Show'
        "</summary><pre>import torch</pre></details></div>"
    )
    assert "plt.plot" not in soup.get_text()
    assert "seen too" in soup.get_text()
    assert "Show" not in soup.get_text()
    assert len(soup.select(".cell")) == 2


def test_an_exercise_does_not_say_that_nothing_has_been_tried() -> None:
    code, outputs = '<div class="cell_input"><pre>stub()</pre></div>', (
        "Not attempted yet: replace the dots.", "0.5"
    )  # fmt: skip
    soup, _ = carried_page(
        "".join(
            f'<div class="cell">{code}<div class="cell_output">'
            f"<pre>{output}</pre></div></div>"
            for output in outputs
        )
    )
    shown = [box.get_text() for box in soup.select("div.cell_output")]
    assert shown == ["0.5"]
    assert len(soup.select("div.cell_input")) == 2


def test_formulas_become_mathml_and_keep_their_number_and_their_tex() -> None:
    asked_for = []

    def translate(formulas: list[list[object]]) -> list[str]:
        asked_for.extend(formulas)
        return [MATHML] * len(formulas)

    body, _ = carry(
        f"<section>{FORMULA}"
        '<div class="math"><span class="eqno">(1)</span>\\[a &lt; b\\]</div>'
        "</section>",
        Place("chapters/02_memory"),
        translate,
    )
    assert asked_for == [["u^2", False], ["a < b", True]]
    ElementTree.fromstring(body)
    assert 'alttext="a &lt; b"' in body
    assert "(1)" in body


def test_what_epub_forbids_in_a_drawing_is_left_out() -> None:
    drawn = carried.drawing(
        '<?xml version="1.0"?>\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN"'
        '\n  "http://www.w3.org/svg11.dtd">\n<svg><metadata>\nwho\n</metadata>'
        '<path id="DejaVuSans-20" transform="scale(0.01)"/><path d="M1 1"/>'
        "</svg>"
    )
    assert "DOCTYPE" not in drawn
    assert "metadata" not in drawn
    shapes = ElementTree.fromstring(drawn).findall("path")
    assert [path.get("d") for path in shapes] == ["M0 0", "M1 1"]


def page_of(kind: str, address: str, body: str, name: str = "intro") -> str:
    """Return what the hooks make of a page's body, for one builder."""
    app = SimpleNamespace(
        builder=SimpleNamespace(name=kind),
        config=SimpleNamespace(html_baseurl=address, root_doc="intro"),
    )
    context = {"body": body}
    epub.offer(app, name, "page.html", context, None)
    epub.introduce(app, name, "page.html", context, None)
    return context["body"]


def test_files_are_offered_only_where_they_are_published() -> None:
    page = f"<h1>Title</h1>{epub.OFFER}"
    assert page_of("html", "", page) == "<h1>Title</h1>"
    offered = page_of("html", "https://a.example/book/", page)
    links = BeautifulSoup(offered, "html.parser").find_all("a")
    assert [link["href"] for link in links] == [
        f"https://a.example/book/{epub.NAME}.{kind}"
        for kind in ("epub", "pdf", "zip")
    ]
    assert "download" not in page_of("epub", "https://a.example/", page)


def test_a_carried_book_says_on_its_first_page_what_is_different() -> None:
    told = page_of("epub", "https://a.example/", "<h1>Title</h1>")
    assert '<a href="https://a.example/">the online book</a>' in told
    assert "the built book" in page_of("epub", "", "<h1>Title</h1>")
    assert "carried" not in page_of("html", "", "<h1>Title</h1>")


def test_the_page_of_predictions_keeps_the_list_alone() -> None:
    page = (
        "<section><h1>What you predicted</h1><p>This browser.</p>"
        f"<h2>Surprises</h2>{predictions.PLACE}</section>"
    )
    told = page_of("epub", "", page, "predictions")
    assert predictions.PLACE in told
    assert "browser" not in told
    assert "Surprises" not in told
