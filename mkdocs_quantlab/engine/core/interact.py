"""Marks of a figure that readers can drag, click, paint, scrub or play. Each sets an option.

A mark is an HTML or SVG element of the figure. The functions return attributes for `tag`:

    weight = Scale(-1, 1, 0.03, 0.97)
    tag("circle", cx=weight.percent(0.25), cy=20, r=6, **drag("weight", x=weight, label="Weight"))

The page's script makes marks focusable, handles pointer and keyboard events, sets the option's control in the form, and
redraws the figure from a frame or with Python. Without JavaScript a mark is a static part of the figure.

A mark with a key (`data_key="weight"`) is kept when the figure is redrawn and moves to its new position; keys are unique
among the children of an element. Marks that can be dragged always have a key.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.engine.core.numbers import plain

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeAlias

    from mkdocs_quantlab.engine.core.html import Attribute

    Attributes: TypeAlias = dict[str, Attribute]
    Value: TypeAlias = str | float


class Scale(NamedTuple):
    """A linear scale from an option's values to positions in a frame.

    The frame of a mark is its nearest ancestor with the attribute `data-frame`, else the outermost `<svg>`
    that contains it, else its parent. Positions are shares of the frame's width, from the left, or of its height, from the top.
    """

    low: float
    """A value."""
    high: float
    """A larger one."""
    start: float = 0.0
    """Where `low` is."""
    end: float = 1.0
    """Where `high` is."""

    def place(self, value: float) -> float:
        """The position of a value, as a share of the frame's width or height."""
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def places(self, values: Iterable[float]) -> list[float]:
        """The positions of several values."""
        low, span, start, extent = self.low, self.high - self.low, self.start, self.end - self.start
        return [start + (value - low) / span * extent for value in values]

    def percent(self, value: float) -> str:
        """The position of a value as a percentage for SVG and CSS: `51.50%`."""
        return f"{100 * self.place(value):.2f}%"


def drag(
    option: str,
    *,
    label: str,
    x: Scale | None = None,
    y: Scale | None = None,
    step: float | None = None,
    spoken: str | None = None,
    key: str | None = None,
) -> Attributes:
    """Attributes of a mark that readers drag horizontally or vertically; for the keyboard and screen readers it is a slider.

    A mark that moves freely combines two: `drag("x", x=..., label=...) | drag("y", y=..., label=...)`. Its values stay within
    the control's limits; those of a `Choice` snap to the nearest number among the choices.

    Args:
        option: The option that the mark sets. It must have a control in the form.
        label: The mark's name for screen readers.
        x: The horizontal scale, for a mark that moves left and right.
        y: The vertical scale, for a mark that moves up and down.
        step: How far an arrow key moves the value; by default the control's step, or a hundredth of the scale.
        spoken: What a screen reader says in place of the value.
        key: The mark's key; derived from the option's name by default.

    Raises:
        ValueError: Neither or both of `x` and `y` are given, the scale has no extent or is not finite, or the step is not positive.
    """
    if (x is None) == (y is None):
        raise ValueError(f"drag: `{option}` takes one scale, `x` or `y`")
    axis, scale = ("x", x) if x is not None else ("y", y)
    assert scale is not None
    if not all(map(math.isfinite, scale)):
        raise ValueError(f"drag: the scale of `{option}` is not finite")
    if step is not None and not step > 0:
        raise ValueError(f"drag: the step of `{option}` must be positive")
    if scale.low >= scale.high or scale.start == scale.end:
        raise ValueError(f"drag: the scale of `{option}` has no extent")
    return {
        f"data_drag_{axis}": option,
        f"data_scale_{axis}": " ".join(map(plain, scale)),
        f"data_step_{axis}": None if step is None else plain(step),
        "data_label": label,
        "data_spoken": spoken,
        "data_key": key or f"drag-{option}",
    }


def click(option: str, value: Value, *, label: str | None = None) -> Attributes:
    """Attributes of a mark that sets an option to a value when it is clicked; an element that is not a button becomes one.

    Args:
        option: The option that is set.
        value: The new value of the option.
        label: What a screen reader calls the mark, where its own text does not say.
    """
    return {"data_click": option, "data_value": _string(value), "data_label": label}


def paint(option: str, index: int, value: Value, *, label: str | None = None) -> Attributes:
    """Attributes of a mark for one number of a `FloatList`; pointing at the mark sets the number.

    While the pointer is held down, every mark that it passes gets the value of the first one.

    Args:
        option: The option, a list of numbers.
        index: The index of the number, from 0.
        value: The new value of the number.
        label: What a screen reader calls the mark, where its own text does not say.
    """
    return {
        "data_paint": option,
        "data_index": index,
        "data_value": _string(value),
        "data_label": label,
    }


def scrub(
    option: str, values: Iterable[Value], *, label: str, spoken: str | None = None
) -> Attributes:
    """Attributes of a mark that sets an option by the pointer's horizontal position; each value has an equal share of its width.

    Args:
        option: The option that is set.
        values: The values, from left to right.
        label: What a screen reader calls the mark.
        spoken: What a screen reader says in place of the value.

    Raises:
        ValueError: There are no values.
    """
    return {
        "data_scrub": option,
        "data_values": _strings("scrub", option, values),
        "data_label": label,
        "data_spoken": spoken,
    }


def play(
    option: str, values: Iterable[Value], interval: float = 400, *, loop: bool = False
) -> Attributes:
    """Attributes of a `<button>` that steps an option through values, beginning with the current one, until it is pressed again.

    The button is hidden without JavaScript. Each step waits until the figure of the previous step is drawn.

    Args:
        option: The option that is set.
        values: The values, in order.
        interval: The time between steps, in milliseconds.
        loop: Whether to start again after the last value.

    Raises:
        ValueError: There are no values, or the interval is not positive.
    """
    if not 0 < interval < math.inf:
        raise ValueError(f"play: the interval of `{option}` must be positive")
    return {
        "type": "button",
        "data_play": option,
        "data_values": _strings("play", option, values),
        "data_interval": plain(interval),
        "data_loop": loop,
        "data_key": f"play-{option}",
        "hidden": True,
    }


def _strings(kind: str, option: str, values: Iterable[Value]) -> str:
    found = [_string(value) for value in values]
    if not found:
        raise ValueError(f"{kind}: `{option}` takes at least one value")
    return json.dumps(found, ensure_ascii=False)


def _string(value: Value) -> str:
    return value if isinstance(value, str) else plain(value)
