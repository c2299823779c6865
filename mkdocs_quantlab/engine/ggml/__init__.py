"""ggml's block formats: what each holds, and its exact encoder and decoder.

The encoders give the bytes of ggml's x86-64 reference, the decoders its float32 values.
"""

from __future__ import annotations

from mkdocs_quantlab.engine.ggml import (
    floats,
    fp4,
    iquants,
    kquants,
    legacy,
    nonlinear,
    ternary,
)
from mkdocs_quantlab.engine.ggml.codec import decode, encode, scale_search
from mkdocs_quantlab.engine.ggml.errors import (
    GgmlError,
    MissingPartError,
    NotFiniteError,
    UnknownTypeError,
    WrongLengthError,
)
from mkdocs_quantlab.engine.ggml.layout import BitRun, Bits, bits_of_block, bits_of_weight
from mkdocs_quantlab.engine.ggml.search import Trial
from mkdocs_quantlab.engine.ggml.types import (
    FAMILIES,
    QK_K,
    ROLES,
    TYPES,
    Field,
    GgmlType,
    ggml_type,
    ggml_type_of_id,
    register,
)

# Each of these modules registers the types of one family.
MODULES = (floats, fp4, iquants, kquants, legacy, nonlinear, ternary)

__all__ = [
    "FAMILIES",
    "QK_K",
    "ROLES",
    "TYPES",
    "BitRun",
    "Bits",
    "Field",
    "GgmlError",
    "GgmlType",
    "MissingPartError",
    "NotFiniteError",
    "Trial",
    "UnknownTypeError",
    "WrongLengthError",
    "bits_of_block",
    "bits_of_weight",
    "decode",
    "encode",
    "ggml_type",
    "ggml_type_of_id",
    "register",
    "scale_search",
]
