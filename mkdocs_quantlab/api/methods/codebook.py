"""Codebooks: the nearest code of a value, and codes fitted to weights."""

from __future__ import annotations

from mkdocs_quantlab.engine.methods.codebook import k_means, nearest, nf4, small_float

__all__ = [
    "k_means",
    "nearest",
    "nf4",
    "small_float",
]
