"""What `general.file_type` says: one number for a whole file, the recipe that it was quantized with.

Source: llama.cpp's `include/llama.h: enum llama_ftype`; each type registers the file types that store most matrices so.
"""

from __future__ import annotations

from mkdocs_quantlab.engine.ggml.errors import MissingPartError
from mkdocs_quantlab.engine.ggml.types import TYPES, by_size

FILE_TYPES = dict(
    sorted((number, name) for entry in TYPES.values() for name, number in entry.ftypes.items())
)
"""Names by number."""

GUESSED = 1024
"""Added to the number where whoever wrote it did not know."""

_BASE_TYPES = {name: entry.name for entry in TYPES.values() for name in entry.ftypes}

RECIPES = tuple(
    ftype for entry in by_size(TYPES.values()) if entry.in_llama_quantize for ftype in entry.ftypes
)
"""llama.cpp's recipes: the file types that llama-quantize offers, those of types with more bits first."""


def base_type(name: str) -> str:
    """The ggml type that a file type stores matrices in, but those that its rules give another; another name is handed back.

    Source: llama.cpp's `src/llama-quant.cpp`, where each file type is given its default type.
    """
    return _BASE_TYPES.get(name, name)


def ftype_number(name: str) -> int:
    """The number of a file type.

    Raises:
        MissingPartError: No type registers it.
    """
    for number, known in FILE_TYPES.items():
        if known == name:
            return number
    raise MissingPartError(name, "number", "no ggml type registers it in `ftypes`")
