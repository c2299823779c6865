"""Tests of custom widgets: `render` draws a figure, and `check` tests the widget with many options.

    from mkdocs_quantlab.testing import check, render

    def test_sampling():
        check("sampling")  # widgets/sampling.py or widgets/sampling/widget.py
        assert "81.6 %" in render("sampling", temperature=0.5)

The widget is given by its directive's name, if the tests run in the folder of the course; or by its module; or by the path of its file.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from mkdocs_quantlab.engine.core.custom import Origin, blaming
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
    """Draws the figure of a widget.

    Args:
        widget: The widget's name, with `widgets` in the current folder; the path of its file; or its module.
        options: Options by name. The widget gets each value as a string.

    Raises:
        OptionError: An option is unknown, or its value is invalid.
        WidgetError: The widget does not exist or fails; the message names the file and the line.
    """
    found, _ = _find(widget)
    return _drawn(found, {name: str(value) for name, value in options.items()})


def check(widget: str | Path | ModuleType, /, *, page: bool = True, tries: int = 50) -> str:
    """Tests a widget.

    It checks that the module is complete and its defaults are valid. It draws the figure for each choice, for the lowest and
    highest value of each number, and for `tries` random sets of options. Each option must accept a string or refuse it with a
    message. Each figure must be well-formed HTML without an `id` (a page may contain it twice), and the same when it is drawn
    again; its marks must set existing options to valid values. The page's Python then draws some of these figures, which must
    be the same.

    Args:
        widget: The widget's name, with `widgets` in the current folder; the path of its file; or its module.
        page: Whether to draw figures with the page's Python, too. This needs Node and the browser files of an installed package.
        tries: The number of random sets of options. They are the same in every run.

    Returns:
        A sentence that states how many figures were drawn, and why the page's Python was not used, if it was not.

    Raises:
        AssertionError: A check failed; the message states the options and the problem.
        WidgetError: The module is not a widget.
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
        assert _drawn(found, strings) == figure, f"{_shown(strings)}: a second drawing differs"
        drawn[tuple(strings.items())] = figure
    assert drawn, "the widget accepts no options, not even its defaults"
    said = f"{len(drawn)} figures drawn"
    reason = "`page` is false" if not page else why_no_page(found)
    if reason:
        return f"{said}; the page's Python was not used: {reason}"
    some = list(drawn)[:20]
    for key, made in zip(
        some, page_figures(found.name, archive, [dict(key) for key in some]), strict=True
    ):
        assert made == drawn[key], (
            f"{_shown(dict(key))}: the page draws {made!r}, but the build draws {drawn[key]!r}"
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
    own = widgets.custom(name)
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
        f"{place}: parsed as {value!r}, but its string {again!r} is parsed as a different value"
    )


def _assert_message(error: OptionError, place: str) -> None:
    assert str(error).strip(), f"{place}: refused without an error message"


def _shown(strings: dict[str, str]) -> str:
    """Options as a directive has them."""
    return " ".join(f'data-{name}="{value}"' for name, value in strings.items()) or "the defaults"
