"""The calls of the page's worker, and of the worker of the reader's code, that run such code for a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.core.custom import blaming
from mkdocs_quantlab.engine.core.errors import InputError
from mkdocs_quantlab.engine.core.live_code import close_ways_out, inputs, step
from mkdocs_quantlab.engine.core.resources import Resources
from mkdocs_quantlab.engine.core.widget import widget

if TYPE_CHECKING:
    from mkdocs_quantlab.engine.core.live_code import LiveCode
    from mkdocs_quantlab.engine.core.protocol import LiveFigure, LiveInputs, LiveStep, LiveValues
    from mkdocs_quantlab.engine.core.widget import Widget


def live_inputs(given: LiveFigure) -> LiveInputs:
    """Says what the reader's code of a figure works on.

    Raises:
        OptionError: The options are not taken.
    """
    resources = Resources.from_json(given["resources"]) if given["resources"] else None
    found = _widget(given["widget"], given["module"])
    with blaming(found.origin):
        options = found.options(given["options"], resources)
        return {"inputs": inputs(_live(found), options)}


def live_step(given: LiveStep) -> LiveValues:
    """Runs a step of the reader's code, in an interpreter that does nothing else.

    Raises:
        EditError: The code does not run.
    """
    close_ways_out()
    live = _live(_widget(given["widget"], given["module"]))
    values = step(live, given["value"], given["step"], given["code"], given["given"])
    return {"values": values}


def _widget(name: str, module: str) -> Widget:
    """One of ours, or a custom widget whose files were mounted."""
    if not module:
        return widget(name)
    from mkdocs_quantlab.engine.core.mounts import mounted  # noqa: PLC0415  # most pages have no custom widget

    return mounted(name, module)


def _live(found: Widget) -> LiveCode:
    if found.live is None:
        raise InputError(f"the widget `{found.name}` has no code that can be edited")
    return found.live
