"""The answers that pages show are of the files that there are."""

from __future__ import annotations

import json

import pytest

from mkdocs_quantlab import builtin_models
from mkdocs_quantlab.engine.drawing.reading import read
from mkdocs_quantlab.engine.drawing.score import marks
from models.drawing import answers


@pytest.fixture(scope="module")
def known():
    return json.loads(answers.OUT.read_text(encoding="utf-8"))


def test_the_answers_are_of_the_files(known):
    """After a change of the files: `python -m models.drawing.answers`."""
    assert tuple(known["prompts"]) == answers.PROMPTS
    assert tuple(known["files"]) == answers.NAMES
    sums = builtin_models.sums()
    assert {name: file["sha256"] for name, file in known["files"].items()} == {
        name: sums[name] for name in answers.NAMES
    }


def test_every_prompt_can_be_marked(known):
    for file in known["files"].values():
        for prompt, answer in zip(known["prompts"], file["answers"], strict=True):
            assert marks(prompt, answer), prompt


def test_in_8_bits_all_of_them_are_right(known):
    """As the lab says."""
    for name in ("drawing:Q8_0", "drawing-uneven:Q8_0"):
        for prompt, answer in zip(known["prompts"], known["files"][name]["answers"], strict=True):
            found = marks(prompt, answer)
            assert found, prompt
            assert found.all_right, (name, prompt, found)


def test_a_file_still_answers_so(known):
    """At 8 bits, where another processor's rounding does not change an answer."""
    pytest.importorskip("xllamacpp", reason="carries llama.cpp's server")
    assert answers.answers("drawing:Q8_0") == known["files"]["drawing:Q8_0"]["answers"]


def test_what_a_page_shows_of_a_broken_answer_is_whole_and_does_nothing(monkeypatch):
    monkeypatch.syspath_prepend("docs")
    from drawing_answers import redrawn

    broken = '<svg onload="x()"><script>x()</script><circle cx="1" cy="2" r="3" fill="red"/><circle cx="1" cy="2" r="3" fill="url(#x)"/>'
    drawing = redrawn(broken)
    assert read(drawing).fault == ""
    assert drawing.count("<circle") == 1
    assert "script" not in drawing
    assert "x()" not in drawing
