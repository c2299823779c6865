"""The figures that the formats widget shows, measured again; `tests/oracle/test_formats.py` measures the rest."""

from __future__ import annotations

import math

import numpy as np
import pytest

from benchmarks.formats import DISTRIBUTIONS, SPREAD, STORED, ours, sample
from mkdocs_quantlab.engine.ggml import measured


@pytest.fixture(scope="module")
def weights():
    return {distribution: sample(distribution) for distribution in DISTRIBUTIONS}


def test_samples_have_the_variance_they_say(weights) -> None:
    for distribution, array in weights.items():
        assert array.shape == (measured.ROWS, measured.COLUMNS)
        assert array.dtype == np.float32
        # t's fourth moment is infinite, so that its sample variance converges slowly.
        assert array.std() == pytest.approx(
            SPREAD, rel=0.02 if distribution == "student-t4" else 0.005
        )
        assert abs(array.mean()) < SPREAD / 100
    # Kurtosis: 3 and 6, and larger still
    kurtosis = [float(np.mean((w / w.std()) ** 4.0)) for w in weights.values()]
    assert kurtosis[0] == pytest.approx(3, rel=0.02)
    assert kurtosis[1] == pytest.approx(6, rel=0.05)
    assert kurtosis[2] > 8


def test_t_has_its_quantiles() -> None:
    inverse = DISTRIBUTIONS["student-t4"]
    # Tables of Student's t, 4 degrees of freedom.
    for p, t in ((0.75, 0.741), (0.9, 1.533), (0.95, 2.132), (0.975, 2.776), (0.995, 4.604)):
        assert inverse(p) * math.sqrt(2) == pytest.approx(t, abs=5e-4)
        assert inverse(1 - p) == pytest.approx(-inverse(p))


def test_the_table_is_of_this_script() -> None:
    assert tuple(measured.SNR) == tuple(STORED)
    assert tuple(DISTRIBUTIONS) == measured.DISTRIBUTIONS
    assert measured.SPREAD == SPREAD


@pytest.mark.parametrize(
    ("name", "distribution"),
    [("Q4_K", "gaussian"), ("IQ4_XS", "laplace"), ("NVFP4", "student-t4"), ("Q4_0", "laplace")],
)
def test_measured_again(weights, name, distribution) -> None:
    expected = measured.SNR[name][measured.DISTRIBUTIONS.index(distribution)]
    assert ours(weights[distribution], name) == pytest.approx(expected, abs=0.00051)
