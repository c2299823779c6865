"""Calls as the page's worker makes them."""

from __future__ import annotations

import json

from mkdocs_quantlab.engine.core import dispatch
from mkdocs_quantlab.engine.gguf import user_files


def outcome(method, params, data=None):
    """JSON's answer or error, and bytes."""
    text, out = dispatch.call(method, json.dumps(params), data)
    return json.loads(text), out


def answer(method, params, data=None):
    """The answer of a call that gives no bytes."""
    found, out = outcome(method, params, data)
    assert out is None
    return found["answer"]


def refusal(method, params, data=None):
    """Why a call is refused: message, option, line."""
    found, out = outcome(method, params, data)
    assert out is None
    error = found["error"]
    return error["message"], error["option"], error["line"]


def draw(widget, options, resources=None, run=None):
    """The parameters of `draw`."""
    given = {"widget": widget, "options": options, "resources": resources}
    return {**given, "run": run, "module": ""}


def live(widget, options, value, code, resources=None):
    """A run of the reader's code for a figure, as `draw` takes it."""
    figure = {"widget": widget, "options": options, "resources": resources, "module": ""}
    inputs = answer("live_inputs", figure)["inputs"]
    step = {
        "widget": widget,
        "module": "",
        "value": value,
        "step": 0,
        "code": code,
        "given": inputs,
    }
    return {"inputs": inputs, "values": [answer("live_step", step)["values"]]}


def read_as_page(files):
    """The outcome of reading the headers of a reader's files, and how many bytes were asked for.

    Args:
        files: Name and content of each.
    """
    sizes = [{"name": name, "size": len(content)} for name, content in files]
    found, _ = outcome("read_headers", {"files": sizes})
    sent = 0
    while "reading" in found.get("answer", {}):
        asked = found["answer"]
        data = files[asked["file"]][1][asked["start"] : asked["stop"]]
        sent += len(data)
        found, _ = outcome("continue_reading", {"reading": asked["reading"]}, data)
    assert not user_files._readings
    return found, sent
