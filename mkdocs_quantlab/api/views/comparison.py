"""Models side by side: common properties and differences."""

from __future__ import annotations

from mkdocs_quantlab.engine.views.comparison import PARTS, comparison, listed, types

__all__ = [
    "PARTS",
    "comparison",
    "listed",
    "types",
]
