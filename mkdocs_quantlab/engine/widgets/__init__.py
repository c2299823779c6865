"""The widgets: one module a directive, found by name.

The module of `<div data-NAME>` is `NAME` with underscores. It holds

- `TITLE`, what the widget is called where a reader or a screen reader meets it;
- `Options`, a subclass of `engine.options.Options`;
- `render(options) -> Html`, the figure's content.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, NamedTuple

from mkdocs_quantlab.engine.options import Choice, OptionError, Options

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mkdocs_quantlab.engine.html import Html
    from mkdocs_quantlab.engine.sources import Sources

NAMES = (
    "quantization-explorer",
    "quantization-grid-explorer",
    "quantization-block",
    "quantization-formats",
    "gguf-compare",
    "gguf-inspect",
    "gguf-recipe",
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


def widget(name: str) -> Widget:
    """The widget of that name.

    Raises:
        KeyError: There is none.
    """
    if name not in NAMES:
        raise KeyError(name)
    module = importlib.import_module(f"{__name__}.{name.replace('-', '_')}")
    return Widget(name, module.TITLE, module.Options, module.render)


def answer(name: str, strings: Mapping[str, str], sources: Sources | None = None) -> dict[str, Any]:
    """What the page's worker sends back for a set of options and what they name.

    Returns:
        `html`: the figure; `values`: all options as texts, for the controls; `bounds`: limits of number
        controls that depend on other options.

    Raises:
        OptionError: The options are not taken.
    """
    found = widget(name)
    options = found.options(strings, sources)
    return {"html": found.render(options), "values": options.strings(), "bounds": options.bounds()}


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
