"""Sets of values that are not evenly spaced: NF4, small floats, and codebooks made for the weights."""

from __future__ import annotations

import math
from bisect import bisect_left
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def nearest(codes: Sequence[float], x: float) -> int:
    """Which of ascending `codes` is nearest to `x`; halfway between two, the one at an even distance from the middle.

    Where the codes are those of a small float, with zero in the middle, that is IEEE's rule, ties to even.
    """
    above = bisect_left(codes, x)
    if above == 0:
        return 0
    if above == len(codes):
        return above - 1
    below = above - 1
    up, down = codes[above] - x, x - codes[below]
    if up == down:
        return below if (below - len(codes) // 2) % 2 == 0 else above
    return above if up < down else below


def _normal_quantile(p: float) -> float:
    """The x below which a share p of a standard normal distribution lies, by Newton's method."""
    x = 0.0
    for _ in range(50):
        density = math.exp(-x * x / 2) / math.sqrt(2 * math.pi)
        step = (0.5 * math.erfc(-x / math.sqrt(2)) - p) / density
        x -= step
        if abs(step) < 1e-14:
            break
    return x


OUTER = 0.9677083
"""The outermost quantile of NF4: halfway between those that 15 and 16 values would have."""


@cache
def nf4() -> tuple[float, ...]:
    """The 16 values of NormalFloat4, ascending, from -1 to 1.

    Quantiles of the normal distribution: 8 positive ones, zero, 7 negative ones, divided by the largest. Source: Dettmers
    et al. 2023, arXiv 2305.14314, and `create_normal_map` of bitsandbytes' functional.py.
    """
    positive = [_normal_quantile(OUTER + (0.5 - OUTER) * i / 8) for i in range(8)]
    negative = [-_normal_quantile(OUTER + (0.5 - OUTER) * i / 7) for i in range(7)]
    largest = positive[0]
    return tuple(x / largest for x in sorted([*negative, 0.0, *positive]))


@cache
def small_float(exponent: int, fraction: int, left_out: int) -> tuple[float, ...]:
    """The values of a small float format, ascending; both zeros are one.

    Args:
        exponent: Bits of the exponent, whose bias is 2^(exponent - 1) - 1.
        fraction: Bits of the fraction.
        left_out: How many of the largest patterns stand for infinity or NaN. Source: OCP 8-bit Floating Point
            Specification 1.0: 1 for E4M3, 4 for E5M2; OCP Microscaling Formats 1.0: 0 for E2M1.
    """
    bias = (1 << (exponent - 1)) - 1
    positive = []
    for pattern in range((1 << (exponent + fraction)) - left_out):
        field, rest = divmod(pattern, 1 << fraction)
        if field:
            positive.append(math.ldexp((1 << fraction) + rest, field - bias - fraction))
        else:
            positive.append(math.ldexp(rest, 1 - bias - fraction))
    return tuple([-x for x in reversed(positive[1:])] + positive)


def k_means(weights: Sequence[float], count: int) -> tuple[float, ...]:
    """At most `count` values for these very weights, by Lloyd's algorithm from evenly spread quantiles.

    The clustering that the K of ggml's K-quants is often said to stand for, and does not.
    """
    ordered = sorted(weights)
    if len(set(ordered)) <= count:
        return tuple(sorted(set(ordered)))
    centres = sorted({ordered[int((i + 0.5) * len(ordered) / count)] for i in range(count)})
    for _ in range(100):
        members: list[list[float]] = [[] for _ in centres]
        for weight in ordered:
            members[nearest(centres, weight)].append(weight)
        moved = [math.fsum(m) / len(m) if m else c for m, c in zip(members, centres, strict=True)]
        if moved == centres:
            break
        centres = moved
    return tuple(centres)
