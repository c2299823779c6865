"""Stored weights as plain data for figures, and checks of such data from the reader's code."""

from __future__ import annotations

from mkdocs_quantlab.engine.methods.stored import (
    REACH,
    StoredLayer,
    StoredWeight,
    neighbours,
    place,
    read_layer,
    read_weight,
    stored_layer,
    stored_weight,
)

__all__ = [
    "REACH",
    "StoredLayer",
    "StoredWeight",
    "neighbours",
    "place",
    "read_layer",
    "read_weight",
    "stored_layer",
    "stored_weight",
]
