"""Every figure that the formats widget shows, measured again with ggml's own encoder."""

from __future__ import annotations

import math
from functools import cache

import pytest

from benchmarks.formats import SPREAD, STORED, sample, theirs
from mkdocs_quantlab.engine.ggml import measured

drawn = cache(sample)


@pytest.mark.parametrize("distribution", measured.DISTRIBUTIONS)
@pytest.mark.parametrize("name", STORED)
def test_measured_by_ggml(ggml, name, distribution) -> None:
    place = measured.DISTRIBUTIONS.index(distribution)
    found = theirs(ggml, drawn(distribution, SPREAD), name)
    expected = measured.SNR[name][place]
    assert found == expected == math.inf or found == pytest.approx(expected, abs=0.005)
    if name in measured.SNR_OF_UNIT_SPREAD:
        found = theirs(ggml, drawn(distribution, 1.0), name)
        assert found == pytest.approx(measured.SNR_OF_UNIT_SPREAD[name][place], abs=0.005)
