"""How well weights can be stored at all: Shannon's rate-distortion limit, in decibel.

Sources: Shannon 1959, "Coding theorems for a discrete source with a fidelity criterion"; Cover and Thomas, "Elements of
Information Theory", 2nd edition, theorem 10.3.2 (the Gaussian source) and exercise 10.8 (the bounds for others).
"""

from __future__ import annotations

import math

DECIBEL_PER_BIT = 20 * math.log10(2)
"""What each further bit is worth at best: half the error, 6.02 dB."""


def gaussian_limit(bits_per_weight: float) -> float:
    """The highest signal-to-noise ratio of independent Gaussian weights, in dB, whatever the code."""
    return DECIBEL_PER_BIT * bits_per_weight


def headroom(distribution: str) -> float:
    """How far at most the limit of other weights lies above that of Gaussian ones of the same variance, in dB.

    No weights are harder to store than Gaussian ones. How much easier they may be is bounded by their entropy
    h (in nats): the distance is at most 10 log10(2 pi e variance / exp(2 h)).

    Args:
        distribution: `gaussian`, `laplace`, or `student-t4` for four degrees of freedom.

    Raises:
        KeyError: It is none of them.
    """
    variance, entropy = {
        "gaussian": (1.0, 0.5 * math.log(2 * math.pi * math.e)),
        "laplace": (2.0, math.log(2 * math.e)),
        # 5/2 (digamma(5/2) - digamma(2)) + log(2 B(2, 1/2))
        "student-t4": (2.0, 2.5 * (5 / 3 - 2 * math.log(2)) + math.log(8 / 3)),
    }[distribution]
    return 10 * math.log10(2 * math.pi * math.e * variance) - 20 * entropy / math.log(10)
