"""The types with one scale a block: Q4_0 to Q8_1.

Sources: `ggml-quants.c: quantize_row_*_ref` and `dequantize_row_*` of these types.
"""

from __future__ import annotations

import struct

from mkdocs_quantlab.engine.core.float32 import (
    as_int8,
    divide,
    f32,
    half_bytes,
    half_value,
    rounded,
    roundf,
    truncated_int,
)
from mkdocs_quantlab.engine.ggml.layout import Bits, nibble, whole_bytes
from mkdocs_quantlab.engine.ggml.packing import bit_list, pack_bits, pack_nibbles, unpack_nibbles
from mkdocs_quantlab.engine.ggml.types import GgmlType, register


def _layout_q4_0(weight: int) -> list[Bits]:
    return [nibble(weight, 2, 16), *whole_bytes("d", 0, 2)]


def _layout_q4_1(weight: int) -> list[Bits]:
    return [nibble(weight, 4, 16), *whole_bytes("d", 0, 2), *whole_bytes("m", 2, 2)]


def _layout_q5_0(weight: int) -> list[Bits]:
    fifth = Bits("q", weight, 2 + weight // 8, weight % 8, 1, 4)
    return [nibble(weight, 6, 16), fifth, *whole_bytes("d", 0, 2)]


def _layout_q5_1(weight: int) -> list[Bits]:
    fifth = Bits("q", weight, 4 + weight // 8, weight % 8, 1, 4)
    return [nibble(weight, 8, 16), fifth, *whole_bytes("d", 0, 2), *whole_bytes("m", 2, 2)]


def _layout_q8_0(weight: int) -> list[Bits]:
    return [Bits("q", weight, 2 + weight, 0, 8, 0), *whole_bytes("d", 0, 2)]


def _layout_q8_1(weight: int) -> list[Bits]:
    return [Bits("q", weight, 4 + weight, 0, 8, 0), *whole_bytes("d", 0, 2)]


def largest(weights: list[float]) -> float:
    """The weight of the largest magnitude, with its sign; the first of several, 0.0 where all are zero."""
    return max(weights, key=abs) if any(weights) else 0.0


def _symmetric_steps(weights: list[float], levels: int) -> tuple[float, list[int]]:
    """Q4_0 and Q5_0: the scale that puts the largest weight on step 0, and the steps."""
    scale = f32(largest(weights) / -(levels // 2))
    inverse = divide(1.0, scale) if scale else 0.0
    shifted = rounded([x + (levels / 2 + 0.5) for x in rounded([x * inverse for x in weights])])
    return scale, _low_steps(shifted, levels)


def _low_steps(shifted: list[float], levels: int) -> list[int]:
    """C's cast to `int8_t`, then no more than the highest step."""
    return [min(levels - 1, as_int8(truncated_int(x))) for x in shifted]


def _affine_steps(weights: list[float], levels: int) -> tuple[float, float, list[float]]:
    """Q4_1 and Q5_1: scale, minimum and the steps before the cast to an integer."""
    low = min(weights)
    scale = f32(f32(max(weights) - low) / (levels - 1))
    inverse = divide(1.0, scale) if scale else 0.0
    shifted = rounded([x - low for x in weights])
    return scale, low, rounded([x + 0.5 for x in rounded([x * inverse for x in shifted])])


def _encode_q4_0(weights: list[float]) -> bytes:
    scale, steps = _symmetric_steps(weights, 16)
    return half_bytes(scale) + pack_nibbles(steps, 16)


def _encode_q4_1(weights: list[float]) -> bytes:
    scale, low, shifted = _affine_steps(weights, 16)
    return half_bytes(scale) + half_bytes(low) + pack_nibbles(_low_steps(shifted, 16), 16)


def _encode_q5_0(weights: list[float]) -> bytes:
    scale, steps = _symmetric_steps(weights, 32)
    fifths = pack_bits([step >> 4 & 1 for step in steps])
    return half_bytes(scale) + fifths + pack_nibbles(steps, 16)


def _encode_q5_1(weights: list[float]) -> bytes:
    scale, low, shifted = _affine_steps(weights, 32)
    steps = [truncated_int(x) & 0xFF for x in shifted]
    fifths = pack_bits([step >> 4 & 1 for step in steps])
    return half_bytes(scale) + half_bytes(low) + fifths + pack_nibbles(steps, 16)


def _encode_q8_0(weights: list[float]) -> bytes:
    scale = f32(abs(largest(weights)) / 127)
    inverse = divide(1.0, scale) if scale else 0.0
    steps = [truncated_int(roundf(x)) & 0xFF for x in rounded([x * inverse for x in weights])]
    return half_bytes(scale) + bytes(steps)


def _scaled(scale: float, steps: list[int]) -> list[float]:
    return rounded([scale * step for step in steps])


def _scaled_and_shifted(scale: float, low: float, steps: list[int]) -> list[float]:
    return rounded([x + low for x in _scaled(scale, steps)])


def _five_bit_steps(high: bytes, low: bytes) -> list[int]:
    return [
        step | bit << 4 for step, bit in zip(unpack_nibbles(low, 16), bit_list(high), strict=True)
    ]


def _signed(data: bytes) -> list[int]:
    return list(struct.unpack(f"{len(data)}b", data))


def _decode_q4_0(block: bytes) -> list[float]:
    return _scaled(half_value(block[:2]), [q - 8 for q in unpack_nibbles(block[2:], 16)])


def _decode_q4_1(block: bytes) -> list[float]:
    scale, low = half_value(block[:2]), half_value(block[2:4])
    return _scaled_and_shifted(scale, low, unpack_nibbles(block[4:], 16))


def _decode_q5_0(block: bytes) -> list[float]:
    return _scaled(half_value(block[:2]), [q - 16 for q in _five_bit_steps(block[2:6], block[6:])])


def _decode_q5_1(block: bytes) -> list[float]:
    scale, low = half_value(block[:2]), half_value(block[2:4])
    return _scaled_and_shifted(scale, low, _five_bit_steps(block[4:8], block[8:]))


def _decode_q8_0(block: bytes) -> list[float]:
    return _scaled(half_value(block[:2]), _signed(block[2:]))


def _decode_q8_1(block: bytes) -> list[float]:
    return _scaled(half_value(block[:2]), _signed(block[4:]))


register(
    GgmlType(
        __name__,
        2,
        "Q4_0",
        block_size=32,
        fields="""
            d f16 1 scale
            qs u8 16 4-bit steps: weight j in the low half of byte j, weight j + 16 in the high half
        """,
        formula="d * (q - 8)",
        family="legacy",
        layout=_layout_q4_0,
        decode=_decode_q4_0,
        encode=_encode_q4_0,
        ftypes={"Q4_0": 2},
        seconds=1,
    )
)

register(
    GgmlType(
        __name__,
        3,
        "Q4_1",
        block_size=32,
        fields="""
            d f16 1 scale
            m f16 1 minimum
            qs u8 16 4-bit steps: weight j in the low half of byte j, weight j + 16 in the high half
        """,
        formula="d * q + m",
        family="legacy",
        layout=_layout_q4_1,
        decode=_decode_q4_1,
        encode=_encode_q4_1,
        ftypes={"Q4_1": 3},
        seconds=1.2,
    )
)

register(
    GgmlType(
        __name__,
        6,
        "Q5_0",
        block_size=32,
        fields="""
            d f16 1 scale
            qh u8 4 fifth bits of the steps, weight j in bit j
            qs u8 16 low 4 bits of the steps, as in Q4_0
        """,
        formula="d * (q - 16)",
        family="legacy",
        layout=_layout_q5_0,
        decode=_decode_q5_0,
        encode=_encode_q5_0,
        ftypes={"Q5_0": 8},
        seconds=1,
    )
)

register(
    GgmlType(
        __name__,
        7,
        "Q5_1",
        block_size=32,
        fields="""
            d f16 1 scale
            m f16 1 minimum
            qh u8 4 fifth bits of the steps, weight j in bit j
            qs u8 16 low 4 bits of the steps, as in Q4_0
        """,
        formula="d * q + m",
        family="legacy",
        layout=_layout_q5_1,
        decode=_decode_q5_1,
        encode=_encode_q5_1,
        ftypes={"Q5_1": 9},
        seconds=1.2,
    )
)

register(
    GgmlType(
        __name__,
        8,
        "Q8_0",
        block_size=32,
        fields="""
            d f16 1 scale
            qs i8 32 steps
        """,
        formula="d * q",
        family="legacy",
        layout=_layout_q8_0,
        decode=_decode_q8_0,
        encode=_encode_q8_0,
        ftypes={"Q8_0": 7},
        seconds=0.9,
    )
)

register(
    GgmlType(
        __name__,
        9,
        "Q8_1",
        block_size=32,
        fields="""
            d f16 1 scale
            s f16 1 d times the sum of the steps, for dot products
            qs i8 32 steps
        """,
        formula="d * q",
        family="activation",
        layout=_layout_q8_1,
        decode=_decode_q8_1,
    )
)
