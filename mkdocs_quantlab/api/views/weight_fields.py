"""Fields for weights that are typed in or drawn at random, and for the scheme that stores them."""

from __future__ import annotations

from mkdocs_quantlab.engine.views.weight_fields import (
    DRAWN,
    LABELS,
    preset,
    scheme,
    seed,
    weights,
)

__all__ = [
    "DRAWN",
    "LABELS",
    "preset",
    "scheme",
    "seed",
    "weights",
]
