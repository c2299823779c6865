"""ggml's block formats: what each holds, and its exact encoder and decoder.

The encoders give the bytes of ggml's x86-64 reference, the decoders its float32 values.
"""

from __future__ import annotations

from mkdocs_quantlab.engine.ggml.codec import decode, encode, scale_search
from mkdocs_quantlab.engine.ggml.errors import (
    GgmlError,
    NotEncodableError,
    NotFiniteError,
    UnknownTypeError,
    WrongLengthError,
)
from mkdocs_quantlab.engine.ggml.layout import BitRun, Bits, bits_of_block, bits_of_weight
from mkdocs_quantlab.engine.ggml.search import Trial
from mkdocs_quantlab.engine.ggml.terms import Term, arithmetic, terms_of_weight
from mkdocs_quantlab.engine.ggml.types import (
    ROLES,
    TYPES,
    Field,
    GgmlType,
    ggml_type,
    ggml_type_of_id,
)

__all__ = [
    "ROLES",
    "TYPES",
    "BitRun",
    "Bits",
    "Field",
    "GgmlError",
    "GgmlType",
    "NotEncodableError",
    "NotFiniteError",
    "Term",
    "Trial",
    "UnknownTypeError",
    "WrongLengthError",
    "arithmetic",
    "bits_of_block",
    "bits_of_weight",
    "decode",
    "encode",
    "ggml_type",
    "ggml_type_of_id",
    "scale_search",
    "terms_of_weight",
]
