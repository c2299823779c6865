"""The widgets: one module a directive, found by name.

The module of `<div data-NAME>` is `NAME` with underscores. It holds

- `TITLE`, what the widget is called where a reader or a screen reader meets it;
- `Options`, a subclass of `engine.core.schema.Options`;
- `render(options) -> Html`, the figure's content;
- `EDITABLE`, where the reader may edit the code that makes the figure;
- `panel(options) -> Html`, where a script of the widget's own does more than draw: what it takes over, behind the figure.
"""

from __future__ import annotations

import importlib
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, NamedTuple

from mkdocs_quantlab.engine.core.live_code import edited
from mkdocs_quantlab.engine.core.schema import Choice, OptionError, Options

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mkdocs_quantlab.engine.core.html import Html
    from mkdocs_quantlab.engine.core.live_code import Editable
    from mkdocs_quantlab.engine.core.resources import Sources

NAMES = (
    "quantization-explorer",
    "quantization-grid-explorer",
    "quantization-block",
    "quantization-formats",
    "quantization-layer",
    "quantization-qat",
    "quantization-quality",
    "quantization-palette",
    "quantization-challenge",
    "gguf-compare",
    "gguf-inspect",
    "gguf-recipe",
    "gguf-quantize",
    "model-memory",
)
"""Every widget there is."""

FRAME_BUDGET = 60_000
"""Bytes of pre-rendered figures that one widget may add to a page, before compression."""


class Widget(NamedTuple):
    """A widget's module, typed."""

    name: str
    title: str
    options: type[Options]
    render: Callable[[Any], Html]
    editable: Editable | None
    """What a reader can edit, where the module has `EDITABLE`."""
    panel: Callable[[Any], Html] | None
    """What a script of its own takes over, where the module has `panel`."""


def widget(name: str) -> Widget:
    """The widget of that name.

    Raises:
        KeyError: There is none.
    """
    if name not in NAMES:
        raise KeyError(name)
    module = importlib.import_module(
        f"mkdocs_quantlab.engine.widgets.{name.replace('-', '_')}.widget"
    )
    editable = getattr(module, "EDITABLE", None)
    panel = getattr(module, "panel", None)
    return Widget(name, module.TITLE, module.Options, module.render, editable, panel)


def answer(
    name: str, strings: Mapping[str, str], sources: Sources | None = None, code: str = ""
) -> dict[str, Any]:
    """What the page's worker sends back for a set of options and what they name.

    Args:
        name: The widget's name.
        strings: Options as texts.
        sources: Where models come from that the options name.
        code: The reader's own code in place of what the widget lets readers edit; the empty text for the engine's.

    Returns:
        `html`: the figure; `values`: all options as texts, for the controls; `bounds`: limits of number
        controls that depend on other options.

    Raises:
        OptionError: The options are not taken.
        EditError: The reader's code does not run.
    """
    found = widget(name)
    options = found.options(strings, sources)
    target = (
        found.editable.of(options)
        if code and found.editable and not found.editable.contest
        else None
    )
    with edited(target, code) if target else nullcontext():
        html = found.render(options)
    return {"html": html, "values": options.strings(), "bounds": options.bounds()}


def frames(
    found: Widget, strings: Mapping[str, str], sources: Sources | None = None
) -> dict[str, str]:
    """The figure for other values of the primary option, nearest values first, as far as the budget goes."""
    if not found.options.primary:
        return {}
    primary = getattr(found.options, found.options.primary)
    assert isinstance(primary, Choice)
    choices = [str(choice) for choice in primary.choices]
    shown = str(found.options(strings, sources).values[primary.name])
    here = choices.index(shown) if shown in choices else -1  # it may follow from another option
    others = sorted(set(range(len(choices))) - {here}, key=lambda i: (abs(i - here), i))
    result: dict[str, str] = {}
    size = 0
    for i in others:
        try:
            html = found.render(found.options({**strings, primary.name: choices[i]}, sources))
        except OptionError:
            continue  # the author's other options do not go with this value; the reader is told if they choose it
        size += len(html)
        if size > FRAME_BUDGET:
            break
        result[choices[i]] = html
    return result
