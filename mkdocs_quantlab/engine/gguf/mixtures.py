"""Recipes that mix types, as one format each: what they make of a well-known model, to stand beside single types."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.engine.ggml.types import TYPES
from mkdocs_quantlab.engine.gguf.file_types import RECIPES
from mkdocs_quantlab.engine.gguf.recipes import plan
from mkdocs_quantlab.engine.gguf.shapes import SHAPES

if TYPE_CHECKING:
    from collections.abc import Mapping

MODEL = "Llama-3.1-8B"
"""The model whose tensors are shared out."""

MIXTURES = tuple(name for name in RECIPES if name not in TYPES and name != "MXFP4_MOE")
"""The recipes with names of their own. MXFP4_MOE is for mixtures of experts, which the model is not."""


class Mixture(NamedTuple):
    """What a recipe makes of the model."""

    recipe: str
    bits: float
    """Bits per weight of all tensors, as llama.cpp prints them."""
    shares: Mapping[str, float]
    """Of each type, the largest first: its share of all weights."""

    @property
    def of_matrices(self) -> dict[str, float]:
        """The shares without those of vectors, which stay in F32."""
        return {name: share for name, share in self.shares.items() if name != "F32"}

    def snr(self, of_types: Mapping[str, float]) -> float:
        """The signal-to-noise ratio, in dB, if all tensors were like the weights that `of_types` were measured on.

        Noise adds up in proportion to the weights. Vectors add none.

        Raises:
            KeyError: One of the types has no ratio there.
        """
        noise = math.fsum(
            share * 10 ** (-of_types[name] / 10) for name, share in self.of_matrices.items()
        )
        return -10 * math.log10(noise) if noise else math.inf


@cache
def mixture(recipe: str) -> Mixture:
    """What one of `MIXTURES` makes of the model, by llama.cpp's rules, with the importance matrix that some recipes need."""
    planned = plan(SHAPES[MODEL].model(MODEL), recipe, imatrix=True)
    weights: dict[str, int] = {}
    for tensor in planned.tensors:
        weights[tensor.type_name] = weights.get(tensor.type_name, 0) + tensor.parameters
    shares = {
        name: weights[name] / planned.parameters
        for name in sorted(weights, key=lambda name: -weights[name])
    }
    return Mixture(recipe, planned.bits_per_weight, shares)
