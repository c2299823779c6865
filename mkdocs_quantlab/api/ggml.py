"""ggml's formats: types, layouts, exact encoders and decoders, and the measured error of each type."""

from __future__ import annotations

from mkdocs_quantlab.engine.ggml import (
    FAMILIES,
    ROLES,
    TYPES,
    BitRun,
    Bits,
    Field,
    GgmlError,
    GgmlType,
    MissingPartError,
    NotFiniteError,
    Trial,
    UnknownTypeError,
    WrongLengthError,
    bits_of_block,
    bits_of_weight,
    decode,
    encode,
    ggml_type,
    ggml_type_of_id,
    scale_search,
)
from mkdocs_quantlab.engine.ggml.measured import BY_GGML, DISTRIBUTIONS, SNR
from mkdocs_quantlab.engine.ggml.terms import Term, arithmetic, terms_of_weight

__all__ = [
    "BY_GGML",
    "DISTRIBUTIONS",
    "FAMILIES",
    "ROLES",
    "SNR",
    "TYPES",
    "BitRun",
    "Bits",
    "Field",
    "GgmlError",
    "GgmlType",
    "MissingPartError",
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
