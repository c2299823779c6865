"""The figure of an exported comparison."""

from __future__ import annotations

import json
import re

import pytest

from mkdocs_quantlab.engine.comparing.record import of_data, read
from mkdocs_quantlab.engine.comparing.resource import ComparisonOf
from mkdocs_quantlab.engine.core.form import form
from mkdocs_quantlab.engine.core.resources import Resources
from mkdocs_quantlab.engine.core.schema import OptionError
from mkdocs_quantlab.engine.core.widget import answer as draw
from mkdocs_quantlab.engine.core.widget import widget
from tests.comparisons import answer, comparison, rights
from tests.paths import ROOT

NAME = "model-comparison"


def resources(data):
    return Resources((), {ComparisonOf("a.json"): of_data(data)})


def figure(data, **options):
    return draw(NAME, {"file": "a.json", **options}, resources(data))["html"]


def words(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_result_comes_first_and_every_answer_has_a_mark():
    html = figure(rights("111111110", "100000000", prompts=3))
    assert html.startswith('<figcaption class="quantlab-result">q8 is right more often than q4: in 8 of 9')  # fmt: skip
    assert html.count(">●<") == 8 + 1
    assert html.count('class="is-no"') == 1 + 8
    assert "8 of 9 (52 to 100 %)" in words(html)
    assert "1.6 %" in words(html), "7 pairs of one direction: 2 / 128"


def test_only_measures_of_the_run_are_shown_and_offered():
    data = rights("10", "01")
    assert re.findall(r'data-view="(\w+)"', figure(data)) == ["right"]
    for i, each in enumerate(data["answers"]):
        each["measures"] = {"words": i + 1, "svg": 0, "loop": 0}
    assert re.findall(r'data-view="(\w+)"', figure(data)) == ["right", "words"]
    controls = form(widget(NAME).options({"file": "a.json"}, resources(data)))
    assert re.findall(r'type="radio" name="measure" value="(\w+)"', controls) == ["right", "words"]


def test_the_first_measure_that_the_run_has_is_chosen():
    data = comparison([answer("q8", words=3), answer("q2", words=4)])
    assert draw(NAME, {"file": "a.json"}, resources(data))["values"]["measure"] == "words"
    with pytest.raises(OptionError, match=r"this comparison has no `right`; it has `words`$"):
        figure(data, measure="right")


def test_uneven_numbers_are_shown_one_by_one():
    values = [1, 90, 2, 150, 3, 4]
    data = comparison([answer(model, seed=i, words=n) for model in ("q8", "q2") for i, n in enumerate(values)])  # fmt: skip
    html = figure(data)
    assert "1, 90, 2, 150, 3, 4" in words(html)
    assert html.count("<circle") == 12
    assert "quantlab-reach-of" not in html


def test_dots_of_equal_numbers_do_not_hide_each_other():
    data = comparison([answer("q8", seed=i, words=5) for i in range(6)], models=["q8"])
    places = re.findall(r'<circle cx="([\d.]+%)" cy="([\d.]+)"', figure(data))
    assert len(set(places)) == 6


def test_what_differs_besides_the_weights_is_shown():
    cards = [{"metadata": {}, "tensors": [], "added": {"TEMPLATE": text}} for text in ("{{ a }}", "<b>")]  # fmt: skip
    html = figure(rights("10", "01", cards=cards))
    assert "differ in more than their weights, in TEMPLATE" in html
    assert "&lt;b&gt;" in html
    assert "<b>" not in html


def test_foreign_text_is_escaped_and_bounded():
    data = rights("10", "01", labels=["<script>", "\u202ereversed"])
    data["prompts"] = ["<img src=x>" * 1000]
    data["answers"][0]["text"] = "<svg onload=x>" * 1000
    html = figure(data)
    assert "<script" not in html
    assert "<img" not in html
    assert "onload=x&gt;" in html
    assert "\u2068\u202ereversed\u2069" in html or "\u2068\u202ereversed\u202c\u2069" in html
    assert len(html) < 20_000


def test_a_figure_of_many_answers_is_bounded():
    answers = [
        answer(model, prompt, seed, right=seed % 3 > 0, words=seed % 70, text=f"{seed} " * 90)
        for model in ("q8", "q2")
        for prompt in range(5)
        for seed in range(500)
    ]
    data = comparison(answers, prompts=[f"Question {i}?" for i in range(5)])
    html = figure(data)
    assert "1665 of 2500" in html
    assert "One mark for every 13 answers" in html
    assert html.count("<circle") + html.count("</b>") < 900
    assert len(html) < 250_000
    record = of_data(data)
    assert len(json.dumps(ComparisonOf.pack(record))) < 500_000


def test_without_a_file_the_figure_says_what_it_takes():
    assert "<code>data-file</code> names its file" in draw(NAME, {})["html"]


@pytest.mark.parametrize("path", sorted((ROOT / "docs/widgets/comparisons").glob("*.json")), ids=str)  # fmt: skip
def test_the_comparisons_of_the_docs_are_read(path):
    record = read(path.read_bytes())
    assert all(each.verdict for each in record.answers)
    assert not record.differences
