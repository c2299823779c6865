"""Weights to try things on: made from a seed, so that a page built twice shows the same ones."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

TOY = (
    *(0.91, -0.72, 0.64, -0.58),
    *(0.41, -0.33, 0.28, -0.19),
    *(0.15, -0.11, 0.09, -0.06),
    *(0.04, -0.03, 0.02, -0.01),
)
"""Sixteen weights of falling size and alternating sign, as small weights far outnumber large ones in a real layer."""

SPREAD = 0.25
"""Standard deviation of the drawn weights."""

Draw = Callable[[random.Random], float]


def _gaussian(rng: random.Random) -> float:
    return rng.gauss(0, SPREAD)


def _laplace(rng: random.Random) -> float:
    # The inverse of the distribution function; scale b has the standard deviation sqrt(2) b.
    u = rng.random() - 0.5
    return math.copysign(SPREAD / math.sqrt(2), u) * -math.log1p(-2 * abs(u))


def _draw(one: Draw, count: int, seed: int) -> list[float]:
    rng = random.Random(seed)
    # Four decimals: so the reader can type them, and platforms whose log differs in the last bit agree.
    return [round(one(rng), 4) for _ in range(count)]


def gaussian(count: int, seed: int) -> list[float]:
    """Normal weights."""
    return _draw(_gaussian, count, seed)


def laplace(count: int, seed: int) -> list[float]:
    """Laplace weights: more near zero and more far out than normal ones of the same spread."""
    return _draw(_laplace, count, seed)


def outlier(count: int, seed: int) -> list[float]:
    """Normal weights, one of them replaced by a weight twenty standard deviations out."""
    weights = gaussian(count, seed)
    weights[random.Random(seed + 1).randrange(count)] = 20 * SPREAD
    return weights
