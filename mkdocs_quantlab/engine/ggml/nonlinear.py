"""The types with sixteen unevenly spaced steps: IQ4_NL and IQ4_XS.

Sources: `ggml-quants.c: dequantize_row_iq4_nl, dequantize_row_iq4_xs`, `quantize_row_iq4_nl_impl` (with `ntry` 7 and no importance
matrix, as `ggml_quantize_chunk` calls it).
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from operator import mul

from mkdocs_quantlab.engine.core.float32 import (
    divide,
    f32,
    half_bytes,
    half_value,
    nearest_int,
    rounded,
    total,
)
from mkdocs_quantlab.engine.ggml.codebooks import IQ4_NL_VALUES
from mkdocs_quantlab.engine.ggml.layout import Bits, nibble, whole_bytes
from mkdocs_quantlab.engine.ggml.packing import pack_nibbles, unpack_nibbles
from mkdocs_quantlab.engine.ggml.search import NEGLIGIBLE
from mkdocs_quantlab.engine.ggml.types import QK_K, GgmlType, register

# All half-way points are exact in float32, and a weight half-way takes the upper value.
_HALF_WAYS = [(a + b) / 2 for a, b in pairwise(IQ4_NL_VALUES)]


def _layout_iq4_nl(weight: int) -> list[Bits]:
    return [nibble(weight, 2, 16), *whole_bytes("d", 0, 2)]


def _layout_iq4_xs(weight: int) -> list[Bits]:
    sub = weight // 32
    return [
        nibble(weight, 8, 16),
        Bits("sc", sub, 4 + sub // 2, sub % 2 * 4, 4, 0),
        Bits("sc", sub, 2 + sub // 4, sub % 4 * 2, 2, 4),
        *whole_bytes("d", 0, 2),
    ]


def _nearest_values(weights: list[float], inverse: float) -> list[int]:
    """The number of the step nearest each scaled weight (`best_index_int8`)."""
    return [bisect_right(_HALF_WAYS, x) for x in rounded([x * inverse for x in weights])]


def _nonlinear_scale(weights: list[float]) -> float:
    """The best of sixteen scales for the steps of IQ4_NL; the importance of a weight is its square."""
    peak = max(weights, key=abs)
    if abs(peak) < NEGLIGIBLE:
        return 0.0
    importance = rounded([x * x for x in weights])
    inverses = [divide(1.0, f32(peak / 127.0))]
    inverses += [divide(trial + IQ4_NL_VALUES[0], peak) for trial in range(-7, 8)]
    scale = best = 0.0
    for number, inverse in enumerate(inverses):
        points = [float(IQ4_NL_VALUES[q]) for q in _nearest_values(weights, inverse)]
        weighted = rounded(map(mul, importance, points))
        sum_qx = total(rounded(map(mul, weighted, weights)))
        sum_q2 = total(rounded(map(mul, weighted, points)))
        if number == 0:
            scale = divide(sum_qx, sum_q2) if sum_q2 > 0.0 else 0.0
            best = f32(scale * sum_qx)
        elif sum_q2 > 0.0 and f32(sum_qx * sum_qx) > f32(best * sum_q2):
            scale = divide(sum_qx, sum_q2)
            best = f32(scale * sum_qx)
    return scale


def _encode_iq4_nl(weights: list[float]) -> bytes:
    scale = _nonlinear_scale(weights)
    inverse = divide(1.0, scale) if scale else 0.0
    return half_bytes(scale) + pack_nibbles(_nearest_values(weights, inverse), 16)


def _encode_iq4_xs(weights: list[float]) -> bytes:
    parts = [weights[start : start + 32] for start in range(0, 256, 32)]
    scales = [_nonlinear_scale(part) for part in parts]
    largest = 0.0
    for scale in scales:
        if abs(scale) > abs(largest):
            largest = scale
    d = f32(-largest / 32.0)
    inverse = divide(1.0, d) if d else 0.0
    high = 0
    low = bytearray(4)
    packed = bytearray()
    for k, (part, scale) in enumerate(zip(parts, scales, strict=True)):
        level = max(-32, min(31, nearest_int(f32(inverse * scale))))
        # The steps are chosen under d before it is rounded to float16.
        step = f32(d * level)
        steps = _nearest_values(part, divide(1.0, step) if step else 0.0)
        packed += pack_nibbles(steps, 16)
        low[k // 2] |= (level + 32 & 15) << k % 2 * 4
        high |= (level + 32 >> 4) << 2 * k
    return half_bytes(d) + high.to_bytes(2, "little") + bytes(low + packed)


def _decode_iq4_nl(block: bytes) -> list[float]:
    d = half_value(block[:2])
    return rounded([d * IQ4_NL_VALUES[q] for q in unpack_nibbles(block[2:], 16)])


def _decode_iq4_xs(block: bytes) -> list[float]:
    d = half_value(block[:2])
    high = int.from_bytes(block[2:4], "little")
    levels = [block[4 + k // 2] >> k % 2 * 4 & 15 | (high >> 2 * k & 3) << 4 for k in range(8)]
    scales = rounded([d * (level - 32) for level in levels])
    steps = unpack_nibbles(block[8:], 16)
    return rounded([scales[i // 32] * IQ4_NL_VALUES[q] for i, q in enumerate(steps)])


register(
    GgmlType(
        __name__,
        20,
        "IQ4_NL",
        block_size=32,
        fields="""
            d f16 1 scale
            qs u8 16 4-bit numbers of steps: weight j in the low half of byte j, weight j + 16 in the high half
        """,
        formula="d * values[q]",
        family="legacy",
        layout=_layout_iq4_nl,
        decode=_decode_iq4_nl,
        encode=_encode_iq4_nl,
        values=IQ4_NL_VALUES,
        ftypes={"IQ4_NL": 25},
        seconds=24,
    )
)

register(
    GgmlType(
        __name__,
        23,
        "IQ4_XS",
        block_size=QK_K,
        fields="""
            d f16 1 scale of the scales
            scales_h u16 1 high 2 bits of the scales
            scales_l u8 4 low 4 bits of the scales
            qs u8 128 4-bit numbers of steps, two weights 16 apart in a byte
        """,
        formula="d * (sc - 32) * values[q]",
        family="kquant",
        sub_block=32,
        layout=_layout_iq4_xs,
        decode=_decode_iq4_xs,
        encode=_encode_iq4_xs,
        values=IQ4_NL_VALUES,
        ftypes={"IQ4_XS": 30},
        fallback="IQ4_NL",
        seconds=24,
    )
)
