"""The types for models trained with weights of -1, 0 and 1: TQ1_0 and TQ2_0.

Sources: `ggml-quants.c: quantize_row_tq1_0_ref, quantize_row_tq2_0_ref` and their inverses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.ggml.float32 import (
    divide,
    half_bytes,
    half_value,
    rounded,
    roundf,
)

if TYPE_CHECKING:
    from collections.abc import Callable

# First weight, bytes, digits a byte: the digits of one byte are of weights as many apart as there are bytes.
_RUNS = ((0, 32, 5), (160, 16, 5), (240, 4, 4))


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
    packed = bytearray()
    for start in (0, 128):
        a, b, c, d = (steps[k : k + 32] for k in range(start, start + 128, 32))
        packed += bytes(
            [p | q << 2 | r << 4 | s << 6 for p, q, r, s in zip(a, b, c, d, strict=True)]
        )
    return bytes(packed) + half_bytes(scale)


def _decode_tq2_0(block: bytes) -> list[float]:
    scale = half_value(block[64:])
    steps: list[int] = []
    for start in (0, 32):
        for shift in (0, 2, 4, 6):
            steps += [(byte >> shift & 3) - 1 for byte in block[start : start + 32]]
    return rounded([scale * step for step in steps])


ENCODERS: dict[str, Callable[[list[float]], bytes]] = {
    "TQ1_0": _encode_tq1_0,
    "TQ2_0": _encode_tq2_0,
}
"""One block of float32 weights to its bytes, by type."""

DECODERS: dict[str, Callable[[bytes], list[float]]] = {
    "TQ1_0": _decode_tq1_0,
    "TQ2_0": _decode_tq2_0,
}
"""The bytes of one block to its float32 weights, by type."""
