"""The types with one scale a block: F32, F16, BF16, Q4_0 to Q8_1, Q1_0 and Q2_0.

Sources: `ggml-quants.c: quantize_row_*_ref` and `dequantize_row_*` of these types.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.ggml.float32 import (
    as_int8,
    bfloat16_bytes,
    bfloat16_value,
    divide,
    f32,
    half_bytes,
    half_value,
    rounded,
    roundf,
    total,
    truncated_int,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def largest(weights: list[float]) -> float:
    """The weight of the largest magnitude, with its sign; the first of several, 0.0 where all are zero."""
    return max(weights, key=abs) if any(weights) else 0.0


def pack_nibbles(steps: list[int], half: int) -> bytes:
    """Two 4-bit steps a byte: of each run of `2 * half`, the first half in the low bits."""
    packed = bytearray()
    for start in range(0, len(steps), 2 * half):
        low = steps[start : start + half]
        high = steps[start + half : start + 2 * half]
        packed += bytes([a & 15 | (b & 15) << 4 for a, b in zip(low, high, strict=True)])
    return bytes(packed)


def unpack_nibbles(data: bytes, half: int) -> list[int]:
    """The inverse of `pack_nibbles`."""
    steps: list[int] = []
    for start in range(0, len(data), half):
        run = data[start : start + half]
        steps += [byte & 15 for byte in run]
        steps += [byte >> 4 for byte in run]
    return steps


def bit_list(data: bytes) -> list[int]:
    """The bits of little-endian bytes, the lowest first."""
    return [byte >> bit & 1 for byte in data for bit in range(8)]


def pack_bits(bits: Iterable[int]) -> bytes:
    """The inverse of `bit_list`."""
    flat = list(bits)
    return bytes(
        sum(bit << k for k, bit in enumerate(flat[start : start + 8]))
        for start in range(0, len(flat), 8)
    )


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


def _encode_q1_0(weights: list[float]) -> bytes:
    scale = f32(total(map(abs, weights)) / 128)
    return half_bytes(scale) + pack_bits([1 if x >= 0.0 else 0 for x in weights])


def _encode_q2_0(weights: list[float]) -> bytes:
    scale = abs(largest(weights))
    inverse = divide(1.0, scale) if scale else 0.0
    steps = [
        min(3, max(0, truncated_int(roundf(x)) + 1))
        for x in rounded([x * inverse for x in weights])
    ]
    packed = bytes(
        sum(step << 2 * k for k, step in enumerate(steps[start : start + 4]))
        for start in range(0, len(steps), 4)
    )
    return half_bytes(scale) + packed


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


def _decode_q1_0(block: bytes) -> list[float]:
    scale = half_value(block[:2])
    return [scale if bit else -scale for bit in bit_list(block[2:])]


def _decode_q2_0(block: bytes) -> list[float]:
    steps = [(byte >> shift & 3) - 1 for byte in block[2:] for shift in (0, 2, 4, 6)]
    return _scaled(half_value(block[:2]), steps)


ENCODERS: dict[str, Callable[[list[float]], bytes]] = {
    "F32": _encode_f32,
    "F16": _encode_f16,
    "BF16": _encode_bf16,
    "Q4_0": _encode_q4_0,
    "Q4_1": _encode_q4_1,
    "Q5_0": _encode_q5_0,
    "Q5_1": _encode_q5_1,
    "Q8_0": _encode_q8_0,
    "Q1_0": _encode_q1_0,
    "Q2_0": _encode_q2_0,
}
"""One block of float32 weights to its bytes, by type."""

DECODERS: dict[str, Callable[[bytes], list[float]]] = {
    "F32": _decode_f32,
    "F16": _decode_f16,
    "BF16": _decode_bf16,
    "Q4_0": _decode_q4_0,
    "Q4_1": _decode_q4_1,
    "Q5_0": _decode_q5_0,
    "Q5_1": _decode_q5_1,
    "Q8_0": _decode_q8_0,
    "Q8_1": _decode_q8_1,
    "Q1_0": _decode_q1_0,
    "Q2_0": _decode_q2_0,
}
"""The bytes of one block to its float32 weights, by type."""
