"""Makes the built-in files out of the two that are in the package."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from mkdocs_quantlab.builtin_models.files import F16, IMATRIX, WITH_IMATRIX, check
from mkdocs_quantlab.builtin_models.imatrix import read_imatrix
from mkdocs_quantlab.builtin_models.quantized import quantized
from mkdocs_quantlab.builtin_models.uneven import rescaled_importance, uneven

if TYPE_CHECKING:
    from mkdocs_quantlab.builtin_models.imatrix import Imatrix


def make(name: str) -> bytes:
    """The file made anew, out of the two that are in the package.

    Raises:
        BuiltinModelError: As for `data`.
    """
    check(name)
    model, _, asked = name.partition(":")
    recipe = asked.removesuffix(WITH_IMATRIX)
    f16 = F16.read_bytes() if model == "drawing" else _uneven_f16()
    if recipe == "F16":
        return f16
    imatrix = imatrix_of(model) if asked.endswith(WITH_IMATRIX) else None
    return quantized(f16, recipe, imatrix)


def imatrix_of(model: str) -> Imatrix:
    """The importance matrix of one of `MODELS`. The twin's follows from its original's."""
    imatrix = read_imatrix(IMATRIX.read_bytes(), IMATRIX.name)
    if model == "drawing":
        return imatrix
    importance = rescaled_importance(F16.read_bytes(), imatrix.importance)
    return imatrix._replace(file=f"{model}.imatrix.gguf", importance=importance)


@lru_cache(maxsize=1)
def _uneven_f16() -> bytes:
    return uneven(F16.read_bytes())
