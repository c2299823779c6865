"""Quantization-aware training of a small network."""

from __future__ import annotations

from mkdocs_quantlab.engine.methods.training import (
    HIDDEN,
    Network,
    Point,
    Rounding,
    Trained,
    extreme,
    moons,
    symmetric,
    train,
)

__all__ = [
    "HIDDEN",
    "Network",
    "Point",
    "Rounding",
    "Trained",
    "extreme",
    "moons",
    "symmetric",
    "train",
]
