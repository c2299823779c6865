"""The bars of memory: weights, cache and buffers, against the memory that there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs_quantlab.api import Html, count, gibibytes, join, plain, series, tag
from mkdocs_quantlab.engine.widgets.model_memory.entries import GIB, Entry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mkdocs_quantlab.engine.widgets.model_memory.widget import Options


SEGMENTS = {"weights": series(0), "cache": series(1), "buffers": "series-muted"}
"""Pieces of a bar, and the classes of their colours."""

BAR = 14
"""Height of a bar, in pixels."""
STEP = 38
"""From the top of one bar to that of the next, in pixels."""


def bars(given: Options, entries: Sequence[Entry]) -> Html:
    """A bar of segments for each entry, with a line at the memory that there is."""
    limit = given.memory * GIB
    # A memory far larger than all that is in it would leave bars too thin to see: then its line is left out.
    most = max(entry.memory.total for entry in entries)
    widest = max(most, limit) if limit <= 8 * most else most
    scale = 96 / widest
    height = STEP * len(entries) + 8
    line = f"{limit * scale:.2f}%" if limit <= widest else None
    return tag(
        "svg",
        join(
            # Behind the bars and their names, and once more before each bar.
            tag("line", x1=line, x2=line, y1=0, y2=height, class_="quantlab-edge"),
            tag(
                "text",
                f"{plain(given.memory)} GiB",
                x=line,
                y=height + 14,
                text_anchor="end" if limit > widest / 2 else "start",
                class_="quantlab-axis",
            ),
        )
        if line
        else None,
        (_bar(entry, place, scale, limit, line) for place, entry in enumerate(entries)),
        class_="quantlab-line quantlab-memory",
        width="100%",
        height=height + 20,
        role="group",
        aria_label=f"Weights, cache and buffers of {count(len(entries), 'file')}, one bar each, as long as what it takes; "
        "a line stands at the memory there is.",
    )


def _bar(entry: Entry, place: int, scale: float, limit: float, line: str | None) -> Html:
    top = STEP * place + 20
    said = "fits" if entry.memory.total <= limit else "does not fit"
    start = 0.0
    pieces = []
    for name, size in zip(SEGMENTS, entry.sizes, strict=True):
        width = size * scale
        pieces.append(
            tag(
                "rect",
                x=f"{start:.2f}%",
                y=top,
                width=f"{width:.2f}%",
                height=BAR,
                class_=SEGMENTS[name],
            )
        )
        start += width
    if line:
        pieces.append(
            tag("line", x1=line, x2=line, y1=top - 3, y2=top + BAR + 3, class_="quantlab-limit")
        )
    sizes = zip(SEGMENTS, map(gibibytes, entry.sizes), strict=True)
    return tag(
        "g",
        pieces,
        tag("text", f"{entry.name}: {gibibytes(entry.memory.total)} GiB, {said}", x=0, y=top - 5),
        role="img",
        aria_label=f"{entry.name}: {', '.join(map(' '.join, sizes))} GiB; {said}",
        data_item=entry.name,
    )


def legend() -> Html:
    """What the colours of the segments mean."""
    return tag(
        "p",
        (
            tag(
                "span",
                tag("i", class_=colour),
                name.capitalize(),
            )
            for name, colour in SEGMENTS.items()
        ),
        class_="quantlab-legend",
        aria_hidden="true",
    )
