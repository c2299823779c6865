"""The quality of the built-in model's drawings, by type."""

from __future__ import annotations

from mkdocs_quantlab.engine.views.drawing_quality import families, notes, sentence, tables

__all__ = [
    "families",
    "notes",
    "sentence",
    "tables",
]
