"""Models as the headers of their GGUF files describe them, and blocks of their tensors."""

from __future__ import annotations

from mkdocs_quantlab.engine.gguf.blocks import Stored, find_blocks
from mkdocs_quantlab.engine.gguf.comparison import Share, shares, type_bits
from mkdocs_quantlab.engine.gguf.errors import GgufError
from mkdocs_quantlab.engine.gguf.header import Array, Place, Tensor, Value, place
from mkdocs_quantlab.engine.gguf.model import Model
from mkdocs_quantlab.engine.gguf.named import FileOf, named_model, named_models

__all__ = [
    "Array",
    "FileOf",
    "GgufError",
    "Model",
    "Place",
    "Share",
    "Stored",
    "Tensor",
    "Value",
    "find_blocks",
    "named_model",
    "named_models",
    "place",
    "shares",
    "type_bits",
]
