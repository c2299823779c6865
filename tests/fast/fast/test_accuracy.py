from __future__ import annotations

import math

import numpy as np
import pytest

from mkdocs_quantlab.engine.ggml import GgmlError
from mkdocs_quantlab.fast import accuracy, compare


def test_measures_are_those_worked_out_by_hand() -> None:
    result = compare([3.0, 4.0, 0.0, 0.0], [3.0, 3.0, 0.0, -0.0], 4.5)
    assert result.rmse == 0.5
    assert result.relative_rmse == pytest.approx(math.sqrt(1 / 25))
    assert result.max_error == 1.0
    assert result.snr_db == pytest.approx(10 * math.log10(25))
    assert result.zeros == 0.5
    assert result.bits_per_weight == 4.5


def test_nothing_lost_is_infinitely_good() -> None:
    result = compare([1.0, 2.0], [1.0, 2.0])
    assert result.rmse == result.relative_rmse == result.max_error == result.zeros == 0.0
    assert result.snr_db == math.inf
    assert math.isnan(result.bits_per_weight)


def test_weights_of_zero_have_no_relative_error() -> None:
    result = compare(np.zeros(4), np.zeros(4))
    assert math.isnan(result.relative_rmse)
    assert result.zeros == 1.0


def test_long_arrays_are_measured_in_pieces() -> None:
    rng = np.random.default_rng(0)
    a = rng.standard_normal((700, 1024), dtype=np.float32)
    b = a + np.float32(0.01) * rng.standard_normal(a.shape, dtype=np.float32)
    result = compare(a, b)
    difference = a.astype(np.float64) - b
    assert result.rmse == pytest.approx(np.sqrt((difference**2).mean()), rel=1e-12)
    assert result.max_error == np.abs(difference).max()


def test_shapes_must_agree() -> None:
    with pytest.raises(GgmlError, match=r"shape \(4,\) with weights of shape \(2, 2\)"):
        compare(np.zeros(4), np.zeros((2, 2)))
    with pytest.raises(GgmlError, match="cannot compare"):
        compare([], [])


# Signal to noise in decibels that ggml's C encoders reach on 64 x 4096 normal weights; another seed moves them
# by less than 0.1. The standard deviation matters to NVFP4 alone, whose scales are subnormal below 2**-6.
GAUSSIAN = {
    "Q8_0": 45.41, "Q6_K": 34.99, "Q5_1": 28.43, "Q5_K": 28.83, "Q5_0": 27.37, "Q4_1": 22.13,
    "Q4_K": 22.92, "IQ4_NL": 22.35, "Q4_0": 21.30, "NVFP4": 19.72, "IQ4_XS": 22.28, "MXFP4": 18.85,
    "Q3_K": 16.39, "Q2_K": 10.54, "Q2_0": 2.87, "TQ2_0": 1.85, "Q1_0": 4.41,
}  # fmt: skip


@pytest.mark.parametrize("name", GAUSSIAN)
def test_types_reach_the_signal_to_noise_ratio_of_ggml(name) -> None:
    rng = np.random.default_rng(42)
    weights = np.float32(0.02) * rng.standard_normal((64, 4096), dtype=np.float32)
    assert accuracy(weights, name).snr_db == pytest.approx(GAUSSIAN[name], abs=0.1)


def test_importance_moves_the_error_to_where_it_matters_less() -> None:
    rng = np.random.default_rng(1)
    weights = rng.standard_normal((64, 1024), dtype=np.float32)
    imatrix = np.where(np.arange(1024) % 2, 10.0, 0.1)
    from mkdocs_quantlab.fast import dequantize, quantize

    plain = dequantize(quantize(weights, "Q3_K"), "Q3_K")
    guided = dequantize(quantize(weights, "Q3_K", imatrix), "Q3_K")
    assert (
        compare(weights[:, 1::2], guided[:, 1::2]).rmse
        < compare(weights[:, 1::2], plain[:, 1::2]).rmse
    )
