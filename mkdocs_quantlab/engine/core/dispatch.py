"""What the page's worker calls: one function, by the names of `METHODS`.

Parameters and answers are of the types in `core/protocol.py`. A method's function takes the parameters and, where it says so, bytes;
it gives an answer, or an answer and bytes. The modules are imported when they are first called: most pages call one method.
"""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING, Any

from mkdocs_quantlab.engine.core.custom import blaming
from mkdocs_quantlab.engine.core.errors import InputError
from mkdocs_quantlab.engine.core.resources import Resources
from mkdocs_quantlab.engine.core.suggest import did_you_mean
from mkdocs_quantlab.engine.core.widget import answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs_quantlab.engine.core.protocol import CallError, Draw, Figure

METHODS = {
    "start": "core.modules:install",
    "add_archive": "core.modules:add_archive",
    "draw": "core.dispatch:draw",
    "mount": "core.mounts:mount",
    "read_headers": "gguf.user_files:read_headers",
    "continue_reading": "gguf.user_files:continue_reading",
    "end_reading": "gguf.user_files:end_reading",
    "live_inputs": "calls.live:live_inputs",
    "live_step": "calls.live:live_step",
    "plan_quantization": "calls.quantize:plan_quantization",
    "encode_piece": "calls.quantize:encode_piece",
    "piece_inputs": "calls.quantize:piece_inputs",
    "store_values": "calls.quantize:store_values",
    "store_by_scheme": "calls.quantize:store_by_scheme",
    "mark_drawing": "drawing.score:mark_drawing",
    "judge_answers": "answers.judge:judge_answers",
    "draw_curve": "views.drawing_curve:draw_curve",
}
"""The function of each method: its module in `mkdocs_quantlab.engine`, and its name."""


def call(method: str, params: str, data: Any = None) -> tuple[str, bytes | None]:
    """Calls a method.

    Args:
        method: One of `METHODS`.
        params: The parameters, as JSON.
        data: Bytes, as JavaScript or Python has them, for methods that take some.

    Returns:
        JSON, `{"answer": ...}` or `{"error": ...}` as `protocol.CallError`; and the method's bytes, if it gives some.
    """
    try:
        function = function_of(method)
        given = _params(params)
        made = function(given) if data is None else function(given, _bytes(data))
    except InputError as error:
        refused: CallError = {"message": str(error), "option": error.option, "line": error.line}
        return json.dumps({"error": refused}), None
    found, out = made if isinstance(made, tuple) else (made, None)
    return json.dumps({"answer": found}), out


def function_of(method: str) -> Callable[..., Any]:
    """The function of a method.

    Raises:
        InputError: There is no such method; the message says which there are.
    """
    if method not in METHODS:
        known = ", ".join(f"`{name}`" for name in METHODS)
        hint = did_you_mean(method, METHODS)
        raise InputError(f"there is no method `{method}`{hint}; the methods are {known}")
    module, _, name = METHODS[method].partition(":")
    function: Callable[..., Any] = getattr(import_module(f"mkdocs_quantlab.engine.{module}"), name)
    return function


def draw(given: Draw) -> Figure:
    """Draws a widget's figure."""
    resources = Resources.from_json(given["resources"]) if given["resources"] else None
    run = given["run"]
    if not given["module"]:
        return answer(given["widget"], given["options"], resources, run)
    from mkdocs_quantlab.engine.core.mounts import mounted  # noqa: PLC0415  # most pages have no custom widget

    widget = mounted(given["widget"], given["module"])
    with blaming(widget.origin):
        return answer(widget, given["options"], resources, run)


class _Params(dict[str, Any]):
    """The parameters of a call: what is asked for and is not there is the caller's fault."""

    def __missing__(self, key: str) -> object:
        raise InputError(f"the call's parameters lack `{key}`")


def _params(text: str) -> _Params:
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"the call's parameters are no JSON: {error}") from None
    if not isinstance(given, dict):
        raise InputError("the call's parameters are no JSON object")
    return _Params(given)


def _bytes(data: Any) -> bytes:
    """Bytes of Python's own: memory that belongs to JavaScript goes away."""
    copied: bytes = data.to_bytes() if hasattr(data, "to_bytes") else bytes(data)
    return copied
