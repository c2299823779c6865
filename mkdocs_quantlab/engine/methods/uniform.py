"""Uniform symmetric quantization: one scale, whole multiples of it.

    scale = max(|w|) / (2^(bits-1) - 1)
    q     = round(w / scale)
    w_hat = q * scale

q runs from -(2^(bits-1) - 1) to 2^(bits-1) - 1. That is 2^bits - 1 values: of the 2^bits patterns that the bits
can hold, the most negative one is never used. ggml's Q4_0 uses all of them, because it divides by -8
(`ggml-quants.c: quantize_row_q4_0_ref`).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


def round_half_away(x: float) -> int:
    """The nearest whole number; halves go away from zero, as C's `roundf`, which ggml uses.

    Python's own `round` sends halves to the even neighbour.
    """
    whole = math.floor(abs(x))
    # The difference is exact, unlike abs(x) + 0.5, which rounds up just below a half.
    if abs(x) - whole >= 0.5:
        whole += 1
    return -whole if x < 0 else whole


def largest_q(bits: int) -> int:
    """The largest stored integer at this bit width: 2^(bits-1) - 1."""
    return (1 << (bits - 1)) - 1


def scale_for(largest: float, bits: int) -> float:
    """The step between neighbouring values, from the largest magnitude among the weights."""
    return largest / largest_q(bits)


def stored(weight: float, scale: float) -> int:
    """The integer that stands for a weight. A scale of zero (all weights zero) stores zero, as ggml does."""
    return round_half_away(weight / scale) if scale else 0


class Quantized(NamedTuple):
    """Weights after quantization.

    Attributes:
        scales: One scale per block.
        q: One stored integer per weight.
        values: One reconstructed weight per weight.
    """

    scales: list[float]
    q: list[int]
    values: list[float]


def quantize(weights: Sequence[float], bits: int, block: int) -> Quantized:
    """Quantizes weights in consecutive blocks of `block`, each with a scale of its own.

    The last block may be shorter.
    """
    scales: list[float] = []
    q: list[int] = []
    values: list[float] = []
    for start in range(0, len(weights), block):
        part = weights[start : start + block]
        scale = scale_for(max(map(abs, part)), bits)
        scales.append(scale)
        for weight in part:
            level = stored(weight, scale)
            q.append(level)
            values.append(level * scale)
    return Quantized(scales, q, values)
