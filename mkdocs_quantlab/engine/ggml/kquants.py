"""The K-quants Q2_K to Q6_K, and Q8_K: super-blocks of 256 weights whose sub-blocks have small scales.

Sources: `ggml-quants.c: dequantize_row_*_K`, `get_scale_min_k4`; of the encoders, `kquant_encoders`.
"""

from __future__ import annotations

import struct

from mkdocs_quantlab.engine.core.float32 import half_value, rounded
from mkdocs_quantlab.engine.ggml.kquant_encoders import (
    encode_q2_k,
    encode_q3_k,
    encode_q4_k,
    encode_q5_k,
    encode_q6_k,
    q3_k_scales,
)
from mkdocs_quantlab.engine.ggml.layout import Bits, crumb, nibble, whole_bytes
from mkdocs_quantlab.engine.ggml.packing import unpack_crumbs, unpack_nibbles, unpack_planes
from mkdocs_quantlab.engine.ggml.types import QK_K, GgmlType, register


def _scale_and_minimum(sub: int) -> list[Bits]:
    """The 6-bit scale and minimum of a sub-block of Q4_K and Q5_K, whose `scales` begin at byte 4."""
    if sub < 4:
        return [Bits("sc", sub, 4 + sub, 0, 6, 0), Bits("m", sub, 8 + sub, 0, 6, 0)]
    return [
        Bits("sc", sub, 8 + sub, 0, 4, 0),
        Bits("sc", sub, sub, 6, 2, 4),
        Bits("m", sub, 8 + sub, 4, 4, 0),
        Bits("m", sub, 4 + sub, 6, 2, 4),
    ]


def _layout_q2_k(weight: int) -> list[Bits]:
    sub = weight // 16
    return [
        crumb(weight, 16),
        Bits("sc", sub, sub, 0, 4, 0),
        Bits("m", sub, sub, 4, 4, 0),
        *whole_bytes("d", 80, 2),
        *whole_bytes("dmin", 82, 2),
    ]


def _layout_q3_k(weight: int) -> list[Bits]:
    sub = weight // 16
    return [
        crumb(weight, 32),
        Bits("q", weight, weight % 32, weight // 32, 1, 2),
        Bits("sc", sub, 96 + sub % 8, 4 * (sub // 8), 4, 0),
        Bits("sc", sub, 104 + sub % 4, 2 * (sub // 4), 2, 4),
        *whole_bytes("d", 108, 2),
    ]


def _layout_q4_k(weight: int) -> list[Bits]:
    return [
        nibble(weight, 16, 32),
        *_scale_and_minimum(weight // 32),
        *whole_bytes("d", 0, 2),
        *whole_bytes("dmin", 2, 2),
    ]


def _layout_q5_k(weight: int) -> list[Bits]:
    return [
        nibble(weight, 48, 32),
        Bits("q", weight, 16 + weight % 32, weight // 32, 1, 4),
        *_scale_and_minimum(weight // 32),
        *whole_bytes("d", 0, 2),
        *whole_bytes("dmin", 2, 2),
    ]


def _layout_q6_k(weight: int) -> list[Bits]:
    high = crumb(weight, 128)
    return [
        nibble(weight, 0, 64),
        high._replace(shift=4),
        Bits("sc", weight // 16, 192 + weight // 16, 0, 8, 0),
        *whole_bytes("d", 208, 2),
    ]


def _layout_q8_k(weight: int) -> list[Bits]:
    return [Bits("q", weight, 4 + weight, 0, 8, 0), *whole_bytes("d", 0, 4)]


def _decode_q2_k(block: bytes) -> list[float]:
    d, dmin = half_value(block[80:82]), half_value(block[82:])
    scales = rounded([d * (byte & 15) for byte in block[:16]])
    minima = rounded([dmin * (byte >> 4) for byte in block[:16]])
    steps = unpack_crumbs(block[16:80])
    products = rounded([scales[i // 16] * q for i, q in enumerate(steps)])
    return rounded([x - minima[i // 16] for i, x in enumerate(products)])


def _decode_q3_k(block: bytes) -> list[float]:
    d = half_value(block[108:])
    scales = rounded([d * (level - 32) for level in q3_k_scales(block[96:108])])
    low, high = unpack_crumbs(block[32:96]), unpack_planes(block[:32])
    steps = [a + 4 * b - 4 for a, b in zip(low, high, strict=True)]
    return rounded([scales[i // 16] * q for i, q in enumerate(steps)])


def _scales_and_minima(block: bytes) -> tuple[list[float], list[float]]:
    """The eight scales and minima of a block of Q4_K or Q5_K."""
    d, dmin = half_value(block[:2]), half_value(block[2:4])
    packed = block[4:16]
    levels = [packed[i] & 63 for i in range(4)]
    offsets = [packed[i + 4] & 63 for i in range(4)]
    levels += [packed[i + 8] & 15 | packed[i] >> 6 << 4 for i in range(4)]
    offsets += [packed[i + 8] >> 4 | packed[i + 4] >> 6 << 4 for i in range(4)]
    return rounded([d * x for x in levels]), rounded([dmin * x for x in offsets])


def _affine_values(block: bytes, steps: list[int]) -> list[float]:
    scales, minima = _scales_and_minima(block)
    products = rounded([scales[i // 32] * q for i, q in enumerate(steps)])
    return rounded([x - minima[i // 32] for i, x in enumerate(products)])


def _decode_q4_k(block: bytes) -> list[float]:
    return _affine_values(block, unpack_nibbles(block[16:], 32))


def _decode_q5_k(block: bytes) -> list[float]:
    low, high = unpack_nibbles(block[48:], 32), unpack_planes(block[16:48])
    return _affine_values(block, [a | b << 4 for a, b in zip(low, high, strict=True)])


def _decode_q6_k(block: bytes) -> list[float]:
    d = half_value(block[208:])
    scales = rounded([d * level for level in struct.unpack("16b", block[192:208])])
    low, high = unpack_nibbles(block[:128], 64), unpack_crumbs(block[128:192])
    steps = [(a | b << 4) - 32 for a, b in zip(low, high, strict=True)]
    return rounded([scales[i // 16] * q for i, q in enumerate(steps)])


def _decode_q8_k(block: bytes) -> list[float]:
    d: float = struct.unpack("<f", block[:4])[0]
    return rounded([d * q for q in struct.unpack("256b", block[4:260])])


register(
    GgmlType(
        __name__,
        10,
        "Q2_K",
        block_size=QK_K,
        fields="""
            scales u8 16 per sub-block a 4-bit scale (low half) and a 4-bit minimum (high half)
            qs u8 64 2-bit steps, four weights 32 apart in a byte
            d f16 1 scale of the scales
            dmin f16 1 scale of the minima
        """,
        formula="d * sc * q - dmin * m",
        family="kquant",
        sub_block=16,
        layout=_layout_q2_k,
        decode=_decode_q2_k,
        encode=encode_q2_k,
        search=encode_q2_k,
        ftypes={"Q2_K": 10, "Q2_K_S": 21},
        fallback="Q4_0",
        seconds=61,
    )
)

register(
    GgmlType(
        __name__,
        11,
        "Q3_K",
        block_size=QK_K,
        fields="""
            hmask u8 32 third bits of the steps, weight i in bit i // 32 of byte i % 32
            qs u8 64 low 2 bits of the steps, four weights 32 apart in a byte
            scales u8 12 6-bit scales, 32 too large: 4 low bits in the first 8 bytes, 2 high bits in the last 4
            d f16 1 scale of the scales
        """,
        formula="d * (sc - 32) * (q - 4)",
        family="kquant",
        sub_block=16,
        layout=_layout_q3_k,
        decode=_decode_q3_k,
        encode=encode_q3_k,
        search=encode_q3_k,
        ftypes={"Q3_K_L": 13, "Q3_K_M": 12, "Q3_K_S": 11},
        fallback="Q4_0",
        seconds=9.9,
    )
)

register(
    GgmlType(
        __name__,
        12,
        "Q4_K",
        block_size=QK_K,
        fields="""
            d f16 1 scale of the scales
            dmin f16 1 scale of the minima
            scales u8 12 6-bit scales and minima of 8 sub-blocks; those of the last 4 are in two pieces
            qs u8 128 4-bit steps, two weights 32 apart in a byte
        """,
        formula="d * sc * q - dmin * m",
        family="kquant",
        sub_block=32,
        layout=_layout_q4_k,
        decode=_decode_q4_k,
        encode=encode_q4_k,
        search=encode_q4_k,
        ftypes={"Q4_K_M": 15, "Q4_K_S": 14},
        fallback="Q5_0",
        seconds=64,
    )
)

register(
    GgmlType(
        __name__,
        13,
        "Q5_K",
        block_size=QK_K,
        fields="""
            d f16 1 scale of the scales
            dmin f16 1 scale of the minima
            scales u8 12 6-bit scales and minima of 8 sub-blocks, as in Q4_K
            qh u8 32 fifth bits of the steps, weight i in bit i // 32 of byte i % 32
            qs u8 128 low 4 bits of the steps, two weights 32 apart in a byte
        """,
        formula="d * sc * q - dmin * m",
        family="kquant",
        sub_block=32,
        layout=_layout_q5_k,
        decode=_decode_q5_k,
        encode=encode_q5_k,
        search=encode_q5_k,
        ftypes={"Q5_K_M": 17, "Q5_K_S": 16},
        fallback="Q5_1",
        seconds=54,
    )
)

register(
    GgmlType(
        __name__,
        14,
        "Q6_K",
        block_size=QK_K,
        fields="""
            ql u8 128 low 4 bits of the steps, two weights 64 apart in a byte
            qh u8 64 high 2 bits of the steps, four weights 32 apart in a byte
            scales i8 16 scales of the sub-blocks
            d f16 1 scale of the scales
        """,
        formula="d * sc * (q - 32)",
        family="kquant",
        sub_block=16,
        layout=_layout_q6_k,
        decode=_decode_q6_k,
        encode=encode_q6_k,
        search=encode_q6_k,
        ftypes={"Q6_K": 18},
        fallback="Q8_0",
        seconds=38,
    )
)

register(
    GgmlType(
        __name__,
        15,
        "Q8_K",
        block_size=QK_K,
        fields="""
            d f32 1 scale
            qs i8 256 steps
            bsums i16 16 sums of 16 steps each, for dot products
        """,
        formula="d * q",
        family="activation",
        layout=_layout_q8_k,
        decode=_decode_q8_k,
    )
)
