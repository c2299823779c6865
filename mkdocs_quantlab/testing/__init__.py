"""Tests of widgets, for their authors: `render` draws one, `check` tries it as readers and the page will.

    from mkdocs_quantlab.testing import check, render

    def test_sampling():
        check("sampling")  # widgets/sampling.py or widgets/sampling/widget.py
        assert "0.867" in render("sampling", temperature=0.5)

A widget is named as directives name it, from the folder of a course; or it is given as a module, or as the path of its file.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from mkdocs_quantlab.engine.core.own import Origin, blaming
from mkdocs_quantlab.engine.core.schema import OptionError
from mkdocs_quantlab.site.widgets.archive import Archive
from mkdocs_quantlab.site.widgets.check import check as checked
from mkdocs_quantlab.site.widgets.registry import Widgets
from mkdocs_quantlab.testing.figure import mistakes
from mkdocs_quantlab.testing.page import page_figures, why_no_page
from mkdocs_quantlab.testing.values import cases, texts

if TYPE_CHECKING:
    from mkdocs_quantlab.engine.core.html import Html
    from mkdocs_quantlab.engine.core.schema import Field
    from mkdocs_quantlab.engine.core.widget import Widget

__all__ = ["check", "render"]


def render(widget: str | Path | ModuleType, /, **options: object) -> Html:
    """The figure that a widget draws.

    Args:
        widget: The widget's name, with `widgets` in the current folder; the path of its file; or its module.
        options: Options by name; whatever they are, the widget is given their text.

    Raises:
        OptionError: An option is not taken.
        WidgetError: There is no such widget, or it does not work; the message names the file and the line.
    """
    found, _ = _find(widget)
    return _drawn(found, {name: str(value) for name, value in options.items()})


def check(widget: str | Path | ModuleType, /, *, page: bool = True, tries: int = 50) -> str:
    """Tries a widget as authors and readers will.

    Its module is complete and takes its own defaults; each choice and both ends of each number are drawn, and `tries` random
    sets of options; whatever text an option is given, it is taken or refused with a message; each figure is well-formed HTML
    without an `id` (it may be on a page twice), and the same when it is drawn again; its marks set options that there are, to
    values that they take. Then the page's Python draws some of
    these figures, and they are the same there.

    Args:
        widget: The widget's name, with `widgets` in the current folder; the path of its file; or its module.
        page: Ask the page's Python, too; it needs Node and the browser files that come with the installed package.
        tries: How many random sets of options to draw. They are the same each time.

    Returns:
        What was tried, in a sentence; it says why where the page's Python was not asked.

    Raises:
        AssertionError: Something of it is not so; the message says what, and with which options.
        WidgetError: The module is no widget.
    """
    found, archive = _find(widget)
    fields = found.options.fields()
    for field in fields:
        for text in texts(field):
            _assert_read(field, text)
    drawn: dict[tuple[tuple[str, str], ...], Html] = {}
    for strings in cases(found.options, tries):
        try:
            figure = _drawn(found, strings)
        except OptionError as error:
            _assert_message(error, _shown(strings))
            continue
        wrong = mistakes(figure, fields)
        assert not wrong, f"{_shown(strings)}: {wrong}"
        assert _drawn(found, strings) == figure, (
            f"{_shown(strings)}: another figure when it is drawn again"
        )
        drawn[tuple(strings.items())] = figure
    assert drawn, "no options are taken, the defaults not either"
    said = f"{len(drawn)} figures drawn"
    reason = "`page` is false" if not page else why_no_page(found)
    if reason:
        return f"{said}; the page's Python was not asked: {reason}"
    some = list(drawn)[:20]
    for key, made in zip(
        some, page_figures(found.name, archive, [dict(key) for key in some]), strict=True
    ):
        assert made == drawn[key], (
            f"{_shown(dict(key))}: the page draws {made!r} where the build draws {drawn[key]!r}"
        )
    return f"{said}, {len(some)} of them by the page's Python, too"


def _find(widget: str | Path | ModuleType) -> tuple[Widget, Archive | None]:
    """The widget, and its files where it is not one of this package's."""
    if isinstance(widget, ModuleType):
        file = Path(str(widget.__file__))
        top = widget.__name__.partition(".")[0]
        depth = widget.__name__.count(".") + (file.name == "__init__.py")
        root = file.parents[depth - 1] if depth else file
        origin = Origin(f"{root}{os.sep}" if depth else str(root), f"{root.parent}{os.sep}")
        name = top.replace("_", "-")
        return checked(name, widget, origin), Archive.of_package(name, root, widget.__name__)
    name, folder = str(widget), Path("widgets")
    if isinstance(widget, Path):
        path = widget.resolve()
        path = path.parent if path.name == "widget.py" else path
        name, folder = path.stem.replace("_", "-"), path.parent
    widgets = Widgets(folder.resolve(), folder.resolve().parent, locked=False)
    own = widgets.own(name)
    return (own.widget, own.archive) if own else (widgets.widget(name), None)


def _drawn(found: Widget, strings: dict[str, str]) -> Html:
    with blaming(found.origin):
        return found.render(found.options(strings))


def _assert_read(field: Field[Any], text: str) -> None:
    """Asserts that a field refuses a text with a message, or reads it as a value whose own text it reads as the same value."""
    place = f"`{field.name}` given {text!r}"
    try:
        value = field.parse(text)
    except OptionError as error:
        _assert_message(error, place)
        return
    again = field.format(value)
    assert field.parse(again) == value, (
        f"{place}: read as {value!r}, whose text {again!r} is read as something else"
    )


def _assert_message(error: OptionError, place: str) -> None:
    assert str(error).strip(), f"{place}: refused without a message"


def _shown(strings: dict[str, str]) -> str:
    """Options as a directive has them."""
    return " ".join(f'data-{name}="{value}"' for name, value in strings.items()) or "the defaults"
