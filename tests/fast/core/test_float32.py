from __future__ import annotations

import math
import struct
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mkdocs_quantlab.engine.core import float32
from mkdocs_quantlab.engine.ggml.fp4 import ue4m3_byte, ue4m3_value

SINGLES = st.floats(width=32, allow_nan=False, allow_infinity=False)


def nearest_single(exact: Fraction) -> float:
    """The float32 nearest an exact number, by trying its neighbours."""
    guess = float32.f32(float(exact))
    if math.isinf(guess):
        return guess
    (bits,) = struct.unpack("<i", struct.pack("<f", abs(guess)))
    candidates = [struct.unpack("<f", struct.pack("<i", max(0, bits + k)))[0] for k in (-1, 0, 1)]
    finite = [x for x in candidates if math.isfinite(x)]
    size = abs(exact)
    # The even one of two as near: its last bit is 0.
    best = min(
        finite,
        key=lambda x: (abs(Fraction(x) - size), struct.unpack("<i", struct.pack("<f", x))[0] & 1),
    )
    return math.copysign(best, guess)


@settings(deadline=None)
@given(SINGLES, SINGLES)
def test_one_operation_in_double_and_rounded_is_the_float32_operation(a, b) -> None:
    x, y = Fraction(a), Fraction(b)
    assert float32.f32(a + b) == nearest_single(x + y)
    assert float32.f32(a * b) == nearest_single(x * y)
    if b:
        assert float32.divide(a, b) == nearest_single(x / y)


@settings(deadline=None)
@given(st.lists(st.floats(), max_size=40))
def test_lists_are_rounded_as_single_numbers_are(values) -> None:
    for one, other in zip(float32.rounded(values), map(float32.f32, values), strict=True):
        assert one == other or (math.isnan(one) and math.isnan(other))


def test_overflow_is_infinite() -> None:
    assert float32.f32(3.5e38) == math.inf
    assert float32.rounded([-1e300]) == [-math.inf]


def test_sums_are_rounded_after_each_addition() -> None:
    assert float32.total([1e8, 1.0, -1e8]) == 0.0
    assert float32.total([1e8, -1e8, 1.0]) == 1.0
    assert float32.total([]) == 0.0


@pytest.mark.parametrize(
    ("a", "b", "quotient"),
    [
        (1.0, 0.0, math.inf), (1.0, -0.0, -math.inf), (-2.0, 0.0, -math.inf),
        (math.inf, 0.0, math.inf), (1.0, math.inf, 0.0), (1.0, 1e-45, math.inf),
    ],
)  # fmt: skip
def test_division_is_ieees(a, b, quotient) -> None:
    assert float32.divide(a, float32.f32(b)) == quotient


def test_division_of_nothing_by_nothing_is_nan() -> None:
    assert math.isnan(float32.divide(0.0, 0.0))
    assert math.isnan(float32.divide(math.nan, 0.0))


@pytest.mark.parametrize(
    ("value", "nearest"),
    [
        (0.5, 0), (1.5, 2), (2.5, 2), (-0.5, 0), (-1.5, -2), (4194303.0, 4194303),
        (math.nan, 0), (math.inf, -4194304), (4194304.0, -4194304), (1e20, -1214228),
    ],
)  # fmt: skip
def test_nearest_int_gives_mantissa_bits_out_of_range(value, nearest) -> None:
    assert float32.nearest_int(float32.f32(value)) == nearest


def test_casts_are_those_of_x86() -> None:
    assert float32.truncated_int(-1.9) == -1
    assert float32.truncated_int(3e9) == -(2**31)
    assert float32.truncated_int(math.nan) == -(2**31)
    assert float32.as_int8(255) == -1
    assert float32.as_int8(-(2**31)) == 0
    assert float32.roundf(2.5) == 3.0
    assert float32.roundf(-2.5) == -3.0
    assert float32.roundf(0.49999997) == 0.0
    assert float32.roundf(math.inf) == math.inf


def test_float16_overflows_to_infinity() -> None:
    assert float32.half_bytes(65519.0) == b"\xff\x7b"
    assert float32.half_bytes(65520.0) == b"\x00\x7c"
    assert float32.half_bytes(-1e9) == b"\x00\xfc"


def test_bfloat16_rounds_to_even_and_keeps_nan() -> None:
    assert float32.bfloat16_value(float32.bfloat16_bytes(1.0 + 2**-8)) == 1.0
    assert float32.bfloat16_value(float32.bfloat16_bytes(1.0 + 3 * 2**-8)) == 1.0 + 2**-6
    assert float32.bfloat16_bytes(3.4e38) == b"\x80\x7f"
    assert math.isnan(float32.bfloat16_value(float32.bfloat16_bytes(math.nan)))


def test_ue4m3_scales_come_back() -> None:
    for byte in range(0x78):  # ggml never writes those from 0x78 to 0x7d
        assert ue4m3_byte(2 * ue4m3_value(byte)) == byte
    assert ue4m3_byte(1e9) == 0x7E
    assert ue4m3_value(0x7E) == 224.0
    assert ue4m3_value(0x7F) == 0.0
