"""A figure with sliders: live with a kernel, alive in the page without."""

from __future__ import annotations

import base64
import gzip
import json
import re
from urllib.parse import unquote
from xml.etree import ElementTree

import matplotlib.pyplot as plt
import numpy as np
import pytest

from rnnlib.book.sliders import explore

U = [0.0, 0.5, 1.0]


def draw(u, m=1.0):
    fig, ax = plt.subplots()
    ax.plot(m * u ** np.arange(1, 10))
    ax.set(ylim=(0, 2), title=f"u = {u}")
    return fig


def make(**changes):
    arguments = {"alt": 'A curve & "more".', "say": "u is {u}".format}
    return explore(draw, **{**arguments, "u": U, **changes})


def data_of(page: str) -> dict:
    found = re.search(
        r'<script type="application/json">(.*?)</script>', page, re.S
    )
    return json.loads(found[1])


def frames_of(page: str) -> list[str]:
    data = data_of(page)
    return [
        "\n".join(data["lines"][i] for i in frame) for frame in data["frames"]
    ]


def test_every_frame_is_a_whole_and_different_picture():
    frames = frames_of(make().to_html())
    assert len(frames) == len(set(frames)) == 3
    for frame in frames:
        assert frame.startswith("<svg"), "a prolog could be misread"
        assert ElementTree.fromstring(frame).tag.endswith("svg")


def test_two_sliders_give_all_pairs_the_first_in_big_steps():
    page = make(m=[1, 2], say="u {u}, m {m}".format).to_html()
    said = data_of(page)["sentences"]
    assert said == [f"u {u}, m {m}" for u in U for m in (1, 2)]
    assert page.count('type="range"') == 2


def test_still_picture_is_the_frame_of_the_start_values():
    page = make(start={"u": 0.5}).to_html()
    source = re.search(r'src="data:image/svg\+xml,(.*?)"', page)[1]
    shown = " ".join(unquote(source).split())
    assert shown == " ".join(frames_of(page)[1].split())
    assert 'value="1"' in page
    assert "u is 0.5</p>" in page


def test_frames_share_what_they_can():
    alone = len(gzip.compress(make(u=[0.0, 1.0]).to_html().encode()))
    many = make(u=np.linspace(0, 1, 41).tolist()).to_html()
    assert len(gzip.compress(many.encode())) < 4 * alone


def test_numbers_are_shortened_without_moving_letters():
    frame = frames_of(make().to_html())[0]
    assert not re.search(r"\d\.\d{3}", re.sub(r"scale\(.*?\)", "", frame))
    scales = {float(s) for s in re.findall(r"scale\((0\.01\d*)\)", frame)}
    assert all(abs(s / 0.015625 - 1) < 1e-3 for s in scales)


def test_controls_are_labelled_and_hidden_until_the_script_runs():
    page = make(labels={"u": "weight <u>"}).to_html()
    label, target = re.search(r'<label for="(.*?)">(.*?)</label>', page).group(
        2, 1
    )
    assert label == "weight &lt;u&gt;"
    assert f'<input type="range" id="{target}"' in page
    assert 'class="explore-controls" hidden' in page
    assert 'alt="A curve &amp; &quot;more&quot;."' in page


def test_greek_arguments_get_greek_labels():
    slider = explore(lambda phi: draw(phi), alt="A curve.", phi=U)
    assert slider.labels == {"phi": "φ"}
    assert repr(slider) == "a figure with a slider: φ from 0 to 1"


def test_same_figure_gives_the_same_page():
    assert make().to_html() == make().to_html()


def test_no_text_can_end_the_script_early():
    page = make(say=lambda u: f"</script><b>{u}</b>").to_html()
    assert page.count("</script>") == 2
    assert data_of(page)["sentences"][0] == "</script><b>0.0</b>"
    assert "<b>" not in re.sub(r"<script.*?</script>", "", page, flags=re.S)


def test_moving_the_live_slider_redraws_and_says():
    picture, slider, sentence = make().to_widget().children
    before = picture.value
    slider.value = 0.5
    assert picture.value != before
    assert sentence.value == "u is 0.5"
    slider.value = 0.0
    assert picture.value == before


def test_drawing_leaves_no_figure_open():
    plt.close("all")
    make().to_html()
    make().to_widget()
    assert plt.get_fignums() == []


@pytest.mark.parametrize("book", [True, False])
def test_bundle_suits_the_place(book, monkeypatch):
    monkeypatch.delenv("RNNLIB_BOOK", raising=False)
    if book:
        monkeypatch.setenv("RNNLIB_BOOK", "1")
    bundle = make()._repr_mimebundle_()
    assert bundle["text/plain"] == "a figure with a slider: u from 0 to 1"
    if book:
        assert set(bundle) == {"text/plain", "text/html", "image/png"}
    else:
        view = bundle["application/vnd.jupyter.widget-view+json"]
        assert view["model_id"]
    picture = bundle["image/png"]
    if isinstance(picture, str):
        picture = base64.b64decode(picture)
    assert picture.startswith(b"\x89PNG")
