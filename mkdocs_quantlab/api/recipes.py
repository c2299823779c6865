"""llama.cpp's recipes: the type that each tensor of a model gets, and the shapes of known models."""

from __future__ import annotations

from mkdocs_quantlab.engine.gguf.file_types import FILE_TYPES, GUESSED, RECIPES
from mkdocs_quantlab.engine.gguf.mixtures import MIXTURES, MODEL, Mixture, mixture
from mkdocs_quantlab.engine.gguf.recipe_rules import reason_kept
from mkdocs_quantlab.engine.gguf.recipes import (
    Assigned,
    Plan,
    differences,
    padded_size,
    plan,
    plans,
)
from mkdocs_quantlab.engine.gguf.shapes import METADATA, SHAPES, Shape

__all__ = [
    "FILE_TYPES",
    "GUESSED",
    "METADATA",
    "MIXTURES",
    "MODEL",
    "RECIPES",
    "SHAPES",
    "Assigned",
    "Mixture",
    "Plan",
    "Shape",
    "differences",
    "mixture",
    "padded_size",
    "plan",
    "plans",
    "reason_kept",
]
