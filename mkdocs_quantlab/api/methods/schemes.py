"""Schemes for storing weights: integers, codebooks and small floats, with a scale for each block."""

from __future__ import annotations

from mkdocs_quantlab.engine.methods.schemes import (
    ANY,
    CLASSES,
    SCHEMES,
    Fit,
    Scheme,
    SideInformation,
    Stored,
    bits_of,
    fit_blocks,
    quantize_dequantize,
)

__all__ = [
    "ANY",
    "CLASSES",
    "SCHEMES",
    "Fit",
    "Scheme",
    "SideInformation",
    "Stored",
    "bits_of",
    "fit_blocks",
    "quantize_dequantize",
]
