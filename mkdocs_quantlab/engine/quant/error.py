"""How far reconstructed weights are from the original ones."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def rmse(weights: Sequence[float], values: Sequence[float]) -> float:
    """Root of the mean squared error, in the weights' own unit."""
    squares = math.fsum((v - w) ** 2 for w, v in zip(weights, values, strict=True))
    return math.sqrt(squares / len(weights))


def snr(weights: Sequence[float], values: Sequence[float]) -> float:
    """Signal-to-noise ratio in decibel: 10 log10(sum w^2 / sum (w_hat - w)^2); infinite for an exact copy."""
    noise = math.fsum((v - w) ** 2 for w, v in zip(weights, values, strict=True))
    signal = math.fsum(w * w for w in weights)
    if noise == 0:
        return math.inf
    return 10 * math.log10(signal / noise) if signal else -math.inf


def relative(weight: float, value: float) -> float:
    """Size of the error as a share of the weight; infinite where only the weight is zero."""
    if weight == value:
        return 0.0
    return abs(value - weight) / abs(weight) if weight else math.inf
