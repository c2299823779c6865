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
    return rmse_and_snr(weights, _differences(weights, values))[0]


def snr(weights: Sequence[float], values: Sequence[float]) -> float:
    """Signal-to-noise ratio in decibel: 10 log10(sum w^2 / sum (w_hat - w)^2).

    Infinite for an exact copy; minus infinity where there is no signal, or a value came back infinite or NaN.
    """
    return rmse_and_snr(weights, _differences(weights, values))[1]


def rmse_and_snr(weights: Sequence[float], errors: Sequence[float]) -> tuple[float, float]:
    """Both measures, where the errors are known already, as `difference` gives them."""
    noise = math.fsum([error**2 for error in errors])
    root = math.sqrt(noise / len(weights))
    if noise == 0:
        return root, math.inf
    signal = math.fsum([w * w for w in weights])
    if signal == 0 or not math.isfinite(noise):
        return root, -math.inf
    return root, 10 * math.log10(signal / noise)


def relative(weight: float, value: float) -> float:
    """Size of the error as a share of the weight; infinite where only the weight is zero."""
    error = abs(difference(weight, value))
    if error == 0:
        return 0.0
    return error / abs(weight) if weight else math.inf


def _differences(weights: Sequence[float], values: Sequence[float]) -> list[float]:
    return [difference(w, v) for w, v in zip(weights, values, strict=True)]
