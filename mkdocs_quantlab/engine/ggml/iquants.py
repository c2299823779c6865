"""The types with codebooks: IQ1, IQ2 and IQ3 (decoding only), IQ4_NL and IQ4_XS.

Encoding IQ1 to IQ3 searches whole codebooks, mostly with an importance matrix; it is left to ggml.

Sources: `ggml-quants.c: dequantize_row_iq*`, `quantize_row_iq4_nl_impl` (with `ntry` 7 and no importance
matrix, as `ggml_quantize_chunk` calls it).
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from operator import mul
from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.ggml.codebooks import (
    IQ1_DELTA,
    IQ4_NL_VALUES,
    grid,
    signs,
)
from mkdocs_quantlab.engine.ggml.float32 import (
    divide,
    f32,
    half_bytes,
    half_value,
    nearest_int,
    rounded,
    total,
)
from mkdocs_quantlab.engine.ggml.legacy import pack_nibbles, unpack_nibbles
from mkdocs_quantlab.engine.ggml.search import NEGLIGIBLE

if TYPE_CHECKING:
    from collections.abc import Callable

# All half-way points are exact in float32, and a weight half-way takes the upper value.
_HALF_WAYS = [(a + b) / 2 for a, b in pairwise(IQ4_NL_VALUES)]


def _signed_vector(scale: float, vector: tuple[int, ...], pattern: int) -> list[float]:
    """Values of a codebook vector; bits of the pattern, the first the lowest, turn the sign."""
    products = rounded([scale * value for value in vector])
    return [-x if pattern >> j & 1 else x for j, x in enumerate(products)]


def _fractional_scale(d: float, level: int, divisor: int) -> float:
    """`d * (0.5 + level) / divisor`, the divisor a power of two."""
    return f32(f32(d * (0.5 + level)) / divisor)


def _decode_iq2_xxs(block: bytes) -> list[float]:
    d = half_value(block[:2])
    book = grid("IQ2_XXS")
    weights: list[float] = []
    for start in range(2, 66, 8):
        word = int.from_bytes(block[start + 4 : start + 8], "little")
        scale = _fractional_scale(d, word >> 28, 4)
        for k in range(4):
            pattern = signs(word >> 7 * k & 127)
            weights += _signed_vector(scale, book[block[start + k]], pattern)
    return weights


def _decode_iq2_xs(block: bytes) -> list[float]:
    d = half_value(block[:2])
    book = grid("IQ2_XS")
    weights: list[float] = []
    for k in range(32):
        word = int.from_bytes(block[2 + 2 * k : 4 + 2 * k], "little")
        scale = _fractional_scale(d, block[66 + k // 4] >> k // 2 % 2 * 4 & 15, 4)
        weights += _signed_vector(scale, book[word & 511], signs(word >> 9))
    return weights


def _decode_iq2_s(block: bytes) -> list[float]:
    d = half_value(block[:2])
    book = grid("IQ2_S")
    weights: list[float] = []
    for k in range(32):
        index = block[2 + k] | (block[66 + k // 4] >> k % 4 * 2 & 3) << 8
        scale = _fractional_scale(d, block[74 + k // 4] >> k // 2 % 2 * 4 & 15, 4)
        weights += _signed_vector(scale, book[index], block[34 + k])
    return weights


def _decode_iq3_xxs(block: bytes) -> list[float]:
    d = half_value(block[:2])
    book = grid("IQ3_XXS")
    weights: list[float] = []
    for k in range(32):
        start = 66 + k // 4 * 4
        word = int.from_bytes(block[start : start + 4], "little")
        scale = _fractional_scale(d, word >> 28, 2)
        vector = book[block[2 + 2 * k]] + book[block[3 + 2 * k]]
        weights += _signed_vector(scale, vector, signs(word >> 7 * (k % 4) & 127))
    return weights


def _decode_iq3_s(block: bytes) -> list[float]:
    d = half_value(block[:2])
    book = grid("IQ3_S")
    weights: list[float] = []
    for k in range(32):
        scale = f32(d * (1 + 2 * (block[106 + k // 8] >> k // 4 % 2 * 4 & 15)))
        high = block[66 + k // 4] >> k % 4 * 2
        vector = book[block[2 + 2 * k] | (high & 1) << 8]
        vector += book[block[3 + 2 * k] | (high >> 1 & 1) << 8]
        weights += _signed_vector(scale, vector, block[74 + k])
    return weights


def _shifted_vector(scale: float, vector: tuple[int, ...], *, down: int) -> list[float]:
    delta = -IQ1_DELTA if down else IQ1_DELTA
    return rounded([scale * (value + delta) for value in vector])


def _decode_iq1_s(block: bytes) -> list[float]:
    d = half_value(block[:2])
    book = grid("IQ1_S")
    weights: list[float] = []
    for k in range(32):
        start = 34 + k // 4 * 2
        word = int.from_bytes(block[start : start + 2], "little")
        scale = f32(d * (2 * (word >> 12 & 7) + 1))
        vector = book[block[2 + k] | (word >> 3 * (k % 4) & 7) << 8]
        weights += _shifted_vector(scale, vector, down=word >> 15)
    return weights


def _decode_iq1_m(block: bytes) -> list[float]:
    words = [int.from_bytes(block[start : start + 2], "little") for start in range(48, 56, 2)]
    # The scale has no field of its own: its four nibbles are on top of the four words of scales.
    d = half_value(sum((word >> 12) << 4 * k for k, word in enumerate(words)).to_bytes(2, "little"))
    book = grid("IQ1_M")
    weights: list[float] = []
    for k in range(32):
        scale = f32(d * (2 * (words[k // 8] >> 3 * (k // 2 % 4) & 7) + 1))
        high = block[32 + k // 2] >> k % 2 * 4
        vector = book[block[k] | (high & 7) << 8]
        weights += _shifted_vector(scale, vector, down=high >> 3 & 1)
    return weights


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


ENCODERS: dict[str, Callable[[list[float]], bytes]] = {
    "IQ4_NL": _encode_iq4_nl,
    "IQ4_XS": _encode_iq4_xs,
}
"""One block of float32 weights to its bytes, by type."""

DECODERS: dict[str, Callable[[bytes], list[float]]] = {
    "IQ2_XXS": _decode_iq2_xxs,
    "IQ2_XS": _decode_iq2_xs,
    "IQ2_S": _decode_iq2_s,
    "IQ3_XXS": _decode_iq3_xxs,
    "IQ3_S": _decode_iq3_s,
    "IQ1_S": _decode_iq1_s,
    "IQ1_M": _decode_iq1_m,
    "IQ4_NL": _decode_iq4_nl,
    "IQ4_XS": _decode_iq4_xs,
}
"""The bytes of one block to its float32 weights, by type."""
