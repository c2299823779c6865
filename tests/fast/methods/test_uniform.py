"""Uniform quantization and the error measures, by examples worked by hand and by property."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkdocs_quantlab.engine.methods import samples
from mkdocs_quantlab.engine.methods.error import relative, rmse, snr
from mkdocs_quantlab.engine.methods.uniform import (
    largest_q,
    quantize,
    round_half_away,
    scale_for,
    stored,
)

WEIGHTS = st.lists(st.floats(-1e6, 1e6, allow_subnormal=False), min_size=1, max_size=64)


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        (0.5, 1),
        (-0.5, -1),
        (1.5, 2),
        (2.5, 3),
        (-2.5, -3),
        (0.49999999999999994, 0),
        (0.0, 0),
        (7, 7),
    ],
)
def test_halves_round_away_from_zero(x, expected):
    assert round_half_away(x) == expected


@pytest.mark.parametrize(
    ("bits", "q", "value"), [(2, 0, 0.0), (4, 1, 0.130029), (6, 5, 0.146806), (8, 22, 0.157672)]
)
def test_weight_of_the_lab(bits, q, value):
    scale = scale_for(0.9102, bits)
    assert stored(0.156347, scale) == q
    assert round(q * scale, 6) == value


TOY = {
    2: "1 -1 1 -1 0 0 0 0 0 0 0 0 0 0 0 0",
    4: "7 -6 5 -4 3 -3 2 -1 1 -1 1 0 0 0 0 0",
    8: "127 -100 89 -81 57 -46 39 -27 21 -15 13 -8 6 -4 3 -1",
}


@pytest.mark.parametrize("bits", TOY)
def test_toy_layer_integers(bits):
    assert quantize(samples.TOY, bits, 16).q == [int(word) for word in TOY[bits].split()]


@pytest.mark.parametrize(
    ("bits", "distinct", "error"),
    [
        (2, 3, 0.20290),
        (3, 6, 0.07477),
        (4, 10, 0.03897),
        (5, 13, 0.02046),
        (6, 15, 0.00820),
        (8, 16, 0.00219),
    ],
)
def test_toy_layer_figures(bits, distinct, error):
    values = quantize(samples.TOY, bits, 16).values
    assert len(set(values)) == distinct
    assert round(rmse(samples.TOY, values), 5) == error


@given(WEIGHTS, st.integers(2, 8), st.integers(1, 64))
def test_error_is_at_most_half_a_step(weights, bits, block):
    result = quantize(weights, bits, block)
    for i, (weight, q, value) in enumerate(zip(weights, result.q, result.values, strict=True)):
        scale = result.scales[i // block]
        assert abs(q) <= largest_q(bits)
        assert abs(value - weight) <= scale / 2 * (1 + 1e-12)


@given(WEIGHTS, st.integers(2, 8))
def test_quantizing_twice_changes_nothing(weights, bits):
    once = quantize(weights, bits, len(weights))
    again = quantize(once.values, bits, len(weights))
    assert again.q == once.q


def test_zeros_stay_zero():
    result = quantize([0.0, 0.0], 4, 2)
    assert (result.scales, result.q, result.values) == ([0.0], [0, 0], [0.0, 0.0])


def test_each_block_has_its_scale():
    assert quantize([1, 2, 3, 40, 5], 4, 2).scales == pytest.approx([2 / 7, 40 / 7, 5 / 7])


def test_error_measures_at_their_edges():
    assert snr([1.0], [1.0]) == math.inf
    assert snr([0.0], [1.0]) == -math.inf
    assert snr([1.0, 0.0], [0.9, 0.0]) == pytest.approx(20)
    assert relative(0.0, 0.0) == 0
    assert relative(0.0, 1.0) == math.inf
    assert relative(-2.0, -1.0) == 0.5


@pytest.mark.parametrize("draw", [samples.gaussian, samples.laplace])
def test_samples_have_the_spread_they_say(draw):
    weights = draw(20_000, 3)
    assert math.sqrt(math.fsum(w * w for w in weights) / len(weights)) == pytest.approx(
        samples.SPREAD, rel=0.03
    )
    assert draw(5, 1) == draw(5, 1) != draw(5, 2)


def test_laplace_has_heavier_tails_than_gaussian():
    def fourth(weights):
        return math.fsum(w**4 for w in weights) / len(weights) / samples.SPREAD**4

    assert fourth(samples.gaussian(20_000, 3)) == pytest.approx(3, rel=0.15)
    assert fourth(samples.laplace(20_000, 3)) == pytest.approx(6, rel=0.25)


def test_outlier_is_one_weight():
    plain, odd = samples.gaussian(32, 5), samples.outlier(32, 5)
    assert sum(a != b for a, b in zip(plain, odd, strict=True)) == 1
    assert max(odd) == 20 * samples.SPREAD
