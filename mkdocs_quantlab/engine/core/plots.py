"""Plots of named points. Names are placed where there is space; pointing at one highlights its point."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.engine.core.html import Html, join, tag
from mkdocs_quantlab.engine.core.numbers import count

if TYPE_CHECKING:
    from collections.abc import Sequence

LEFT = 7.5
"""The plot's left edge, in percent of the picture's width: it stretches sideways only."""
RIGHT = 98.0
"""The plot's right edge, in percent of the picture's width."""
TOP = 12.0
"""The plot's upper edge, in pixels."""
BOTTOM = 410.0
"""The plot's lower edge, in pixels."""
HEIGHT = BOTTOM + 64
"""Of the whole picture, in pixels."""

WIDE, NARROW = 600.0, 240.0
"""Widths in pixels at which labels must not touch: a page with sidebars, and a small phone (320 px). In between there is more space."""

_SIDES = (
    (9.0, 4.0, "start"),
    (8.0, 12.0, "start"),
    (8.0, -4.0, "start"),
    (0.0, 19.0, "middle"),
    (-2.0, 19.0, "start"),
    (-8.0, 12.0, "end"),
    (-9.0, 4.0, "end"),
    (0.0, -10.0, "middle"),
)
"""Where a label may stand beside its point: offsets and anchor, the best first."""

DOT, FINGER = 5.0, 12.0
"""Radius of a point as drawn, and of what around it belongs to it where there is room."""

_CHARACTER, _LINE = 7.0, 11.0

Box = tuple[float, float, float, float]


class Point(NamedTuple):
    """A point with a name."""

    name: str
    x: float
    """In percent of the width."""
    y: float
    """In pixels from the top."""
    spoken: str
    """What a screen reader says of it."""
    item: str
    """Name by which it and other elements of the figure light up together."""
    foot: float | None = None
    """Where a thin line from it ends, in pixels from the top."""
    class_: str | None = None


def _label_box(x: float, y: float, side: int, text: str) -> Box:
    dx, dy, anchor = _SIDES[side]
    width = _CHARACTER * len(text)
    left = x + dx - {"start": 0, "middle": width / 2, "end": width}[anchor]
    return (left, y + dy - _LINE + 2, left + width, y + dy + 2)


def _touch(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _distance(box: Box, x: float, y: float) -> float:
    return math.hypot(max(box[0] - x, 0, x - box[2]), max(box[1] - y, 0, y - box[3]))


def _place(points: Sequence[Point]) -> list[tuple[int, str]]:
    """For each point the side its label stands on, and where it is seen: always, in wide figures, or when lit."""
    taken: dict[float, list[Box]] = {WIDE: [], NARROW: []}
    for width, boxes in taken.items():
        for p in points:
            x = p.x / 100 * width
            boxes.append((x - 6, p.y - 6, x + 6, p.y + 6))
    placed = []
    for i, p in enumerate(points):

        def box(width: float, side: int, p: Point = p) -> Box:
            return _label_box(p.x / 100 * width, p.y, side, p.name)

        def free(width: float, side: int, i: int = i) -> bool:
            own = box(width, side)
            if own[0] < LEFT / 100 * width or own[2] > width or own[3] > BOTTOM:
                return False
            if any(_touch(own, other) for j, other in enumerate(taken[width]) if j != i):
                return False
            # A label that is as near to another point as to its own would be read as that one's.
            distances = [_distance(own, q.x / 100 * width, q.y) for q in points]
            return all(d > distances[i] + 1 for j, d in enumerate(distances) if j != i)

        sides = [side for side in range(len(_SIDES)) if free(WIDE, side)]
        both = [side for side in sides if free(NARROW, side)]
        side = (both or sides or [0])[0]
        if sides:
            taken[WIDE].append(box(WIDE, side))
        if both:
            taken[NARROW].append(box(NARROW, side))
        placed.append((side, "" if both else "is-roomy" if sides else "is-hidden"))
    return placed


def _reach(p: Point, points: Sequence[Point]) -> float:
    """How far around a point a finger or pointer means it: not over another point, even on a phone."""
    distances = (math.hypot((p.x - q.x) / 100 * NARROW, p.y - q.y) for q in points if q is not p)
    return max(DOT, min([FINGER, *(d / 2 for d in distances)]))


def _mark(p: Point, reach: float, side: int, seen: str) -> Html:
    x, y = f"{p.x:.2f}%", f"{p.y:.1f}"
    dx, dy, anchor = _SIDES[side]
    return tag(
        "g",
        None if p.foot is None else tag("line", x1=x, x2=x, y1=y, y2=f"{p.foot:.1f}"),
        tag("circle", cx=x, cy=y, r=f"{reach:.1f}", class_="quantlab-reach"),
        tag("circle", cx=x, cy=y, r=DOT),
        tag(
            "text",
            p.name,
            x=x,
            y=f"{p.y + dy:.1f}",
            dx=f"{dx:.0f}",
            text_anchor=anchor,
            class_=seen or None,
        ),
        role="img",
        aria_label=p.spoken,
        data_item=p.item,
        class_=p.class_,
    )


def scatter(points: Sequence[Point]) -> Html:
    """The points with their names, in reading order from left to right."""
    return tag(
        "g",
        (
            _mark(p, _reach(p, points), side, seen)
            for p, (side, seen) in zip(points, _place(points), strict=True)
        ),
    )


def listing(named: Sequence[tuple[str, str]], noun: str) -> Html:
    """A list, closed at first, of a plot's marks: they may be too close together for a finger.

    Args:
        named: The item and the text of each mark; the page shows the text while the mark is pointed at.
        noun: The name of one of them, in the singular.
    """
    return tag(
        "details",
        tag("summary", f"All {count(len(named), noun)}"),
        tag("ul", (tag("li", text, data_detail_of=item) for item, text in named)),
        class_="quantlab-tensors",
    )


def rules(levels: Sequence[tuple[float, str]]) -> Html:
    """Faint horizontal lines, each at a vertical position in pixels, with a label above its left end."""
    return tag(
        "g",
        (
            tag(
                "g",
                tag("line", x1=f"{LEFT}%", x2=f"{RIGHT}%", y1=f"{y:.1f}", y2=f"{y:.1f}"),
                tag("text", label, x="0", y=f"{y:.1f}", dy="-0.3em"),
                class_="quantlab-rule",
            )
            for y, label in levels
        ),
    )


def interval(x: float, low: float, high: float) -> Html:
    """A vertical error bar: its horizontal position in percent, and its two ends in pixels."""
    place = f"{x:.2f}%"
    return tag(
        "line", x1=place, x2=place, y1=f"{low:.1f}", y2=f"{high:.1f}", class_="quantlab-interval"
    )


def axis(ticks: Sequence[tuple[float, str]], across: str, upwards: str) -> Html:
    """The horizontal axis: its line, a label at each position in percent, and the titles of both axes."""
    return tag(
        "g",
        tag("line", x1=f"{LEFT}%", x2=f"{RIGHT}%", y1=BOTTOM, y2=BOTTOM),
        (
            tag("text", label, x=f"{x:.2f}%", y=BOTTOM + 18, text_anchor="middle", class_="quantlab-axis")
            for x, label in ticks
        ),
        tag("text", across, x=f"{RIGHT}%", y=BOTTOM + 38, text_anchor="end", class_="quantlab-axis"),
        tag("text", upwards, x="0", y=BOTTOM + 58, class_="quantlab-axis"),
    )  # fmt: skip


def line(start: tuple[float, float], end: tuple[float, float]) -> Html:
    """The reference line of the points; its ends have a horizontal position in percent and a vertical one in pixels."""
    return tag(
        "line",
        x1=f"{start[0]:g}%",
        y1=f"{start[1]:.1f}",
        x2=f"{end[0]:.2f}%",
        y2=f"{end[1]:.1f}",
        class_="quantlab-limit",
    )


def plot(*parts: Html, spoken: str) -> Html:
    """The whole plot.

    Args:
        parts: The results of the other functions, from back to front.
        spoken: The description for screen readers.
    """
    return tag(
        "svg",
        *parts,
        class_="quantlab-line quantlab-rate",
        width="100%",
        height=HEIGHT,
        role="group",
        aria_label=spoken,
    )


class Trial(NamedTuple):
    """A value that a search tries."""

    error: float
    detail: str
    """The arithmetic that the page shows while it is pointed at; a list below the figure has it, too."""
    class_: str | None = None


def trials(
    tried: Sequence[Trial],
    best: int,
    low: float,
    ends: tuple[str, str],
    spoken: str,
    *,
    item: str = "t",
) -> Html:
    """The errors of a search from left to right; the lowest error is nearest to the line. A list below names all trials.

    Args:
        tried: The trials in order.
        best: The index of the trial that the search chose.
        low: The error at the height of the line.
        ends: The labels below the line, on the left and on the right.
        spoken: The description for screen readers.
        item: The prefix of the trials' names as items of the figure.
    """
    span = max(t.error for t in tried) - low or 1.0
    last = max(len(tried) - 1, 1)
    picture = tag(
        "svg",
        tag("line", x1="2%", x2="98%", y1=112, y2=112),
        tag(
            "g",
            (
                tag(
                    "circle",
                    cx=f"{4 + 92 * i / last:.2f}%",
                    cy=f"{112 - 92 * (t.error - low) / span:.1f}",
                    r=6 if i == best else 4,
                    class_="is-best" if i == best else t.class_,
                    data_item=f"{item}{i}",
                )
                for i, t in enumerate(tried)
            ),
        ),
        tag("text", ends[0], x="2%", y=130, class_="quantlab-axis"),
        tag("text", ends[1], x="98%", y=130, text_anchor="end", class_="quantlab-axis"),
        class_="quantlab-line quantlab-trials",
        width="100%",
        height=136,
        role="group",
        aria_label=spoken,
    )
    return join(picture, listing([(f"{item}{i}", t.detail) for i, t in enumerate(tried)], "trial"))
