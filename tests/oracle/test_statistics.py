"""The statistics of comparisons against scipy's."""

from __future__ import annotations

import pytest

from mkdocs_quantlab.engine.comparing.statistics import (
    mean_interval,
    share_interval,
    sign_test,
    student_reach,
    swap_test,
    tail,
)

stats = pytest.importorskip("scipy.stats", reason="scipy is the oracle")


def test_intervals_of_shares():
    for trials in (1, 2, 6, 24, 100, 3000):
        for hits in {0, 1, trials // 3, trials - 1, trials}:
            exact = stats.binomtest(hits, trials).proportion_ci(0.95, "exact")
            assert share_interval(hits, trials) == pytest.approx((exact.low, exact.high), abs=1e-9)


def test_students_interval():
    for freedom in (1, 5, 23, 400):
        assert student_reach(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), rel=1e-9)
    values = [3.0, 8.0, 2.5, 40.0, 7.0, 7.5]
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert mean_interval(values) == pytest.approx((expected.low, expected.high), rel=1e-9)


def test_binomial_tails():
    for trials, share in [(10, 0.3), (200, 0.5), (2000, 0.9)]:
        for hits in (0, 1, trials // 2, trials):
            expected = stats.binom.sf(hits - 1, trials, share)
            assert tail(hits, trials, share) == pytest.approx(expected, rel=1e-9, abs=1e-300)


def test_the_sign_test():
    for one, other in [(0, 1), (3, 3), (9, 1), (40, 25), (400, 320)]:
        expected = stats.binomtest(one, one + other, 0.5).pvalue
        assert sign_test(one, other).p == pytest.approx(expected, rel=1e-9)


def test_the_swap_test():
    differences = [4.0, -1.0, 2.5, 7.0, 0.5, -2.0, 3.0, 6.0]

    def mean(values):
        return values.mean()

    expected = stats.permutation_test(
        (differences,), mean, permutation_type="samples", n_resamples=float("inf")
    )
    assert swap_test(differences).p == pytest.approx(expected.pvalue)
