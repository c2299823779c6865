"""The calls of the page's worker, and of the worker of the reader's code, that run such code for a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.core.errors import InputError
from mkdocs_quantlab.engine.core.live_code import close_ways_out, inputs, step
from mkdocs_quantlab.engine.core.resources import Sources
from mkdocs_quantlab.engine.core.widget import widget

if TYPE_CHECKING:
    from mkdocs_quantlab.engine.core.live_code import LiveCode
    from mkdocs_quantlab.engine.core.protocol import LiveFigure, LiveInputs, LiveStep, LiveValues


def live_inputs(given: LiveFigure) -> LiveInputs:
    """Says what the reader's code of a figure works on.

    Raises:
        OptionError: The options are not taken.
    """
    sources = Sources.from_json(given["sources"]) if given["sources"] else None
    found = widget(given["widget"])
    return {"inputs": inputs(_live(given["widget"]), found.options(given["options"], sources))}


def live_step(given: LiveStep) -> LiveValues:
    """Runs a step of the reader's code, in an interpreter that does nothing else.

    Raises:
        EditError: The code does not run.
    """
    close_ways_out()
    live = _live(given["widget"])
    values = step(live, given["value"], given["step"], given["code"], given["given"])
    return {"values": values}


def _live(name: str) -> LiveCode:
    live = widget(name).live
    if live is None:
        raise InputError(f"the widget `{name}` has no code that can be edited")
    return live
