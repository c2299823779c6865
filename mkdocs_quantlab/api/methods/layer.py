"""Quantization of a layer: rounding to nearest, and GPTQ and AWQ, which use the layer's inputs."""

from __future__ import annotations

from mkdocs_quantlab.engine.methods.layer import (
    Sample,
    Scaled,
    Step,
    awq,
    gptq,
    output_error,
    round_to_nearest,
    sample,
    weight_error,
)

__all__ = [
    "Sample",
    "Scaled",
    "Step",
    "awq",
    "gptq",
    "output_error",
    "round_to_nearest",
    "sample",
    "weight_error",
]
