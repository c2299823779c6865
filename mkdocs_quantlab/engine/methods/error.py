"""How far reconstructed weights are from the original ones."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def difference(weight: float, value: float) -> float:
    """Reconstructed minus original.

    What is left below four units in the last place is the rounding of `q * scale` in double precision, not an error
    of the quantization, and counts as zero.
    """
    error = value - weight
    return 0.0 if abs(error) <= 4 * math.ulp(weight) else error


def rmse(weights: Sequence[float], values: Sequence[float]) -> float:
    """Root of the mean squared error, in the weights' own unit."""
    return math.sqrt(_noise(weights, values) / len(weights))


def snr(weights: Sequence[float], values: Sequence[float]) -> float:
    """Signal-to-noise ratio in decibel: 10 log10(sum w^2 / sum (w_hat - w)^2).

    Infinite for an exact copy; minus infinity where there is no signal, or a value came back infinite or NaN.
    """
    noise = _noise(weights, values)
    signal = math.fsum(w * w for w in weights)
    if noise == 0:
        return math.inf
    if signal == 0 or not math.isfinite(noise):
        return -math.inf
    return 10 * math.log10(signal / noise)


def relative(weight: float, value: float) -> float:
    """Size of the error as a share of the weight; infinite where only the weight is zero."""
    error = abs(difference(weight, value))
    if error == 0:
        return 0.0
    return error / abs(weight) if weight else math.inf


def _noise(weights: Sequence[float], values: Sequence[float]) -> float:
    return math.fsum(difference(w, v) ** 2 for w, v in zip(weights, values, strict=True))
