"""The tiny network: its gradient, its training, and what rounding does to it."""

from __future__ import annotations

import numpy as np
import pytest

from mkdocs_quantlab.engine.methods.training import (
    HIDDEN,
    Network,
    extreme,
    moons,
    symmetric,
    train,
)
from mkdocs_quantlab.engine.widgets.quantization_qat.widget import Options, _comparison

POINTS = moons(60, 0.12, 3)


def numpy_loss(weights):
    """The network as matrices."""
    w = np.asarray(weights)
    first, second = w[: 2 * HIDDEN].reshape(HIDDEN, 2), w[2 * HIDDEN : 3 * HIDDEN]
    x = np.array([(p.x, p.y) for p in POINTS])
    out = np.maximum(x @ first.T + w[3 * HIDDEN : 4 * HIDDEN], 0) @ second + w[-1]
    return np.mean(np.maximum(1 - np.array([p.label for p in POINTS]) * out, 0) ** 2)


def test_loss_and_gradient_against_numpy():
    weights = Network.random(5).weights
    loss, slope = Network(weights).gradient(POINTS)
    assert loss == pytest.approx(numpy_loss(weights))
    for i in range(len(weights)):
        nudged = np.tile(weights, (2, 1))
        nudged[:, i] += (-1e-6, 1e-6)
        low, high = map(numpy_loss, nudged)
        assert slope[i] == pytest.approx((high - low) / 2e-6, abs=1e-4)


def test_training_learns_and_leaves_its_start_alone():
    start = Network.random(6)
    before = list(start.weights)
    done = train(start, POINTS, 250)
    assert start.weights == before
    assert len(done.losses) == 250
    assert done.network.gradient(POINTS)[0] < 0.1 * done.losses[0]
    assert done.network.accuracy(moons(400, 0.12, 77)) > 0.95


@pytest.mark.parametrize("bits", [2, 3, 4])
def test_on_average_training_with_rounding_wins_and_other_scales_lose(bits):
    given = Options()
    runs = [_comparison(given.steps, given.noise, seed, bits).ways for seed in range(10)]
    _, after, aware, other = (sum(w.fresh for w in ways) / 10 for ways in zip(*runs, strict=True))
    assert aware > after
    assert other < aware


@pytest.mark.parametrize("bits", [2, 4, 8])
def test_roundings(bits):
    weights = [0.5, -0.9, 0.25, 0.0]
    for rule, levels in ((symmetric(bits), 2**bits - 1), (extreme(bits), 2**bits)):
        rounded = rule(weights)
        assert len({round(x, 12) for x in rule([i / 500 - 1 for i in range(1001)])}) == levels
        assert rounded[1] == pytest.approx(-0.9)  # the extreme weight is exact in both
        assert rule([0.0, 0.0]) == [0.0, 0.0]


def test_rounding_leaves_biases_alone():
    network = Network.random(1)
    rounded = network.rounded(symmetric(2))
    assert rounded.weights[3 * HIDDEN :] == network.weights[3 * HIDDEN :]
    assert len({round(abs(w), 9) for w in rounded.weights[: 2 * HIDDEN]}) <= 2
