"""A network small enough to train in a page: quantized after training, and trained with its rounding.

Two inputs, one hidden layer of ReLU units, one output whose sign is the class. Training is gradient descent with Adam on
the squared hinge loss; everything is addition, multiplication, division and square root, which every platform rounds alike,
so that a page trains the very same network.

Quantization-aware training computes its forward pass with rounded weights and passes the gradient on to the unrounded
ones as if there were no rounding: the straight-through estimator (Bengio et al. 2013, arXiv 1308.3432; Jacob et al.
2018, arXiv 1712.05877, section 3).
"""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from mkdocs_quantlab.engine.methods.uniform import quantize, round_half_away

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HIDDEN = 10
"""Units in the network's hidden layer."""
RATE = 0.02
"""Adam's step size; its other constants are those of Kingma and Ba 2014, arXiv 1412.6980."""


class Point(NamedTuple):
    """A point and its class, 1 or -1."""

    x: float
    y: float
    label: int


def moons(count: int, noise: float, seed: int) -> list[Point]:
    """Two half circles that reach into each other, `count` points in all."""
    rng = random.Random(seed)
    points = []
    for i in range(count):
        label = 1 if i % 2 else -1
        angle = math.pi * rng.random()
        x, y = math.cos(angle), math.sin(angle)
        x, y = (x - 0.5, y - 0.25) if label > 0 else (0.5 - x, 0.25 - y)
        # Few decimals: platforms whose cos differs in the last bit agree.
        points.append(
            Point(
                round(x + noise * rng.gauss(0, 1), 4), round(y + noise * rng.gauss(0, 1), 4), label
            )
        )
    return points


Rounding: TypeAlias = "Callable[[Sequence[float]], list[float]]"
"""A function from a layer's weights to the values that are read back in their place."""


class Network:
    """The weights, all in one list: x and y weights of each hidden unit, output weights, biases.

    Args:
        weights: `3 HIDDEN` weights, which are quantized, then `HIDDEN + 1` biases, which are not.
    """

    def __init__(self, weights: Sequence[float]) -> None:
        self.weights = list(weights)

    @classmethod
    def random(cls, seed: int) -> Network:
        """A network to begin with."""
        rng = random.Random(seed)
        first = [round(rng.uniform(-1.2, 1.2), 4) for _ in range(2 * HIDDEN)]
        second = [round(rng.uniform(-0.6, 0.6), 4) for _ in range(HIDDEN)]
        biases = [round(rng.uniform(-0.5, 0.5), 4) for _ in range(HIDDEN)]
        return cls([*first, *second, *biases, 0.0])

    def rounded(self, rounding: Rounding) -> Network:
        """The network with each layer's weights rounded, biases as they are."""
        w = self.weights
        return Network(
            [*rounding(w[: 2 * HIDDEN]), *rounding(w[2 * HIDDEN : 3 * HIDDEN]), *w[3 * HIDDEN :]]
        )

    def output(self, x: float, y: float) -> float:
        """What the network says of a point; its sign is the class."""
        w = self.weights
        total = w[-1]
        for i in range(HIDDEN):
            unit = w[2 * i] * x + w[2 * i + 1] * y + w[3 * HIDDEN + i]
            if unit > 0:
                total += w[2 * HIDDEN + i] * unit
        return total

    def accuracy(self, points: Sequence[Point]) -> float:
        """The share of points whose class it says."""
        right = sum((self.output(x, y) > 0) == (label > 0) for x, y, label in points)
        return right / len(points)

    def gradient(self, points: Sequence[Point]) -> tuple[float, list[float]]:
        """The loss on the points, and its derivative by each weight."""
        w = self.weights
        slope = [0.0] * len(w)
        loss = 0.0
        for x, y, label in points:
            units = []
            total = w[-1]
            for i in range(HIDDEN):
                unit = w[2 * i] * x + w[2 * i + 1] * y + w[3 * HIDDEN + i]
                units.append(unit)
                if unit > 0:
                    total += w[2 * HIDDEN + i] * unit
            short = 1 - label * total
            if short <= 0:
                continue
            loss += short * short
            pull = -2 * label * short
            slope[-1] += pull
            for i, unit in enumerate(units):
                if unit > 0:
                    slope[2 * HIDDEN + i] += pull * unit
                    back = pull * w[2 * HIDDEN + i]
                    slope[2 * i] += back * x
                    slope[2 * i + 1] += back * y
                    slope[3 * HIDDEN + i] += back
        n = len(points)
        return loss / n, [s / n for s in slope]


class Trained(NamedTuple):
    """A network and the loss before each of its steps."""

    network: Network
    losses: list[float]


def train(
    network: Network, points: Sequence[Point], steps: int, rounding: Rounding | None = None
) -> Trained:
    """Trains with Adam on all points at once.

    Args:
        network: Where to begin; it is left as it is.
        points: What to learn.
        steps: How many steps.
        rounding: What the forward pass does to each layer's weights; none for plain training.
    """
    weights = list(network.weights)
    first, second = [0.0] * len(weights), [0.0] * len(weights)
    losses = []
    decay1, decay2 = 1.0, 1.0
    for _ in range(steps):
        now = Network(weights)
        loss, slope = (now.rounded(rounding) if rounding else now).gradient(points)
        losses.append(loss)
        decay1 *= 0.9
        decay2 *= 0.999
        for i, s in enumerate(slope):
            first[i] = 0.9 * first[i] + 0.1 * s
            second[i] = 0.999 * second[i] + 0.001 * s * s
            size = math.sqrt(second[i] / (1 - decay2)) + 1e-8
            weights[i] -= RATE * (first[i] / (1 - decay1)) / size
    return Trained(Network(weights), losses)


def symmetric(bits: int) -> Rounding:
    """Whole multiples of one scale per layer, as in `methods.uniform`."""
    return lambda weights: quantize(weights, bits, len(weights)).values


def extreme(bits: int) -> Rounding:
    """The rule of ggml's Q4_0, at any width: the weight of the largest magnitude is stored as -2^(bits-1).

    Source: `ggml-quants.c: quantize_row_q4_0_ref`, without its blocks of 32 and its float16 scale.
    """

    def rounding(weights: Sequence[float]) -> list[float]:
        bottom = -(1 << (bits - 1))
        scale = max(weights, key=abs) / bottom
        if not scale:
            return [0.0 for _ in weights]
        return [min(max(round_half_away(w / scale), bottom), -bottom - 1) * scale for w in weights]

    return rounding
