"""Parts of figures: tables, lists of values, the sentence that states the result."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.core.html import Child, Html, join, start_tag, tag, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TypeVar

    from mkdocs_quantlab.engine.core.fields import Choice

    K = TypeVar("K", bound=int | str)


YOUR_CODE = tag("strong", "your code", class_="quantlab-yours")
"""The mark of what the reader's code gave."""


def result(*sentence: Child) -> Html:
    """The sentence that states a figure's result. Screen readers announce it when it changes."""
    return tag("figcaption", *sentence, class_="quantlab-result")


def table(caption: str, head: Sequence[Child], rows: Iterable[Html]) -> Html:
    """A table. It scrolls horizontally if it is wider than the page."""
    return Html(
        f"{_head(caption, tuple(map(text, head)))}<tbody>{text(rows)}</tbody></table></div>"
    )


# The same in each frame of a figure.
@lru_cache(maxsize=256)
def _head(caption: str, head: tuple[str, ...]) -> str:
    """A table up to its first row; the head's cells are HTML."""
    attributes = {
        "class": "quantlab-scroll",
        # Reachable by keyboard, else what scrolls out of sight could not be brought back.
        "tabindex": "0",
        "role": "group",
        "aria-label": caption,
    }
    # Screen readers would announce a `th` without text as a heading.
    cells = "".join([f'<th scope="col">{each}</th>' if each else "<td></td>" for each in head])
    columns = f"{tag('caption', caption)}<thead><tr>{cells}</tr></thead>"
    return f'{start_tag("div", attributes)}<table class="quantlab-table">{columns}'


def row(
    head: Child,
    *cells: Child,
    item: str | None = None,
    detail: str | None = None,
    current: bool = False,
    edited: bool = False,
) -> Html:
    """A table row whose first cell is its heading.

    Args:
        head: The heading.
        cells: The other cells.
        item: A name; pointing at an element with this name highlights all elements that have it.
        detail: The arithmetic that the page shows while a reader points at the row.
        current: Whether this row is the one that the figure shows.
        edited: Whether this row has results of the reader's code instead of those of the method in the heading.
    """
    attributes = {
        "data-item": item,
        "data-detail": detail,
        "aria-current": "true" if current else None,
        "class": "is-edited" if edited else None,
    }
    name = text(join(head, ", ", YOUR_CODE) if edited else head)
    inside = "".join([f"<td>{text(cell)}</td>" for cell in cells])
    return Html(f'{start_tag("tr", attributes)}<th scope="row">{name}</th>{inside}</tr>')


def in_place_of(name: str | None) -> Html | None:
    """The beginning of a sentence about results of the reader's code, up to its colon, or None if `name` is None."""
    return None if name is None else join(tag("strong", "Your code"), f" in place of {name}: ")


def yours(*parts: Child, edited: bool) -> Html:
    """Parts of a figure, framed and labelled if they show results of the reader's code."""
    if not edited:
        return join(*parts)
    return tag(
        "div",
        tag("p", YOUR_CODE),
        *parts,
        class_="quantlab-edited",
        role="group",
        aria_label="Drawn with your code",
    )


def fact(name: Child, value: Child, *, wide: bool = False) -> Html:
    """A value with its name; a wide one is on a separate line."""
    class_ = ' class="is-wide"' if wide else ""
    return Html(f"<div{class_}><dt>{text(name)}</dt><dd>{text(value)}</dd></div>")


def facts(*entries: Html) -> Html:
    """Values with their names, as a description list."""
    return tag("dl", entries, class_="quantlab-facts")


def note(*sentence: Child) -> Html:
    """A remark under a figure."""
    return tag("p", *sentence, class_="quantlab-note")


# A colour is a class: browser/src/styles/tokens.css has a rule for each, and a site's theme may set its value.

SHADES = 8
"""Steps of the diverging scale, on each side of zero."""
SERIES = 8
"""Colours for things that are told apart, such as sub-blocks."""


def series(index: int) -> str:
    """The class for the colour of a series; `SERIES` consecutive series have different colours."""
    return f"series-{index % SERIES + 1}"


def shade(share: float) -> str:
    """The class for a colour of the diverging scale: `p1` to `p8` above zero, `n1` to `n8` below zero, `z` for zero.

    `cells` fills its numbers with the colour; other elements of the class have it as `var(--ql-hue)`.

    Args:
        share: The number over the largest absolute one, from -1 to 1.
    """
    step = round(SHADES * min(1.0, abs(share)))
    return "z" if step == 0 else f"{'n' if share < 0 else 'p'}{step}"


def cells(
    label: str,
    entries: Sequence[tuple[str, str]],
    columns: int,
    *,
    marked: Sequence[bool] | None = None,
    matrix: bool = False,
) -> Html:
    """A grid of coloured numbers.

    Args:
        label: What the numbers are, for screen readers.
        entries: Each number's text and its class from `shade`.
        columns: 4, 8 or 16.
        marked: Whether to highlight each number.
        matrix: Whether rows and columns have a meaning; a narrow page then keeps them.
    """
    items = [
        f"{_cell(f'{colour} is-marked' if marked and marked[i] else colour, i)}{text(shown)}</li>"
        for i, (shown, colour) in enumerate(entries)
    ]
    return tag(
        "ol",
        Html("".join(items)),
        class_=f"quantlab-cells of-{columns}" + " is-matrix" * matrix,
        aria_label=label,
    )


# Figures have many cells, and few colours.
@lru_cache(maxsize=8192)
def _cell(class_: str, i: int) -> str:
    """The start tag of a cell."""
    return start_tag("li", {"class": class_, "data-item": f"w{i}"})


def view(option: Choice[K], value: K, *content: Child, caption: str = "") -> Html:
    """A part of the figure that is shown while an in-page option has a given value.

    Args:
        option: The field, as an attribute of the class of options: `Options.view`.
        value: One of its values.
        content: The content of the view.
        caption: A line above the view.

    Raises:
        KeyError: The option is not in-page, or has no such value.
    """
    return tag(
        "div",
        tag("p", caption) if caption else None,
        content,
        class_="quantlab-view",
        data_view=str(value),
        data_number=option.views[value],
    )
