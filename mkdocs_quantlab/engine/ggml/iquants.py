"""The types with codebooks of vectors: IQ1, IQ2 and IQ3, decoding only.

Encoding them searches whole codebooks, mostly with an importance matrix; it is left to ggml.

Sources: `ggml-quants.c: dequantize_row_iq*`.
"""

from __future__ import annotations

from functools import partial

from mkdocs_quantlab.engine.core.float32 import f32, half_value, rounded
from mkdocs_quantlab.engine.ggml.codebooks import IQ1_DELTA, grid, signs
from mkdocs_quantlab.engine.ggml.layout import Bits, stretch, whole_bytes
from mkdocs_quantlab.engine.ggml.types import QK_K, GgmlType, register


def _shared_signs(weight: int, byte: int, low: int) -> list[Bits]:
    """The sign among eight weights that share seven bits: the last has the parity of all."""
    if weight % 8 < 7:
        return stretch("sign", weight, byte, low + weight % 8, width=1)
    return stretch("sign", weight, byte, low, width=7)


def _layout_iq2_xxs(weight: int) -> list[Bits]:
    group, vector = divmod(weight // 8, 4)
    start = 2 + 8 * group
    return [
        Bits("index", weight // 8, start + vector, 0, 8, 0),
        *_shared_signs(weight, start + 4, 7 * vector),
        Bits("sc", group, start + 7, 4, 4, 0),
        *whole_bytes("d", 0, 2),
    ]


def _layout_iq2_xs(weight: int) -> list[Bits]:
    start = 2 + 2 * (weight // 8)
    return [
        *stretch("index", weight // 8, start, 0, width=9),
        *_shared_signs(weight, start, 9),
        Bits("sc", weight // 16, 66 + weight // 32, weight // 16 % 2 * 4, 4, 0),
        *whole_bytes("d", 0, 2),
    ]


def _layout_iq2_s(weight: int) -> list[Bits]:
    vector = weight // 8
    return [
        Bits("index", vector, 2 + vector, 0, 8, 0),
        Bits("index", vector, 66 + weight // 32, vector % 4 * 2, 2, 8),
        Bits("sign", weight, 34 + vector, weight % 8, 1, 0),
        Bits("sc", weight // 16, 74 + weight // 32, weight // 16 % 2 * 4, 4, 0),
        *whole_bytes("d", 0, 2),
    ]


def _layout_iq3_xxs(weight: int) -> list[Bits]:
    group = weight // 32
    return [
        Bits("index", weight // 4, 2 + weight // 4, 0, 8, 0),
        *_shared_signs(weight, 66 + 4 * group, 7 * (weight // 8 % 4)),
        Bits("sc", group, 69 + 4 * group, 4, 4, 0),
        *whole_bytes("d", 0, 2),
    ]


def _layout_iq3_s(weight: int) -> list[Bits]:
    vector = weight // 4
    return [
        Bits("index", vector, 2 + vector, 0, 8, 0),
        Bits("index", vector, 66 + vector // 8, vector % 8, 1, 8),
        Bits("sign", weight, 74 + weight // 8, weight % 8, 1, 0),
        Bits("sc", weight // 32, 106 + weight // 64, weight // 32 % 2 * 4, 4, 0),
        *whole_bytes("d", 0, 2),
    ]


def _layout_iq1_s(weight: int) -> list[Bits]:
    group, vector = divmod(weight // 8, 4)
    start = 34 + 2 * group
    return [
        Bits("index", weight // 8, 2 + weight // 8, 0, 8, 0),
        *stretch("index", weight // 8, start, 3 * vector, width=3, shift=8),
        Bits("delta", group, start + 1, 7, 1, 0),
        Bits("sc", group, start + 1, 4, 3, 0),
        *whole_bytes("d", 0, 2),
    ]


def _layout_iq1_m(weight: int) -> list[Bits]:
    vector = weight // 8
    high = vector % 2 * 4
    return [
        Bits("index", vector, vector, 0, 8, 0),
        Bits("index", vector, 32 + vector // 2, high, 3, 8),
        Bits("delta", vector, 32 + vector // 2, high + 3, 1, 0),
        *stretch("sc", weight // 16, 48 + 2 * (weight // 64), 3 * (weight // 16 % 4), width=3),
        *(Bits("d", 0, 49 + 2 * k, 4, 4, 4 * k) for k in range(4)),
    ]


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


register(
    GgmlType(
        __name__,
        16,
        "IQ2_XXS",
        block_size=QK_K,
        fields="""
            d f16 1 scale of the scales
            qs u16 32 per 32 weights four 8-bit indices, then four 7-bit sign patterns and a 4-bit scale
        """,
        formula="d * (0.5 + sc) / 4 * grid[index][j] * sign",
        family="codebook",
        sub_block=32,
        layout=_layout_iq2_xxs,
        decode=_decode_iq2_xxs,
        grid=partial(grid, "IQ2_XXS"),
        imatrix_required=True,
        ftypes={"IQ2_XXS": 19},
        fallback="IQ4_NL",
    )
)

register(
    GgmlType(
        __name__,
        17,
        "IQ2_XS",
        block_size=QK_K,
        fields="""
            d f16 1 scale of the scales
            qs u16 32 per 8 weights a 9-bit index and a 7-bit sign pattern
            scales u8 8 4-bit scales of 16 weights each
        """,
        formula="d * (0.5 + sc) / 4 * grid[index][j] * sign",
        family="codebook",
        sub_block=16,
        layout=_layout_iq2_xs,
        decode=_decode_iq2_xs,
        grid=partial(grid, "IQ2_XS"),
        imatrix_required=True,
        ftypes={"IQ2_S": 28, "IQ2_XS": 20},
        fallback="IQ4_NL",
    )
)

register(
    GgmlType(
        __name__,
        18,
        "IQ3_XXS",
        block_size=QK_K,
        fields="""
            d f16 1 scale of the scales
            qs u8 96 64 8-bit indices, then per 32 weights four 7-bit sign patterns and a 4-bit scale
        """,
        formula="d * (0.5 + sc) / 2 * grid[index][j] * sign",
        family="codebook",
        sub_block=32,
        layout=_layout_iq3_xxs,
        decode=_decode_iq3_xxs,
        grid=partial(grid, "IQ3_XXS"),
        ftypes={"IQ3_XXS": 23},
        fallback="IQ4_NL",
    )
)

register(
    GgmlType(
        __name__,
        19,
        "IQ1_S",
        block_size=QK_K,
        fields="""
            d f16 1 scale of the scales
            qs u8 32 low 8 bits of the indices
            qh u16 8 per 32 weights four times 3 high bits of an index, a 3-bit scale and the shift's direction
        """,
        formula="d * (2 * sc + 1) * (grid[index][j] + delta)",
        family="codebook",
        sub_block=32,
        layout=_layout_iq1_s,
        decode=_decode_iq1_s,
        grid=partial(grid, "IQ1_S"),
        imatrix_required=True,
        ftypes={"IQ1_S": 24},
        fallback="IQ4_NL",
    )
)

register(
    GgmlType(
        __name__,
        21,
        "IQ3_S",
        block_size=QK_K,
        fields="""
            d f16 1 scale of the scales
            qs u8 64 low 8 bits of the indices
            qh u8 8 ninth bits of the indices
            signs u8 32 one bit a weight
            scales u8 4 4-bit scales of 32 weights each
        """,
        formula="d * (1 + 2 * sc) * grid[index][j] * sign",
        family="codebook",
        sub_block=32,
        layout=_layout_iq3_s,
        decode=_decode_iq3_s,
        grid=partial(grid, "IQ3_S"),
        ftypes={"IQ3_M": 27, "IQ3_S": 26, "IQ3_XS": 22},
        fallback="IQ4_NL",
    )
)

register(
    GgmlType(
        __name__,
        22,
        "IQ2_S",
        block_size=QK_K,
        fields="""
            d f16 1 scale of the scales
            qs u8 64 32 times the low 8 bits of an index, then 32 bytes of signs, one bit a weight
            qh u8 8 high 2 bits of the indices
            scales u8 8 4-bit scales of 16 weights each
        """,
        formula="d * (0.5 + sc) / 4 * grid[index][j] * sign",
        family="codebook",
        sub_block=16,
        layout=_layout_iq2_s,
        decode=_decode_iq2_s,
        grid=partial(grid, "IQ2_S"),
        ftypes={"IQ2_M": 29},
        fallback="IQ4_NL",
    )
)

register(
    GgmlType(
        __name__,
        29,
        "IQ1_M",
        block_size=QK_K,
        fields="""
            qs u8 32 low 8 bits of the indices
            qh u8 16 per index its 3 high bits and the shift's direction
            scales u8 8 3-bit scales of 16 weights each; d, a float16, in the top 4 bits of each pair of bytes
        """,
        formula="d * (2 * sc + 1) * (grid[index][j] + delta)",
        family="codebook",
        sub_block=16,
        layout=_layout_iq1_m,
        decode=_decode_iq1_m,
        grid=partial(grid, "IQ1_M"),
        ftypes={"IQ1_M": 31},
        fallback="IQ4_NL",
    )
)
