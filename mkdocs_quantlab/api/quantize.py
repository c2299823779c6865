"""Quantization of whole models in the page: groups of tensors, and the types that they can have."""

from __future__ import annotations

from mkdocs_quantlab.engine.gguf.quantize import (
    CHOICES,
    CUSTOM,
    GROUPS,
    SCHEME,
    Loss,
    LossesHere,
    assigned,
    group_of,
    made_here,
    seconds,
)

__all__ = [
    "CHOICES",
    "CUSTOM",
    "GROUPS",
    "SCHEME",
    "Loss",
    "LossesHere",
    "assigned",
    "group_of",
    "made_here",
    "seconds",
]
