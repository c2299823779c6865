"""The curve of a reader's own: the share of drawings that are right, against the bits per weight of the models."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.core import plots
from mkdocs_quantlab.engine.core.html import Html, tag
from mkdocs_quantlab.engine.core.plots import BOTTOM, LEFT, RIGHT, TOP, Point
from mkdocs_quantlab.engine.ggml.types import TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mkdocs_quantlab.engine.core.protocol import Curve, CurveRun, DrawCurve

MIN_BITS, MAX_BITS = 1.5, 20.0
"""Bits per weight at the edges of the picture, whose scale is logarithmic: quantizations are close together at its left."""
_UPPER = TOP + 6
"""y of 100 % correct, in pixels: its label is above it."""
_TICKS = (2, 3, 4, 5, 6, 8, 12, 16)


def bits_per_weight(types: Mapping[str, float]) -> float | None:
    """The mean bits of a value, or None where the types are not known."""
    values = sum(types.values())
    if not values or not all(name.upper() in _BITS for name in types):
        return None
    return sum(_BITS[name.upper()] * number for name, number in types.items()) / values


_BITS = {name.upper(): entry.bits_per_weight for name, entry in TYPES.items()}


def draw_curve(given: DrawCurve) -> Curve:
    """Draws the curve of what several models drew."""
    runs = given["runs"]
    return {"html": curve(runs), "bits": [bits_per_weight(run["types"]) for run in runs]}


def curve(runs: Sequence[CurveRun]) -> Html:
    """The picture of all runs whose bits per weight are known; empty where those are fewer than two."""
    shown = [
        (run, bits) for run in runs if run["drawings"] and (bits := bits_per_weight(run["types"]))
    ]
    if len(shown) < 2:
        return Html("")
    shown.sort(key=lambda pair: pair[1])
    common = _common([run["label"] for run, _ in shown])
    points = [
        Point(
            run["label"].removeprefix(common),
            _x(bits),
            _y(run["right"] / run["drawings"]),
            f"{run['label']}: {run['right']} of {run['drawings']} right at {bits:.2f} bits per weight, "
            f"95 % interval {run['low']:.0%} to {run['high']:.0%}",
            f"r{i}",
        )
        for i, (run, bits) in enumerate(shown)
    ]
    return plots.plot(
        plots.rules([(_y(percent / 100), f"{percent} %") for percent in range(0, 101, 25)]),
        tag("g", [_bar(run, bits) for run, bits in shown], class_="quantlab-bars"),
        plots.scatter(points),
        plots.axis(
            [(_x(bits), str(bits)) for bits in _TICKS],
            "Bits per weight",
            "Drawings that are all right, with 95 % intervals",
        ),
        spoken="The share of drawings that are all right, against bits per weight, with its interval for each model.",
    )


def _common(labels: Sequence[str]) -> str:
    """What all labels begin with up to a colon, as names of one model's files do; there is little room for names."""
    first = labels[0].partition(":")[0] + ":"
    return first if all(label.startswith(first) and label != first for label in labels) else ""


def _bar(run: CurveRun, bits: float) -> Html:
    x = f"{_x(bits):.2f}%"
    return tag("line", x1=x, x2=x, y1=f"{_y(run['low']):.1f}", y2=f"{_y(run['high']):.1f}")


def _x(bits: float) -> float:
    place = math.log(min(MAX_BITS, max(MIN_BITS, bits)) / MIN_BITS) / math.log(MAX_BITS / MIN_BITS)
    return LEFT + (RIGHT - LEFT) * place


def _y(share: float) -> float:
    return BOTTOM - (BOTTOM - _UPPER) * share
