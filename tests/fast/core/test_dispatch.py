"""The one function that the page's worker calls."""

from __future__ import annotations

import json
from typing import get_args, get_origin, get_type_hints, is_typeddict

import pytest

from mkdocs_quantlab.engine.core import dispatch, protocol
from mkdocs_quantlab.engine.core.live_code import source
from mkdocs_quantlab.engine.core.widget import widget
from tests.calls import answer, draw, live, refusal


def test_a_figure_is_an_answer():
    found = answer("draw", draw("quantization-explorer", {"bits": "3"}))
    assert found.keys() == {"html", "values", "bounds"}
    assert found["values"]["bits"] == "3"


def test_an_option_that_is_not_taken_is_a_typed_error():
    assert refusal("draw", draw("quantization-explorer", {"bits": "1"})) == (
        "`bits` takes one of `2`, `3`, `4`, `5`, `6`, `7`, `8`; found `1`; the nearest is `2`",
        "bits",
        None,
    )


GRID = "quantization-grid-explorer"
SYMMETRIC = source(widget(GRID).live.objects["symmetric"])


def test_the_readers_code_runs_apart_and_is_drawn():
    code = SYMMETRIC.replace("value = q * self.scale", "value = 0.25")
    run = live(GRID, {}, "symmetric", code)
    html = answer("draw", draw(GRID, {}, run=run))["html"]
    assert "<strong>Your code</strong> in place of Symmetric: " in html
    assert "<strong>1 distinct value</strong>" in html
    assert answer(
        "live_inputs", {"widget": GRID, "options": {"bits": "16"}, "resources": None, "module": ""}
    ) == {"inputs": None}


def test_an_error_of_the_readers_code_has_its_line():
    code = "class Symmetric:\n    1 / 0\n"
    step = {
        "widget": GRID,
        "module": "",
        "value": "symmetric",
        "step": 0,
        "code": code,
        "given": "{}",
    }
    assert refusal("live_step", step) == ("ZeroDivisionError: division by zero", None, 2)
    code = "class Symmetric:\n    raise SystemExit\n"
    assert refusal("live_step", step | {"code": code}) == ("SystemExit", None, 2)
    assert refusal("draw", draw(GRID, {}, run={"inputs": "{}", "values": ["[1]"]})) == (
        "the result has 1 entries; it must be a dictionary of stored, kept, steps, holds",
        None,
        None,
    )


@pytest.mark.parametrize(
    ("method", "params", "says"),
    [
        ("drw", {}, "there is no method `drw` (did you mean `draw`?); the methods are `start`, "),
        (
            "live_step",
            {"widget": "gguf-inspect"}
            | dict.fromkeys(("module", "value", "step", "code", "given"), ""),
            "no code that can be edited",
        ),
        ("draw", draw("quantization-explore", {}), "no widget `quantization-explore` (did you"),
    ],
)
def test_what_is_not_there_is_named(method, params, says):
    message, option, line = refusal(method, params)
    assert says in message
    assert (option, line) == (None, None)


def test_an_error_of_ours_is_no_answer():
    with pytest.raises(AttributeError):
        dispatch.call("draw", json.dumps(draw("quantization-explorer", 7)))


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ("{}", "the call's parameters lack `resources`"),
        ("7", "the call's parameters are no JSON object"),
        ("{", "the call's parameters are no JSON: Expecting"),
        ("[" * 100_000, "the call's parameters are no JSON: "),
    ],
)
def test_parameters_that_no_page_of_ours_sends_are_refused(params, says):
    text, out = dispatch.call("draw", params)
    assert json.loads(text)["error"]["message"].startswith(says)
    assert out is None


@pytest.mark.parametrize("method", dispatch.METHODS)
def test_each_method_takes_and_gives_what_the_protocol_has(method):
    names = {"protocol": protocol, **vars(protocol)}
    hints = get_type_hints(dispatch.function_of(method), localns=names)
    made = hints.pop("return")
    params, *data = hints.values()
    assert is_typeddict(params)
    assert data in ([], [bytes])
    assert get_origin(made) is not tuple or get_args(made)[1] is bytes


def test_bytes_of_javascript_are_copied():
    class JavaScript:
        def to_bytes(self):
            return b"\x00\x3c"

    piece = {"tensor": "x", "start": 0, "stop": 2, "source": "F16", "target": "F32", "weights": 1}
    text, out = dispatch.call(
        "encode_piece", json.dumps({"piece": {**piece, "padding": 0}}), JavaScript()
    )
    assert json.loads(text) == {"answer": {"noise": 0, "power": 1, "size": None}}
    assert out == b"\x00\x00\x80\x3f"
