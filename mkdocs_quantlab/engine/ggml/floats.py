"""The types of single numbers: F32, F16 and BF16, and those that hold no weights.

Sources: IEEE 754; `ggml-impl.h: ggml_compute_fp32_to_fp16, ggml_compute_fp32_to_bf16`.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.core.float32 import (
    bfloat16_bytes,
    bfloat16_value,
    half_bytes,
    half_value,
)
from mkdocs_quantlab.engine.ggml.layout import Bits, whole_bytes
from mkdocs_quantlab.engine.ggml.types import GgmlType, register

if TYPE_CHECKING:
    from collections.abc import Callable


def _layout(size: int) -> Callable[[int], list[Bits]]:
    return lambda _: whole_bytes("value", 0, size)


def _encode_f32(weights: list[float]) -> bytes:
    return struct.pack("<f", weights[0])


def _decode_f32(block: bytes) -> list[float]:
    return list(struct.unpack("<f", block))


def _encode_f16(weights: list[float]) -> bytes:
    weight = weights[0]
    if weight != weight:  # noqa: PLR0124 - NaN is what differs from itself
        return b"\x00" + bytes([0x7E | struct.pack("<f", weight)[3] & 0x80])
    return half_bytes(weight)


def _decode_f16(block: bytes) -> list[float]:
    return [half_value(block)]


def _encode_bf16(weights: list[float]) -> bytes:
    return bfloat16_bytes(weights[0])


def _decode_bf16(block: bytes) -> list[float]:
    return [bfloat16_value(block)]


register(
    GgmlType(
        __name__,
        0,
        "F32",
        block_size=1,
        fields="value f32 1 IEEE single precision: 1 sign bit, 8 exponent bits, 23 of fraction",
        formula="value",
        family="float",
        source="IEEE 754 binary32",
        layout=_layout(4),
        decode=_decode_f32,
        encode=_encode_f32,
        ftypes={"F32": 0},
        seconds=0.4,
    )
)

register(
    GgmlType(
        __name__,
        1,
        "F16",
        block_size=1,
        fields="value f16 1 IEEE half precision: 1 sign bit, 5 exponent bits, 10 of fraction",
        formula="value",
        family="float",
        source="ggml-impl.h: ggml_compute_fp32_to_fp16",
        layout=_layout(2),
        decode=_decode_f16,
        encode=_encode_f16,
        ftypes={"F16": 1},
        seconds=0.4,
    )
)

register(
    GgmlType(
        __name__,
        30,
        "BF16",
        block_size=1,
        fields="value bf16 1 upper half of a float32: 1 sign bit, 8 exponent bits, 7 of fraction",
        formula="value",
        family="float",
        source="ggml-impl.h: ggml_compute_fp32_to_bf16",
        layout=_layout(2),
        decode=_decode_bf16,
        encode=_encode_bf16,
        ftypes={"BF16": 32},
        seconds=0.9,
    )
)

register(
    GgmlType(
        __name__,
        24,
        "I8",
        block_size=1,
        fields="value i8 1 integer",
        formula="value",
        family=None,
        source="ggml.h: enum ggml_type",
    )
)

register(
    GgmlType(
        __name__,
        25,
        "I16",
        block_size=1,
        fields="value i16 1 integer",
        formula="value",
        family=None,
        source="ggml.h: enum ggml_type",
    )
)

register(
    GgmlType(
        __name__,
        26,
        "I32",
        block_size=1,
        fields="value i32 1 integer",
        formula="value",
        family=None,
        source="ggml.h: enum ggml_type",
    )
)

register(
    GgmlType(
        __name__,
        27,
        "I64",
        block_size=1,
        fields="value i64 1 integer",
        formula="value",
        family=None,
        source="ggml.h: enum ggml_type",
    )
)

register(
    GgmlType(
        __name__,
        28,
        "F64",
        block_size=1,
        fields="value f64 1 IEEE double precision",
        formula="value",
        family=None,
        source="IEEE 754 binary64",
    )
)
