"""Perplexities that llama.cpp publishes."""

from __future__ import annotations

from mkdocs_quantlab.engine.views.published import (
    ADDRESS,
    FAMILIES,
    GENERATIONS,
    LLAMA_3_8B,
    SOURCE,
    TEXT,
    Family,
    Published,
    published_table,
)

__all__ = [
    "ADDRESS",
    "FAMILIES",
    "GENERATIONS",
    "LLAMA_3_8B",
    "SOURCE",
    "TEXT",
    "Family",
    "Published",
    "published_table",
]
