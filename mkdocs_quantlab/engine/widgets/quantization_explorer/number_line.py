"""The weight on the number line of representable values, and the close-up of the nearest ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs_quantlab.api import Attribute, Html, Scale, drag, number, plain, tag
from mkdocs_quantlab.api.methods.stored import REACH, neighbours

if TYPE_CHECKING:
    from mkdocs_quantlab.engine.widgets.quantization_explorer.step import Step


def _anchor(percentage: float) -> str:
    """Which end of a label stands at its point, so that labels near the edge stay inside."""
    return "start" if percentage < 20 else "end" if percentage > 80 else "middle"


def _label(percentage: float, y: int, text: str, class_: str) -> Html:
    return tag(
        "text",
        text,
        x=f"{percentage:.2f}%",
        y=y,
        text_anchor=_anchor(percentage),
        class_=class_,
    )


def _marker(percentage: float, y: int, *parts: Html, **attributes: Attribute) -> Html:
    """A triangle whose tip points down at `y`. Nested, because a path takes no percentages."""
    return tag(
        "svg",
        tag("g", tag("path", d=f"M0 {y}l-6-11h12z"), parts, **attributes),
        x=f"{percentage:.2f}%",
        overflow="visible",
        class_="quantlab-weight",
        data_key="weight",
    )


def number_line(step: Step) -> Html:
    """All representable values from the lowest to the highest, with the weight and the value that stands for it."""
    low, high = step.levels[0], step.levels[-1]
    # A weight may lie outside the levels: a zero point is rounded, and shifts them.
    first, last = min(low, step.weight), max(high, step.weight)

    scale = Scale(first, last, 0.03, 0.97)

    def at(value: float) -> float:
        return 100 * scale.place(value)

    grip = drag("weight", x=scale, label="Weight", spoken=plain(step.weight))
    ticks = "".join([f"M{100 * x:.2f} 0v1" for x in scale.places(step.levels)])
    return tag(
        "svg",
        tag("line", x1="3%", x2="97%", y1=42, y2=42),
        tag(
            "svg",
            tag("path", d=ticks),
            width="100%",
            y=35,
            height=14,
            viewBox="0 0 100 1",
            preserveAspectRatio="none",
            overflow="visible",
        ),
        _label(at(step.weight), 16, f"w = {plain(step.weight)}", "quantlab-weight"),
        _marker(at(step.weight), 34, tag("circle", cy=26, r=16, class_="quantlab-reach"), **grip),
        tag(
            "circle",
            cx=f"{at(step.value):.2f}%",
            cy=42,
            r=6,
            class_="quantlab-value",
            data_key="value",
        ),
        _label(at(step.value), 68, f"ŵ = {number(step.value)}", "quantlab-value"),
        _label(at(low), 90, number(low), "quantlab-axis"),
        _label(50, 90, number((first + last) / 2), "quantlab-axis"),
        _label(at(high), 90, number(high), "quantlab-axis"),
        class_="quantlab-line",
        width="100%",
        height=96,
        role="group",
        aria_label=(
            f"Number line from {number(low)} to {number(high)} with the {len(step.levels)} values that "
            f"{step.bits} bits can store; the weight lies nearest to {number(step.value)}, which is stored as {step.stored.code}."
        ),
    )


def close_up(step: Step) -> Html:
    """The stored values next to the weight; what rounds to each of them lies between two dashed lines."""
    levels, here = step.levels, step.place
    shown = neighbours(levels, step.value)
    # Beyond the last value the line goes on as wide as before it.
    gaps = [levels[i + 1] - levels[i] for i in shown[:-1]]
    edges = [
        levels[shown[0]] - gaps[0] / 2,
        *((levels[i] + levels[i + 1]) / 2 for i in shown[:-1]),
        levels[shown[-1]] + gaps[-1] / 2,
    ]
    start = edges[0] - (REACH - (here - shown[0])) * gaps[0]
    end = edges[-1] + (REACH - (shown[-1] - here)) * gaps[-1]

    def at(value: float) -> str:
        return f"{100 * (value - start) / (end - start):.1f}%"

    cells = []
    for nth, (i, left, right) in enumerate(zip(shown, edges, edges[1:], strict=False)):
        level, x = step.near[i], at(levels[i])
        wide = f"{100 * (right - left) / (end - start):.1f}%"
        cells.append(
            tag(
                "g",
                tag("rect", x=at(left), width=wide, y=18, height=62),
                tag("line", x1=x, x2=x, y1=36, y2=48),
                tag("text", level.code, x=x, y=62, text_anchor="middle"),
                tag(
                    "text",
                    number(levels[i]),
                    x=x,
                    y=76,
                    text_anchor="middle",
                    class_="quantlab-axis is-lower" if nth % 2 else "quantlab-axis",
                ),
                class_="quantlab-bucket is-chosen" if i == here else "quantlab-bucket",
                data_item=f"q{level.q}",
                data_detail=f"{level.reading}; weights from {number(left)} to {number(right)} round to it",
            )
        )
    spoken = ", ".join(f"{step.near[i].code} for {number(levels[i])}" for i in shown)
    return tag(
        "svg",
        cells,
        (tag("line", x1=x, x2=x, y1=18, y2=80, class_="quantlab-edge") for x in map(at, edges)),
        tag("line", x1="0", x2="100%", y1=42, y2=42),
        _marker(100 * (step.weight - start) / (end - start), 36),
        class_="quantlab-line",
        width="100%",
        height=84,
        role="group",
        aria_label=f"Close-up: what is stored next to the weight is {spoken}.",
    )
