"""What a figure shows of weights that a scheme stored, as data; of foreign data, too."""

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
