"""The reader's own quantizer in place of the engine's."""

from __future__ import annotations

import re

import pytest

from mkdocs_quantlab.engine.core.live_code import EditError, source
from mkdocs_quantlab.engine.core.schema import OptionError
from mkdocs_quantlab.engine.core.widget import answer, built_in, widget

PUSH = "row[order[later]] -= error * upper[place][later]"
GRID, LAYER = "quantization-grid-explorer", "quantization-layer"
EDITABLE = [
    (name, option, value)
    for name in built_in()
    if (editable := widget(name).editable) and not editable.contest
    for option in [editable.option]
    for value in editable.objects
]


def text_of(name, value):
    return source(widget(name).editable.objects[value])


@pytest.mark.parametrize(("name", "option", "value"), EDITABLE)
def test_unchanged_code_draws_the_same_figure(name, option, value):
    options = {option: value}
    assert answer(name, options, code=text_of(name, value)) == answer(name, options)


@pytest.mark.parametrize(
    ("name", "value", "old", "new"),
    [
        (GRID, "symmetric", "stored(weight, self.scale)", "int(weight / self.scale)"),
        (GRID, "nf4", "self.scale = scale", "self.scale = 0.5 * scale"),
        (GRID, "fp4", "pattern = abs(place)", "pattern = 5 * abs(place)"),
        (LAYER, "gptq", PUSH, "pass"),
        (LAYER, "awq", "size**exponent", "size ** (exponent / 4)"),
    ],
)
def test_a_change_is_seen_and_then_gone(name, value, old, new):
    options = {widget(name).editable.option: value}
    before = answer(name, options)
    code = text_of(name, value)
    assert old in code
    assert answer(name, options, code=code.replace(old, new))["html"] != before["html"]
    assert answer(name, options) == before


def test_gptq_without_its_push_is_rounding():
    code = text_of(LAYER, "gptq").replace(PUSH, "pass")
    html = answer(LAYER, {"method": "gptq"}, code=code)["html"]
    assert "<strong>100 %</strong> of the squared output error" in html


def test_what_the_code_defines_besides_is_its_own():
    code = "from math import floor\n\ndef helper(x):\n    return floor(x)\n\n" + text_of(
        GRID, "symmetric"
    ).replace("stored(weight, self.scale)", "helper(weight / self.scale)")
    html = answer(GRID, {"bits": "4"}, code=code)["html"]
    first = re.search(r'data-view="stored".*?<ol.*?<li[^>]*>(.*?)</li><li[^>]*>(.*?)</li>', html)
    assert first.groups() == ("7", "-6")
    assert "floor(-0.72" not in html


@pytest.mark.parametrize(
    ("change", "message", "line"),
    [
        (lambda code: "def store(\n" + code, "SyntaxError: '(' was never closed", 1),
        (lambda code: "x = 1 / 0\n" + code, "ZeroDivisionError: division by zero", 1),
        (lambda code: "\n\nimport nothing\n" + code, "No module named 'nothing'", 3),
        (lambda code: "x = 1", "does not define a class `Symmetric`", None),
        (lambda code: "Symmetric = 3", "does not define a class `Symmetric`", None),
        (lambda code: "\n" + code.replace("q = stored(weight", "q = nothing(weight"), "NameError: name 'nothing'", 15),
        (lambda code: code.replace("q = stored(", "q = self.store(weight) or stored("), "RecursionError", 14),
        (lambda code: code.replace("            value,\n", '            "much",\n'), "cannot be drawn with what it gives: TypeError", None),
        (lambda code: "a\0b", "null", None),
    ],
)  # fmt: skip
def test_what_does_not_run_says_where(change, message, line):
    before = answer(GRID, {})
    with pytest.raises(EditError, match=re.escape(message)) as caught:
        answer(GRID, {}, code=change(text_of(GRID, "symmetric")))
    assert caught.value.line == line
    assert answer(GRID, {}) == before


def test_options_are_still_refused_as_such():
    with pytest.raises(OptionError):
        answer(GRID, {"bits": "1"}, code=text_of(GRID, "symmetric"))


def test_a_figure_with_nothing_to_edit_is_drawn_as_it_is():
    name = "quantization-quality"
    assert answer(name, {}, code="not python at all") == answer(name, {})
