"""Models side by side: what they have in common, and where they differ."""

from __future__ import annotations

from mkdocs_quantlab.engine.views.comparison import PARTS, comparison, listed, types

__all__ = [
    "PARTS",
    "comparison",
    "listed",
    "types",
]
