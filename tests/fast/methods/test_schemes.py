"""The schemes against their sources, and what holds for all of them."""

from __future__ import annotations

import itertools
import math
import struct

import gguf
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkdocs_quantlab.engine.core.widget import answer
from mkdocs_quantlab.engine.methods import codebook, samples
from mkdocs_quantlab.engine.methods.schemes import APART, SCHEMES
from mkdocs_quantlab.engine.methods.uniform import quantize
from mkdocs_quantlab.engine.widgets.quantization_grid_explorer.widget import Layer

CASES = [(name, bits) for name, scheme in SCHEMES.items() for bits in scheme.widths]
WEIGHTS = st.lists(st.floats(-100, 100).map(lambda x: round(x, 4)), min_size=1, max_size=40).filter(
    any
)

# bitsandbytes' functional.py, `get_4bit_type`; also appendix E of arXiv 2305.14314.
NF4 = (
    *(-1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453),
    *(-0.28444138169288635, -0.18477343022823334, -0.09105003625154495, 0.0),
    *(0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224),
    *(0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0),
)  # fmt: skip


def test_nf4_is_the_published_one():
    assert codebook.nf4() == pytest.approx(NF4, abs=2e-7)


def test_small_floats():
    """E2M1 is ggml's MXFP4 table, which is doubled; the 8-bit ones have the specification's limits."""
    assert [2 * x for x in codebook.small_float(2, 1, 0)] == sorted(set(gguf.quants.MXFP4.kvalues))
    e4m3, e5m2 = codebook.small_float(4, 3, 1), codebook.small_float(5, 2, 4)
    assert (len(e4m3), e4m3[-1], min(x for x in e4m3 if x > 0)) == (253, 448, 2**-9)
    assert (len(e5m2), e5m2[-1], min(x for x in e5m2 if x > 0)) == (247, 57344, 2**-16)
    # Half precision is the same construction with 10 bits of fraction, and Python reads it.
    halves = struct.unpack("<31744e", struct.pack("<31744H", *range(0x7C00)))
    assert codebook.small_float(5, 10, 1024)[0x7BFF:] == halves


@pytest.mark.parametrize("shape", [(2, 1, 0), (4, 3, 1), (5, 2, 4)])
def test_halfway_goes_to_the_even_pattern(shape):
    codes = codebook.small_float(*shape)
    zero = codes.index(0)
    for i, (low, high) in enumerate(itertools.pairwise(codes)):
        chosen = codebook.nearest(codes, (low + high) / 2)
        assert chosen in (i, i + 1)
        assert (chosen - zero) % 2 == 0


@given(WEIGHTS, st.integers(1, 16))
def test_k_means_settles_where_each_value_is_the_mean_of_its_weights(weights, count):
    centres = codebook.k_means(weights, count)
    assert 1 <= len(centres) <= count
    assert list(centres) == sorted(centres)
    members = [
        [w for w in weights if codebook.nearest(centres, w) == i] for i in range(len(centres))
    ]
    for centre, own in zip(centres, members, strict=True):
        assert not own or centre == pytest.approx(math.fsum(own) / len(own))


@pytest.mark.parametrize(("name", "bits"), CASES)
@given(weights=WEIGHTS)
def test_a_weight_comes_back_as_the_nearest_level(name, bits, weights):
    fit = SCHEMES[name].fit(weights, bits)
    assert list(fit.levels) == sorted(fit.levels)
    for weight in weights:
        value = fit.store(weight).value
        if not fit.levels or fit.store(weight).code == "apart":
            assert abs(value - weight) <= abs(weight) / 256  # 8 significant bits
            continue
        assert value in fit.levels
        best = min(abs(level - weight) for level in fit.levels)
        assert abs(value - weight) <= best * (1 + 1e-9) + 1e-12


@pytest.mark.parametrize(("name", "bits"), CASES)
def test_all_zero_and_one_alone(name, bits):
    fit = SCHEMES[name].fit([0.0, 0.0], bits)
    assert fit.store(0.0).value == 0
    assert SCHEMES[name].fit([0.5], bits).store(0.5).value == pytest.approx(0.5)


def test_symmetric_is_the_explorers_rule():
    fit = SCHEMES["symmetric"].fit(samples.TOY, 4)
    assert [fit.store(w).value for w in samples.TOY] == quantize(samples.TOY, 4, 16).values


def test_zero_is_exact_with_a_zero_point_and_in_general_not_with_a_minimum():
    weights = [-0.3, 0.0, 0.11, 0.9]
    assert SCHEMES["zero-point"].fit(weights, 4).store(0.0).value == 0
    assert SCHEMES["affine"].fit(weights, 4).store(0.0).value != 0


def test_sixteen_levels_have_fifteen_steps():
    """From 0.10 to 0.95, 0.82459 is nearest to level 13; with sixteen steps it would be 14."""
    fit = SCHEMES["affine"].fit([0.10, 0.95], 4)
    assert len(fit.levels) == 16
    assert fit.store(0.82459).code == "13"
    assert round((0.82459 - 0.10) / (0.85 / 16)) == 14


def test_an_outlier_apart_leaves_the_others_their_scale():
    weights = samples.outlier(64, 1)
    apart, together = SCHEMES["int8-outliers"].fit(weights, 8), SCHEMES["symmetric"].fit(weights, 8)
    kept = [w for w in weights if apart.store(w).code == "apart"]
    spread = math.sqrt(sum(w * w for w in weights) / len(weights))
    assert kept == [w for w in weights if abs(w) > APART * spread] == [20 * samples.SPREAD]
    rest = [w for w in weights if w not in kept]
    errors = [sum((fit.store(w).value - w) ** 2 for w in rest) for fit in (apart, together)]
    assert errors[0] < errors[1] / 30
    assert sum(k.bits for k in apart.kept) == 32 + 16 + 6


def fp8(ratios):
    """Numbers rounded to E4M3: 4 significant bits, and from 2^-6 down in steps of 2^-9."""
    _, exponents = np.frexp(ratios)
    steps = np.exp2(np.maximum(exponents - 1, -6) - 3)
    return np.round(ratios / steps) * steps


def test_double_quantization_against_numpy_and_its_size():
    """Blocks of 64 and 512 of them: 4 + 8/64 + 32/(64 * 256) bits a weight, and one mean (arXiv 2305.14314, section 3)."""
    weights = samples.gaussian(64 * 512, 5)
    layer = Layer(weights, "nf4-double", 4, 64)
    assert layer.size == len(weights) * 4 + 512 * 8 + 2 * 32 + 32
    assert layer.size / len(weights) == pytest.approx(4 + 8 / 64 + 32 / (64 * 256), abs=1e-3)
    assert f"{4 + 8 / 64 + 32 / (64 * 256):.3f}" in SCHEMES["nf4-double"].rule

    blocks = np.array(weights).reshape(-1, 64)
    scales = np.abs(blocks).max(axis=1, keepdims=True)
    mean = scales.mean()
    groups = (scales - mean).reshape(2, 256)
    second = np.abs(groups).max(axis=1, keepdims=True) / 448
    scales = (fp8(groups / second) * second).reshape(-1, 1) + mean
    codes = np.array(codebook.nf4())
    nearest = np.abs((blocks / scales)[..., None] - codes).argmin(axis=2)
    np.testing.assert_allclose(np.reshape(layer.values, (-1, 64)), codes[nearest] * scales)


def test_double_quantization_costs_next_to_nothing():
    weights = samples.gaussian(64 * 64, 5)
    once, twice = (Layer(weights, name, 4, 64) for name in ("nf4", "nf4-double"))
    assert twice.size < once.size
    assert once.snr - 0.1 < twice.snr < once.snr + 0.1


def test_a_codebook_for_few_weights_takes_more_than_it_saves():
    html = answer("quantization-grid-explorer", {"scheme": "k-means", "bits": "4"})["html"]
    assert "in 40 bytes: 1.25 times larger than 16 bits each" in html


def test_bits_kept_beside():
    sizes = {
        name: sum(k.bits for k in s.fit(samples.TOY, s.widths[0]).kept)
        for name, s in SCHEMES.items()
    }
    assert sizes == {
        "symmetric": 32,
        "affine": 64,
        "zero-point": 34,
        "int8-outliers": 32,
        "nf4": 32,
        "nf4-double": 32,
        "fp4": 32,
        "fp8-e4m3": 32,
        "fp8-e5m2": 32,
        "k-means": 64,
        "bf16": 0,
    }
