"""Arithmetic as C does it in `float`, on Python floats that hold float32 values.

A Python float is a double. The double result of one `+`, `-`, `*`, `/` or square root of two float32,
rounded to float32, is the float32 result: 53 bits are more than twice 24 bits plus two, so that rounding
twice never differs from rounding once. `array("f")` is the fastest rounding the standard library has, and
it gives infinity where `struct` raises.
"""

from __future__ import annotations

import math
import struct
import sys
from array import array
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_MAGIC = 12582912.0  # 1.5 * 2**23: adding it to a small float32 leaves the nearest integer in the low bits

# Beyond this ggml's nearest_int no longer rounds, but returns bits of the mantissa.
NEAREST_INT_LIMIT = 4194303.0


def rounded(values: Iterable[float]) -> list[float]:
    """Each value rounded to the nearest float32, ties to even, overflow to infinity."""
    return array("f", values).tolist()


def f32(value: float) -> float:
    """One value rounded to the nearest float32."""
    return array("f", (value,))[0]


def total(values: Iterable[float]) -> float:
    """The float32 sum in the order given, rounded after each addition as a C loop does."""
    cell = array("f", (0.0,))
    value = 0.0
    for term in values:
        cell[0] = value + term
        value = cell[0]
    return value


def divide(numerator: float, denominator: float) -> float:
    """The float32 quotient, with IEEE's infinities and NaN where Python raises."""
    if denominator:
        return f32(numerator / denominator)
    if numerator != numerator or numerator == 0.0:  # noqa: PLR0124 - NaN is what differs from itself
        return math.nan
    return math.copysign(math.inf, numerator) * math.copysign(1.0, denominator)


def bits_of(value: float) -> int:
    """The 32 bits of a float32."""
    return int.from_bytes(array("f", (value,)).tobytes(), sys.byteorder)


def nearest_int(value: float) -> int:
    """Round to the nearest integer as ggml does: ties to even, and mantissa bits out of range.

    Source: `ggml-quants.c: nearest_int`.
    """
    if -NEAREST_INT_LIMIT <= value <= NEAREST_INT_LIMIT:
        return round(value)
    return (bits_of(value + _MAGIC) & 0x007FFFFF) - 0x00400000


def roundf(value: float) -> float:
    """C's `roundf`: the nearest integer as a float, ties away from zero."""
    if not -8388608.0 < value < 8388608.0:
        return value  # already an integer, infinite or NaN
    magnitude = int(abs(value) + 0.5)  # exact in double
    return float(-magnitude if value < 0.0 else magnitude)


def truncated_int(value: float) -> int:
    """A float cast to `int` as x86-64 does it: out of range and NaN give the most negative integer."""
    if -2147483649.0 < value < 2147483648.0:
        return int(value)
    return -2147483648


def as_int8(value: int) -> int:
    """The low byte of an integer, as a signed number."""
    return (value + 128 & 0xFF) - 128


def half_bytes(value: float) -> bytes:
    """A float32 as a little-endian float16, ties to even, overflow to infinity.

    Source: `ggml-impl.h: ggml_compute_fp32_to_fp16`.
    """
    try:
        return struct.pack("<e", value)
    except OverflowError:
        return b"\x00\x7c" if value > 0.0 else b"\x00\xfc"


def half_value(data: bytes) -> float:
    """The value of a little-endian float16."""
    value: float = struct.unpack("<e", data)[0]
    return value


def bfloat16_bytes(value: float) -> bytes:
    """A float32 as a little-endian bfloat16, ties to even, NaN made quiet.

    Source: `ggml-impl.h: ggml_compute_fp32_to_bf16`.
    """
    bits = bits_of(value)
    if value != value:  # noqa: PLR0124 - NaN is what differs from itself
        return (bits >> 16 | 64).to_bytes(2, "little")
    return (bits + 0x7FFF + (bits >> 16 & 1) >> 16).to_bytes(2, "little")


def bfloat16_value(data: bytes) -> float:
    """The value of a little-endian bfloat16."""
    value: float = struct.unpack("<f", b"\x00\x00" + data)[0]
    return value
