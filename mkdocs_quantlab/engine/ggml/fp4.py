"""The types that keep 4-bit floats under a small scale: MXFP4 and NVFP4.

Sources: `ggml-quants.c: quantize_row_mxfp4_ref, quantize_row_nvfp4_ref, best_index_mxfp4` and their inverses;
`ggml-impl.h: ggml_e8m0_to_fp32_half, ggml_fp32_to_ue4m3, ggml_ue4m3_to_fp32`.
"""

from __future__ import annotations

import math

from mkdocs_quantlab.engine.core.float32 import bits_of, f32, rounded
from mkdocs_quantlab.engine.ggml.codebooks import FP4_VALUES
from mkdocs_quantlab.engine.ggml.layout import Bits, nibble, whole_bytes
from mkdocs_quantlab.engine.ggml.packing import pack_nibbles, unpack_nibbles
from mkdocs_quantlab.engine.ggml.types import GgmlType, register


def _layout_mxfp4(weight: int) -> list[Bits]:
    return [nibble(weight, 1, 16), *whole_bytes("e", 0, 1)]


def _layout_nvfp4(weight: int) -> list[Bits]:
    return [nibble(weight, 4, 8), *whole_bytes("d", weight // 16, 1, number=weight // 16)]


def half_power(exponent: int) -> float:
    """The scale that MXFP4's byte stands for, halved as the doubled values need: `2 ** (exponent - 128)`."""
    return 2.0 ** (exponent - 128)


def ue4m3_value(byte: int) -> float:
    """The scale that NVFP4's byte stands for, halved; 0 for the two bytes without a value."""
    if byte in (0, 0x7F):
        return 0.0
    exponent, fraction = byte >> 3 & 15, byte & 7
    value = fraction / 512 if exponent == 0 else (1 + fraction / 8) * 2.0 ** (exponent - 7)
    return value / 2


def ue4m3_byte(value: float) -> int:
    """The unsigned 8-bit float nearest a scale, up to 448; half-way values of the normal range go up."""
    if value <= 0.0:
        return 0
    bits = bits_of(min(value, 448.0))
    exponent = (bits >> 23) - 127 + 7
    if exponent <= 0:
        return min(7, int(f32(f32(value * 512.0) + 0.5)))
    fraction = (bits >> 20 & 7) + (bits >> 19 & 1)
    if fraction > 7:
        fraction = 0
        exponent += 1
    return 0x7E if exponent >= 15 else exponent << 3 | fraction


def _nearest(weights: list[float], scale: float) -> list[int]:
    """The number of the nearest of the sixteen values; the first of several as near."""
    points = rounded([value * scale for value in FP4_VALUES])
    steps = []
    for weight in weights:
        errors = rounded([abs(point - weight) for point in points])
        steps.append(errors.index(min(errors)))
    return steps


def _encode_mxfp4(weights: list[float]) -> bytes:
    largest = max(map(abs, weights))
    # log2f rounds, so that a weight just under a power of two far from 1 counts as that power.
    exponent = math.floor(f32(math.log2(largest))) - 2 + 127 & 0xFF if largest else 0
    return bytes([exponent]) + pack_nibbles(_nearest(weights, half_power(exponent)), 16)


def _decode_mxfp4(block: bytes) -> list[float]:
    scale = half_power(block[0])
    return rounded([FP4_VALUES[q] * scale for q in unpack_nibbles(block[1:], 16)])


def _encode_nvfp4(weights: list[float]) -> bytes:
    scales, steps = bytearray(), bytearray()
    for start in range(0, 64, 16):
        part = weights[start : start + 16]
        scale = ue4m3_byte(f32(max(map(abs, part)) / 6.0))
        scales.append(scale)
        steps += pack_nibbles(_nearest(part, ue4m3_value(scale)), 8)
    return bytes(scales + steps)


def _decode_nvfp4(block: bytes) -> list[float]:
    scales = [ue4m3_value(byte) for byte in block[:4]]
    steps = unpack_nibbles(block[4:], 8)
    return rounded([FP4_VALUES[q] * scales[i // 16] for i, q in enumerate(steps)])


register(
    GgmlType(
        __name__,
        39,
        "MXFP4",
        block_size=32,
        fields="""
            e u8 1 exponent of the scale, 128 too large for the doubled values (E8M0)
            qs u8 16 4-bit floats (E2M1): weight j in the low half of byte j, weight j + 16 in the high half
        """,
        formula="2 ** (e - 128) * values[q]",
        family="fp4",
        layout=_layout_mxfp4,
        decode=_decode_mxfp4,
        encode=_encode_mxfp4,
        values=FP4_VALUES,
        ftypes={"MXFP4_MOE": 38},
        seconds=6.2,
    )
)

register(
    GgmlType(
        __name__,
        40,
        "NVFP4",
        block_size=64,
        fields="""
            d u8 4 scales of 16 weights each, unsigned 8-bit floats (UE4M3), halved for the doubled values
            qs u8 32 4-bit floats (E2M1), two weights 8 apart in a byte
        """,
        formula="d * values[q]",
        family="fp4",
        sub_block=16,
        layout=_layout_nvfp4,
        decode=_decode_nvfp4,
        encode=_encode_nvfp4,
        values=FP4_VALUES,
        ftypes={"NVFP4": 39},
        in_llama_quantize=False,
    )
)
