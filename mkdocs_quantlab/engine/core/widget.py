"""The widgets: one module a directive, found by name.

The module of `<div data-NAME>` is `widgets/NAME/widget.py`, with underscores for hyphens. It holds

- `TITLE`, what the widget is called where a reader or a screen reader meets it;
- `Options`, a subclass of `engine.core.schema.Options`;
- `render(options) -> Html`, the figure's content;
- `LIVE`, where the reader may edit the code of a method in the figure; `render` then takes a second argument, what that gave;
- `panel(options) -> Html`, where a script of the widget's own does more than draw: what it takes over, behind the figure.
"""

from __future__ import annotations

import importlib
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from mkdocs_quantlab.engine.core.custom import WidgetError
from mkdocs_quantlab.engine.core.fields import Choice
from mkdocs_quantlab.engine.core.live_code import read
from mkdocs_quantlab.engine.core.schema import OptionError, Options
from mkdocs_quantlab.engine.core.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mkdocs_quantlab.engine.core.custom import Origin
    from mkdocs_quantlab.engine.core.html import Html
    from mkdocs_quantlab.engine.core.live_code import LiveCode
    from mkdocs_quantlab.engine.core.protocol import Figure, LiveRun
    from mkdocs_quantlab.engine.core.resources import Resources

FRAME_BUDGET = 60_000
"""Bytes of pre-rendered figures that one widget may add to a page, before compression."""


class Widget(NamedTuple):
    """A widget's module, typed."""

    name: str
    title: str
    options: type[Options]
    render: Callable[..., Html]
    """From options, and where there is `live` from what it gave, to the figure's content."""
    live: LiveCode | None
    """What a reader can edit, where the module has `LIVE`."""
    panel: Callable[[Any], Html] | None
    """What a script of its own takes over, where the module has `panel`."""
    requires: tuple[str, ...] = ()
    """Packages that a custom widget needs in the page, as its module's `REQUIRES` names them."""
    origin: Origin | None = None
    """Whose files a custom widget is made of; None for one of ours."""


WIDGETS = "mkdocs_quantlab.engine.widgets"


@cache
def built_in() -> tuple[str, ...]:
    """The names of the widgets that come with the package: the folders of `engine/widgets`."""
    from importlib.resources import files  # noqa: PLC0415  # slow to import, and the page asks for no list

    return tuple(
        sorted(
            folder.name.replace("_", "-")
            for folder in files(WIDGETS).iterdir()
            if folder.is_dir()
            and any(each.name.startswith("widget.py") for each in folder.iterdir())
        )
    )


def widget(name: str) -> Widget:
    """The widget of that name, out of those that come with the package.

    Raises:
        WidgetError: There is none; the message says which there are.
    """
    module = f"{WIDGETS}.{name.replace('-', '_')}.widget"
    try:
        return of_module(name, importlib.import_module(module))
    except ModuleNotFoundError as error:
        if not f"{module}.".startswith(f"{error.name}."):
            raise  # one that the widget imports
        raise unknown(name, built_in()) from None


def of_module(name: str, module: Any) -> Widget:
    """A widget's module, typed; what is in it is not checked."""
    live = getattr(module, "LIVE", None)
    panel = getattr(module, "panel", None)
    return Widget(name, module.TITLE, module.Options, module.render, live, panel)


def unknown(name: str, names: Sequence[str]) -> WidgetError:
    """The error that there is no widget of a name, with those that there are."""
    known = ", ".join(f"`{each}`" for each in names)
    return WidgetError(
        f"there is no widget `{name}`{did_you_mean(name, names)}; the widgets are {known}"
    )


def answer(
    widget_or_name: Widget | str,
    strings: Mapping[str, str],
    resources: Resources | None = None,
    run: LiveRun | None = None,
) -> Figure:
    """What the page's worker sends back for a set of options and what they name.

    Args:
        widget_or_name: The widget, or the name of one of ours.
        strings: Options as texts.
        resources: Where models come from that the options name.
        run: A run of the reader's code, whose values the figure shows; None for the engine's figure.

    Returns:
        `html`: the figure; `values`: all options as texts, for the controls; `bounds`: limits of number
        controls that depend on other options.

    Raises:
        OptionError: The options are not taken.
        EditError: The reader's code gave what cannot be shown.
    """
    found = widget_or_name if isinstance(widget_or_name, Widget) else widget(widget_or_name)
    options = found.options(strings, resources)
    edited = (
        (read(found.live, options, run["inputs"], run["values"]),) if run and found.live else ()
    )
    html = found.render(options, *edited)
    return {"html": html, "values": options.strings(), "bounds": options.bounds()}


def frames(
    found: Widget, strings: Mapping[str, str], resources: Resources | None = None
) -> dict[str, str]:
    """The figure for other values of the primary option, nearest values first, as far as the budget goes."""
    if not found.options.primary:
        return {}
    primary = getattr(found.options, found.options.primary)
    assert isinstance(primary, Choice)
    choices = [str(choice) for choice in primary.choices]
    shown = str(found.options(strings, resources).values[primary.name])
    here = choices.index(shown) if shown in choices else -1  # it may follow from another option
    others = sorted(set(range(len(choices))) - {here}, key=lambda i: (abs(i - here), i))
    result: dict[str, str] = {}
    size = 0
    for i in others:
        try:
            html = found.render(found.options({**strings, primary.name: choices[i]}, resources))
        except OptionError:
            continue  # the author's other options do not go with this value; the reader is told if they choose it
        size += len(html)
        if size > FRAME_BUDGET:
            break
        result[choices[i]] = html
    return result
