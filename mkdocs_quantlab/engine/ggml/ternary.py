"""The types of two to four steps: TQ1_0 and TQ2_0, for models trained with weights of -1, 0 and 1, and Q1_0 and Q2_0.

Sources: `ggml-quants.c: quantize_row_tq1_0_ref, quantize_row_tq2_0_ref, quantize_row_q1_0_ref, quantize_row_q2_0_ref` and their
inverses.
"""

from __future__ import annotations

from mkdocs_quantlab.engine.core.float32 import (
    divide,
    f32,
    half_bytes,
    half_value,
    rounded,
    roundf,
    total,
    truncated_int,
)
from mkdocs_quantlab.engine.ggml.layout import Bits, crumb, whole_bytes
from mkdocs_quantlab.engine.ggml.legacy import largest
from mkdocs_quantlab.engine.ggml.packing import bit_list, pack_bits, pack_crumbs, unpack_crumbs
from mkdocs_quantlab.engine.ggml.types import QK_K, GgmlType, register

# First weight, bytes, digits a byte: the digits of one byte are of weights as many apart as there are bytes.
_RUNS = ((0, 32, 5), (160, 16, 5), (240, 4, 4))


def _layout_tq1_0(weight: int) -> list[Bits]:
    if weight < 160:
        digit, byte = divmod(weight, 32)
    elif weight < 240:
        digit, byte = divmod(weight - 160, 16)
        byte += 32
    else:
        digit, byte = divmod(weight - 240, 4)
        byte += 48
    return [Bits("trits", byte, byte, 0, 8, digit), *whole_bytes("d", 52, 2)]


def _layout_tq2_0(weight: int) -> list[Bits]:
    return [crumb(weight, 0), *whole_bytes("d", 64, 2)]


def _layout_q1_0(weight: int) -> list[Bits]:
    return [Bits("q", weight, 2 + weight // 8, weight % 8, 1, 0), *whole_bytes("d", 0, 2)]


def _layout_q2_0(weight: int) -> list[Bits]:
    return [Bits("q", weight, 2 + weight // 4, weight % 4 * 2, 2, 0), *whole_bytes("d", 0, 2)]


def _steps(weights: list[float]) -> tuple[float, list[int]]:
    """Scale and steps 0, 1, 2."""
    scale = max(map(abs, weights))
    inverse = divide(1.0, scale) if scale else 0.0
    scaled = rounded([x * inverse for x in weights])
    # C's lroundf gives the most negative long for what does not fit; all that is kept of it is zeros.
    return scale, [int(roundf(x)) + 1 if abs(x) < 2.0 else 1 for x in scaled]


def _encode_tq1_0(weights: list[float]) -> bytes:
    scale, steps = _steps(weights)
    packed = bytearray()
    for first, size, digits in _RUNS:
        for byte in range(first, first + size):
            number = 0
            for step in steps[byte : byte + size * digits : size]:
                number = number * 3 + step
            number *= 3 ** (5 - digits)
            # As a fraction of 243 in 256ths, rounded up: then digits come out by multiplying, without division.
            packed.append((number * 256 + 242) // 243)
    return bytes(packed) + half_bytes(scale)


def _decode_tq1_0(block: bytes) -> list[float]:
    scale = half_value(block[52:])
    steps = []
    start = 0
    for _, size, digits in _RUNS:
        data = block[start : start + size]
        start += size
        for digit in range(digits):
            steps += [((byte * 3**digit & 0xFF) * 3 >> 8) - 1 for byte in data]
    return rounded([scale * step for step in steps])


def _encode_tq2_0(weights: list[float]) -> bytes:
    scale, steps = _steps(weights)
    return pack_crumbs(steps) + half_bytes(scale)


def _decode_tq2_0(block: bytes) -> list[float]:
    scale = half_value(block[64:])
    return rounded([scale * (step - 1) for step in unpack_crumbs(block[:64])])


def _encode_q1_0(weights: list[float]) -> bytes:
    scale = f32(total(map(abs, weights)) / 128)
    return half_bytes(scale) + pack_bits([1 if x >= 0.0 else 0 for x in weights])


def _decode_q1_0(block: bytes) -> list[float]:
    scale = half_value(block[:2])
    return [scale if bit else -scale for bit in bit_list(block[2:])]


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


def _decode_q2_0(block: bytes) -> list[float]:
    steps = [(byte >> shift & 3) - 1 for byte in block[2:] for shift in (0, 2, 4, 6)]
    return rounded([half_value(block[:2]) * step for step in steps])


register(
    GgmlType(
        __name__,
        34,
        "TQ1_0",
        block_size=QK_K,
        fields="""
            qs u8 48 five base-3 digits a byte
            qh u8 4 four base-3 digits a byte
            d f16 1 scale
        """,
        formula="d * (trit - 1)",
        family="ternary",
        layout=_layout_tq1_0,
        decode=_decode_tq1_0,
        encode=_encode_tq1_0,
        ftypes={"TQ1_0": 36},
        fallback="Q4_0",
        seconds=1.8,
    )
)

register(
    GgmlType(
        __name__,
        35,
        "TQ2_0",
        block_size=QK_K,
        fields="""
            qs u8 64 2-bit steps, four weights 32 apart in a byte
            d f16 1 scale
        """,
        formula="d * (q - 1)",
        family="ternary",
        layout=_layout_tq2_0,
        decode=_decode_tq2_0,
        encode=_encode_tq2_0,
        ftypes={"TQ2_0": 37},
        fallback="Q4_0",
        seconds=1.6,
    )
)

register(
    GgmlType(
        __name__,
        41,
        "Q1_0",
        block_size=128,
        fields="""
            d f16 1 scale
            qs u8 16 one bit a weight, set where it is not negative
        """,
        formula="d * (2 * q - 1)",
        family="ternary",
        layout=_layout_q1_0,
        decode=_decode_q1_0,
        encode=_encode_q1_0,
        ftypes={"Q1_0": 40},
        in_llama_quantize=False,
    )
)

register(
    GgmlType(
        __name__,
        42,
        "Q2_0",
        block_size=64,
        fields="""
            d f16 1 scale
            qs u8 16 2-bit steps, four neighbours in a byte
        """,
        formula="d * (q - 1)",
        family="ternary",
        layout=_layout_q2_0,
        decode=_decode_q2_0,
        encode=_encode_q2_0,
        ftypes={"Q2_0": 41},
        in_llama_quantize=False,
    )
)
