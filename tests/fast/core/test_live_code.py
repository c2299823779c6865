"""The reader's own code in place of a method: its row, and no other; its errors; and what it may give."""

from __future__ import annotations

import inspect
import json
import re

import pytest

from mkdocs_quantlab.engine.core.html import Html
from mkdocs_quantlab.engine.core.live_code import (
    MAX_MESSAGE,
    WAYS_OUT,
    EditError,
    close_ways_out,
    defined,
    inputs,
    source,
    step,
)
from mkdocs_quantlab.engine.core.schema import OptionError
from mkdocs_quantlab.engine.core.widget import answer, widget
from mkdocs_quantlab.engine.methods import challenge
from tests.live import LIVE, drawn, rows, run, text_of

EXPLORER, GRID = "quantization-explorer", "quantization-grid-explorer"
LAYER, PALETTE, CHALLENGE = "quantization-layer", "quantization-palette", "quantization-challenge"
PUSH = "row[order[later]] -= error * upper[place][later]"

ZEROS = {
    "rtn": "def round_to_nearest(weights, bits, group):\n    return [[0.0] * len(row) for row in weights]\n",
    "gptq": "def gptq(weights, inputs, bits, group, *, falling=False):\n"
    "    zeros = [[0.0] * len(row) for row in weights]\n"
    "    return [Step(list(range(n)), zeros) for n in range(len(inputs) + 1)]\n",
    "awq": "def awq(weights, inputs, bits, group):\n"
    "    zeros = [[0.0] * len(row) for row in weights]\n"
    "    return [Scaled(0.5, [1.0] * len(inputs), zeros, 0.0)]\n",
    "k-means": "def k_means(pixels, count):\n    return [(0, 0, 0)]\n",
    "uniform": "def uniform(count):\n    return [(0, 0, 0)]\n",
}


def zeros(name, value):
    """Code that gives zeros in place of a method, or of each weight that a scheme reads back."""
    if name == CHALLENGE:
        return "def encode(weights):\n    return b''\ndef decode(data):\n    return [0.0] * 256\n"
    if name in {LAYER, PALETTE}:
        return ZEROS[value]
    class_ = widget(name).live.objects[value].__name__
    return text_of(name, value) + (
        f"\n_store = {class_}.store\n"
        f"{class_}.store = lambda self, weight: _store(self, weight)._replace(value=0.0)\n"
    )


def without_current(found):
    return [row._replace(current=False) for row in found]


@pytest.mark.parametrize(("name", "option", "value"), LIVE)
def test_zeros_change_no_row_but_their_own(name, option, value):
    options = {option: value}
    before = rows(answer(name, options)["html"])
    after = rows(drawn(name, options, zeros(name, value)))
    # Row by row, in the same order.
    assert without_current([row for row in after if not row.edited]) == without_current(before)
    mine = [(i, row) for i, row in enumerate(after) if row.edited]
    assert mine
    for i, row in mine:
        assert row.head == f"{after[i - 1].head}, your code"
        assert row.cells != after[i - 1].cells
    # What is shown above the tables is the reader's, wherever the engine's was.
    assert sum(row.current for row in after) == sum(row.current for row in before)
    assert not [row for row in after if row.current and not row.edited]
    assert answer(name, options)["html"] == answer(name, options)["html"]


@pytest.mark.parametrize(("name", "option", "value"), LIVE)
def test_the_figure_says_what_is_the_readers(name, option, value):
    html = drawn(name, {option: value}, zeros(name, value))
    assert re.search(r'<figcaption class="quantlab-result">(<strong>)?Your code', html)
    if name != CHALLENGE:  # whose picture names the point
        assert 'role="group" aria-label="Drawn with your code"' in html
    assert "your code" not in answer(name, {option: value})["html"].lower()


@pytest.mark.parametrize(
    ("name", "option", "value"), [each for each in LIVE if each[0] != CHALLENGE]
)
def test_unchanged_code_gives_the_figures_of_the_method(name, option, value):
    after = rows(drawn(name, {option: value}, text_of(name, value)))
    mine = [(row, after[i - 1]) for i, row in enumerate(after) if row.edited]
    assert mine
    for row, engine in mine:
        assert row.cells == engine.cells


@pytest.mark.parametrize(
    ("name", "value", "old", "new"),
    [
        (GRID, "symmetric", "stored(weight, self.scale)", "int(weight / self.scale)"),
        (GRID, "nf4", "self.scale = scale", "self.scale = 0.5 * scale"),
        (GRID, "nf4-double", "self.scale = scale", "self.scale = 0.5 * scale"),
        (GRID, "fp4", "pattern = abs(place)", "pattern = 5 * abs(place)"),
        (LAYER, "gptq", PUSH, "pass"),
        (LAYER, "awq", "size**exponent", "size ** (exponent / 4)"),
    ],
)
def test_a_change_is_seen(name, value, old, new):
    options = {widget(name).live.option: value}
    code = text_of(name, value)
    assert old in code
    assert drawn(name, options, code.replace(old, new)) != drawn(name, options, code)


def test_gptq_without_its_push_is_rounding():
    html = drawn(LAYER, {"method": "gptq"}, text_of(LAYER, "gptq").replace(PUSH, "pass"))
    assert "<strong>100 %</strong> of the squared output error" in html


def test_what_the_code_defines_besides_is_its_own():
    code = "from math import floor\n\ndef helper(x):\n    return floor(x)\n\n" + text_of(
        GRID, "symmetric"
    ).replace("stored(weight, self.scale)", "helper(weight / self.scale)")
    html = drawn(GRID, {"bits": "4"}, code)
    first = re.search(r'data-view="stored".*?<ol.*?<li[^>]*>(.*?)</li><li[^>]*>(.*?)</li>', html)
    assert first.groups() == ("7", "-6")


def test_no_name_of_the_engine_is_changed():
    module = vars(__import__("mkdocs_quantlab.engine.methods.schemes", fromlist=["Symmetric"]))
    before = dict(module)
    defined(module["Symmetric"], text_of(GRID, "symmetric") + "\nKept = number = None\n")
    assert module == before


def test_bfloat16_is_made_by_no_code_of_the_readers():
    found = widget(GRID)
    assert inputs(found.live, found.options({"bits": "16"})) is None


def test_options_are_still_refused_as_such():
    with pytest.raises(OptionError):
        drawn(GRID, {"bits": "1"}, text_of(GRID, "symmetric"))


# What does not run


IN_STORE = "            value,\n"


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
        (lambda code: code.replace(IN_STORE, '            "much",\n'), "`value` is `much`; it must be a finite number", None),
        (lambda code: code.replace(IN_STORE, "            1e300 * 1e300,\n"), "`value` is `inf`; it must be a finite number", None),
        (lambda code: code.replace("str(q),\n", '"x" * 1000,\n'), "`code` is `xxx", None),
        (lambda code: code.replace("self.scale = self.step =", "self.step = 'a'; self.scale ="), "`step` is `a`", None),
        (lambda code: code.replace("[SideInformation(", "3, [SideInformation("), "an entry of `kept` is `3`", None),
        (lambda code: code.replace("def store", "def save"), "NotImplementedError", None),
        (lambda code: "a\0b", "null", None),
        (lambda code: "(" * 3000 + ")" * 3000, "too many nested parentheses", 1),
        (lambda code: "raise SystemExit\n" + code, "SystemExit", 1),
        (lambda code: "import sys\nsys.exit('enough')\n" + code, "SystemExit: enough", 2),
        (lambda code: "\n" + code.replace("q = stored(weight", "raise KeyboardInterrupt;q = stored(weight"), "KeyboardInterrupt", 15),
        (lambda code: code.replace("q = stored(weight", "raise GeneratorExit;q = stored(weight"), "GeneratorExit", 14),
        (lambda code: "class Own(BaseException):\n    def __str__(self): raise self\nraise Own\n" + code, "Own", 3),
        (lambda code: "class Kind(type):\n    __name__ = property(lambda _: 1 / 0)\nclass Own(Exception, metaclass=Kind): pass\nraise Own('no name')\n" + code, "Own: no name", 4),
        (lambda code: f"raise ValueError('x' * {10 * MAX_MESSAGE})\n" + code, "ValueError: xxx", 1),
    ],
)  # fmt: skip
def test_what_does_not_run_says_where(change, message, line):
    before = answer(GRID, {})
    with pytest.raises(EditError, match=re.escape(message)) as caught:
        drawn(GRID, {}, change(text_of(GRID, "symmetric")))
    assert caught.value.line == line
    assert len(str(caught.value)) <= MAX_MESSAGE
    assert answer(GRID, {}) == before


@pytest.mark.parametrize(
    ("name", "value", "code", "message"),
    [
        (LAYER, "rtn", "def round_to_nearest(*_):\n    return [[0.0]]\n", "the layer has 1 entries; it must be a sequence of 8 entries"),
        (LAYER, "gptq", "def gptq(*_, falling):\n    return []\n", "the steps has 0 entries; it must be a sequence of 17 entries"),
        (LAYER, "awq", "def awq(*_):\n    return 5\n", "the exponents tried is `5`"),
        (PALETTE, "uniform", "def uniform(count):\n    return [(0, 0, 256)]\n", "a colour's part is `256`; it must be a whole number from 0 to 255"),
        (PALETTE, "uniform", "def uniform(count):\n    return []\n", "the palette has 0 entries"),
        (EXPLORER, "symmetric", "class Symmetric(Fit):\n    levels = [0.0, 0.0]\n    def __init__(self, *_): pass\n    def store(self, w): return Stored(0, '0', 0.0, '', '')\n", "`levels` has to ascend"),
    ],
)  # fmt: skip
def test_what_is_given_is_refused_by_name(name, value, code, message):
    with pytest.raises(EditError, match=re.escape(message)):
        drawn(name, {widget(name).live.option: value}, code)


def test_other_kinds_of_numbers_are_taken():
    code = "from fractions import Fraction\n" + text_of(GRID, "symmetric").replace(
        IN_STORE, "            Fraction(1, 4),\n"
    )
    assert "becomes <strong>1 distinct value" in drawn(GRID, {"weights": "0.5"}, code)


def test_what_the_code_writes_is_text():
    code = text_of(GRID, "symmetric").replace("str(q),\n", '"<img src=x onerror=a()>",\n')
    html = drawn(GRID, {}, code)
    assert "&lt;img src=x onerror=a()&gt;" in html
    assert "<img" not in html


def test_the_ways_out_are_closed(monkeypatch):
    import sys

    for name in WAYS_OUT:
        monkeypatch.setitem(sys.modules, name, object())
    close_ways_out()
    with pytest.raises(EditError, match="ModuleNotFoundError") as caught:
        step(widget(PALETTE).live, "uniform", 0, "import js\n", '["uniform", [], 4]')
    assert caught.value.line == 1


# Values that no step gives: another interpreter may be made to say anything


def changed(data, path, new):
    """A copy of JSON data with another value at a place."""
    if not path:
        return new
    made = dict(data) if isinstance(data, dict) else list(data)
    made[path[0]] = changed(data[path[0]], path[1:], new)
    return made


def places(data, path=()):
    """Every place in JSON data; of a list its last entry."""
    yield path
    if isinstance(data, dict):
        for key, value in data.items():
            yield from places(value, (*path, key))
    elif isinstance(data, list):
        for i in range(len(data))[-1:]:
            yield from places(data[i], (*path, i))


NONSENSE = [
    None,
    True,
    "",
    "x" * 10_000,
    -1,
    1e30,
    10**400,
    float("nan"),
    float("inf"),
    [],
    [[]],
    {},
    {"a": 1},
]


@pytest.mark.parametrize(("name", "option", "value"), LIVE)
def test_foreign_values_are_drawn_or_refused(monkeypatch, name, option, value):
    options = {option: value}
    answer(name, options)  # the starting code has its score
    monkeypatch.setattr(challenge, "BLOCKS", 1)
    made = run(name, options, text_of(name, value))
    refused = 0
    for number, text in enumerate(made["values"]):
        data = json.loads(text)
        for path in places(data):
            for new in NONSENSE:
                values = list(made["values"])
                values[number] = json.dumps(changed(data, path, new))
                try:
                    html = answer(name, options, run={"inputs": made["inputs"], "values": values})[
                        "html"
                    ]
                except EditError:
                    refused += 1
                else:
                    assert isinstance(html, Html)
    assert refused > 20


@pytest.mark.parametrize(
    "text", ["", "{", "[" * 100_000, "1" * 5000, '{"a": 1} x', "[" + "0," * 9_000_000 + "0]"]
)
def test_what_is_no_json_is_refused(text):
    made = run(GRID, {}, text_of(GRID, "symmetric"))
    with pytest.raises(EditError):
        answer(GRID, {}, run={"inputs": made["inputs"], "values": [text]})
    with pytest.raises(EditError, match="0 values, but there are 1"):
        answer(GRID, {}, run={"inputs": made["inputs"], "values": []})


def test_nothing_passes_from_encode_to_decode_beside_the_bytes():
    made = run(CHALLENGE, {}, text_of(CHALLENGE, "absmax4"))
    blocks, decoded = made["values"]
    block = json.loads(blocks)["gaussian"][0]
    hidden = [
        blocks.replace(", ", ",  ", 1),
        blocks.replace('{"gaussian"', '{"gaussian": 1, "gaussian"'),
        blocks.replace('{"gaussian"', '{"own": 1, "gaussian"'),
        blocks.replace(block, block.upper()),
        blocks.replace(block, " " + block),
    ]
    answer(CHALLENGE, {}, run=made)
    for text in hidden:
        assert text != blocks
        with pytest.raises(EditError):
            answer(CHALLENGE, {}, run={"inputs": made["inputs"], "values": [text, decoded]})


@pytest.mark.parametrize("name", sorted({name for name, *_ in LIVE}))
def test_the_text_of_the_code_is_that_of_its_file(name):
    for made in widget(name).live.objects.values():
        assert source(made) == inspect.getsource(made)
