"""Pieces that figures share: tables, lists of figures, the sentence that states the result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.core.html import Child, Html, join, tag

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TypeVar

    from mkdocs_quantlab.engine.core.fields import Choice

    K = TypeVar("K", bound=int | str)


YOUR_CODE = tag("strong", "your code", class_="quantlab-yours")
"""The mark of what the reader's code gave."""


def result(*sentence: Child) -> Html:
    """The sentence that states a figure's result, for every reader; the script reads it out on a change."""
    return tag("figcaption", *sentence, class_="quantlab-result")


def table(caption: str, head: Sequence[Child], rows: Iterable[Html]) -> Html:
    """A table that scrolls sideways where it is wider than the page."""
    return tag(
        "div",
        tag(
            "table",
            tag("caption", caption),
            tag("thead", tag("tr", (tag("th", cell, scope="col") for cell in head))),
            tag("tbody", rows),
            class_="quantlab-table",
        ),
        # Reachable by keyboard, else what scrolls out of sight could not be brought back.
        class_="quantlab-scroll",
        tabindex="0",
        role="region",
        aria_label=caption,
    )


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
        item: Name by which the row and other elements of the figure light up together.
        detail: The arithmetic that the page shows while the row is pointed at.
        current: This row is what the figure shows.
        edited: This row is what the reader's code gave, in place of what the heading names.
    """
    return tag(
        "tr",
        tag("th", join(head, ", ", YOUR_CODE) if edited else head, scope="row"),
        (tag("td", cell) for cell in cells),
        data_item=item,
        data_detail=detail,
        aria_current="true" if current else None,
        class_="is-edited" if edited else None,
    )


def in_place_of(name: str | None) -> Html | None:
    """The beginning of a sentence about what the reader's code gave, up to its colon; none without a name."""
    return None if name is None else join(tag("strong", "Your code"), f" in place of {name}: ")


def yours(*parts: Child, edited: bool) -> Html:
    """Parts of a figure; where they show what the reader's code gave, framed and labelled as that."""
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
    """A named figure; a wide one has a line of its own."""
    return tag("div", tag("dt", name), tag("dd", value), class_="is-wide" if wide else None)


def facts(*entries: Html) -> Html:
    """Named figures, as a description list."""
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
    """Class for the colour of one of several things; `SERIES` that follow each other look different."""
    return f"series-{index % SERIES + 1}"


def shade(share: float) -> str:
    """Class for a place on the diverging scale: `p1` to `p8` above zero, `n1` to `n8` below, `z` for none."""
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
    """Numbers in a grid, coloured.

    Args:
        label: What they are, for screen readers.
        entries: Each number's text and its class from `shade`.
        columns: 4, 8 or 16.
        marked: Numbers to set apart.
        matrix: Rows and columns mean something, so that they stay as they are on a narrow page.
    """
    return tag(
        "ol",
        (
            tag(
                "li",
                text,
                class_=f"{colour} is-marked" if marked and marked[i] else colour,
                data_item=f"w{i}",
            )
            for i, (text, colour) in enumerate(entries)
        ),
        class_=f"quantlab-cells of-{columns}" + " is-matrix" * matrix,
        aria_label=label,
    )


def view(option: Choice[K], value: K, *content: Child, caption: str = "") -> Html:
    """What is shown while an in-page option has this value.

    Args:
        option: The option, as the class of options has it: `Options.view`.
        value: One of its values.
        content: The view.
        caption: A line over it.

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
