"""The error of each model's weights against a reference."""

from __future__ import annotations

from mkdocs_quantlab.engine.views.losses import Levels, by_kind, histogram, levels

__all__ = [
    "Levels",
    "by_kind",
    "histogram",
    "levels",
]
