"""Plots of named points, as SVG that adapts to the width of the page."""

from __future__ import annotations

from mkdocs_quantlab.engine.core.plots import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    Point,
    Trial,
    axis,
    interval,
    line,
    listing,
    plot,
    rules,
    scatter,
    trials,
)

__all__ = [
    "BOTTOM",
    "HEIGHT",
    "LEFT",
    "RIGHT",
    "TOP",
    "Point",
    "Trial",
    "axis",
    "interval",
    "line",
    "listing",
    "plot",
    "rules",
    "scatter",
    "trials",
]
