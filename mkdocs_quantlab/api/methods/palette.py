"""Pictures reduced to a palette, which is quantization with a visible codebook."""

from __future__ import annotations

from mkdocs_quantlab.engine.methods.palette import Reduced, dither, k_means, reduce, uniform

__all__ = [
    "Reduced",
    "dither",
    "k_means",
    "reduce",
    "uniform",
]
