"""The statistics of comparisons, by published values, by counting, and by what they promise; tests/oracle has scipy's values."""

from __future__ import annotations

import math
from itertools import product

import pytest

from mkdocs_quantlab.engine.comparing.statistics import (
    LEVEL,
    MAX_NAMINGS,
    Swaps,
    findable,
    incomplete_beta,
    mean_interval,
    needed,
    power,
    random_bits,
    share_interval,
    sign_test,
    student_reach,
    swap_test,
)


def chance(hits, trials, share):
    return math.comb(trials, hits) * share**hits * (1 - share) ** (trials - hits)


@pytest.mark.parametrize("n", [1, 2, 5, 17, 40])
def test_the_incomplete_beta_function_of_whole_numbers_is_a_binomial_tail(n):
    for k, share in product(range(1, n + 1), (0.001, 0.1, 0.5, 0.73, 0.999)):
        tail = sum(chance(i, n, share) for i in range(k, n + 1))
        assert incomplete_beta(share, k, n - k + 1) == pytest.approx(tail, abs=1e-12)


@pytest.mark.parametrize("x", [0.01, 0.3, 0.5, 0.9])
def test_the_incomplete_beta_function_with_halves_is_an_arc_sine(x):
    arc = 2 / math.pi * math.asin(math.sqrt(x))
    assert incomplete_beta(x, 0.5, 0.5) == pytest.approx(arc, abs=1e-13)


# Clopper and Pearson's interval of 10 trials, as tables print it.
@pytest.mark.parametrize(
    ("hits", "low", "high"),
    [(0, 0, 0.3085), (1, 0.0025, 0.445), (2, 0.0252, 0.5561), (5, 0.1871, 0.8129), (10, 0.6915, 1)],
)
def test_an_exact_interval_is_the_published_one(hits, low, high):
    assert share_interval(hits, 10) == pytest.approx((low, high), abs=6e-5)


def test_an_exact_interval_covers_any_share_at_least_as_often_as_it_says():
    intervals = [share_interval(hits, 12) for hits in range(13)]
    for share in (i / 100 for i in range(1, 100)):
        covered = sum(
            chance(hits, 12, share) for hits, (low, high) in enumerate(intervals) if low <= share <= high
        )  # fmt: skip
        assert covered >= 0.95, share


@pytest.mark.parametrize(("hits", "trials"), [(0, 0), (3, 2), (-1, 2)])
def test_an_interval_of_no_trial_is_refused(hits, trials):
    with pytest.raises(ValueError, match="is not a share"):
        share_interval(hits, trials)


# Student's t, two-sided 5 %, as every table prints it.
@pytest.mark.parametrize(
    ("freedom", "t"), [(1, 12.706), (2, 4.303), (4, 2.776), (9, 2.262), (30, 2.042), (120, 1.98)]
)
def test_students_reach_is_the_published_one(freedom, t):
    assert student_reach(freedom) == pytest.approx(t, abs=5e-4)


def test_a_mean_of_one_value_has_no_interval():
    assert mean_interval([3]) is None
    assert mean_interval([3, 3]) == (3, 3)
    reach = 2.776 * math.sqrt(0.5)
    assert mean_interval([1, 2, 3, 4, 5]) == pytest.approx((3 - reach, 3 + reach), abs=1e-3)


def test_random_numbers_are_those_of_the_published_generator():
    """Marsaglia's first numbers from his seed, 2463534242."""
    state = 2463534242
    expected = []
    for _ in range(17):
        state ^= (state << 13) % 2**32
        state ^= state >> 17
        state ^= (state << 5) % 2**32
        expected.append(state)
    assert expected[0] == 723471715
    assert random_bits(2463534242)() == expected[16]


def test_the_sign_test_counts_swapped_names():
    for one, other in product(range(6), repeat=2):
        signs = list(product((1, -1), repeat=one + other))
        reached = sum(abs(sum(each)) >= abs(one - other) for each in signs)
        smallest = 1 if not signs[0] else 2 / len(signs)
        assert sign_test(one, other) == pytest.approx((reached / len(signs), smallest))


@pytest.mark.parametrize(
    ("differences", "p"),
    [
        # 16 namings, and only all or none of them keep the difference.
        ([4, 4, 6, 5], 2 / 16),
        ([0, 0, 0], 1),
        ([], 1),
        # They sum to 5. Of the 16 signs, the sums 7, 5, 5 and their negatives reach that.
        ([1, 2, 3, -1], 6 / 16),
        # The same, whatever the order in which floats are added.
        ([0.1, 0.2, 0.3, -0.1], 6 / 16),
    ],
)
def test_the_swap_test_tries_all_namings(differences, p):
    assert swap_test(differences).p == p


def test_many_namings_are_drawn_and_what_happened_is_among_them():
    assert swap_test([100.0] * 40) == Swaps(1 / MAX_NAMINGS, 1 / MAX_NAMINGS)
    # 20 equal differences, 15 of them positive: the exact binomial tail, and three standard deviations of the draws.
    exact = sign_test(15, 5).p
    spread = 3 * math.sqrt(exact * (1 - exact) / MAX_NAMINGS)
    assert swap_test([1.0] * 15 + [-1.0] * 5).p == pytest.approx(exact, abs=spread)


def test_many_pairs_are_compared_with_the_normal_distribution():
    """Of equal differences the sign test knows the truth, whose steps are two."""
    more, fewer = 430, 370
    exact = sign_test(more, fewer).p
    assert swap_test([1.0] * more + [-1.0] * fewer).p == pytest.approx(exact, rel=0.1)
    # What is drawn and what is not are the same within three standard errors of the draws.
    drawn = swap_test([1.0, 2.0, -1.5, 0.5] * 125 + [0.0] * 50).p
    other = swap_test([1.0, 2.0, -1.5, 0.5] * 126).p
    assert drawn < 0.001
    assert other < 0.001


@pytest.mark.parametrize("pairs", [1, 5, 6, 12, 24, 60])
def test_a_model_against_itself_is_called_different_in_at_most_5_percent_of_runs(pairs):
    """Exactly: of all outcomes of independent answers with any chance to be right, and of all that are alike more often."""
    for either in (i / 20 for i in range(1, 11)):
        assert power(pairs, either / 2, either / 2) <= LEVEL


def test_right_in_25_and_75_percent_is_found_with_24_answers_each():
    assert power(24, 0.75 * 0.75, 0.25 * 0.25) >= 0.9
    # With 12, half of the runs find it.
    assert power(12, 0.75 * 0.75, 0.25 * 0.25) == pytest.approx(0.498, abs=1e-3)
    assert findable(24) == 0.5
    assert findable(12) == 0.75


def test_power_is_what_counting_all_outcomes_gives():
    for pairs, one, other in [(9, 0.5, 0.1), (14, 0.3, 0.2), (7, 0.9, 0.1)]:
        found = 0.0
        for a in range(pairs + 1):
            for b in range(pairs + 1 - a):
                ways = math.comb(pairs, a) * math.comb(pairs - a, b)
                rest = max(0.0, 1 - one - other) ** (pairs - a - b)
                found += ways * one**a * other**b * rest * (sign_test(a, b).p <= LEVEL)
        assert power(pairs, one, other) == pytest.approx(found, abs=1e-12)
    assert power(10, 0, 0) == 0


def test_too_few_answers_find_nothing():
    assert findable(1) is None
    assert power(5, 1, 0) == 0  # 2 of 32 namings are 6 %
    assert power(6, 1, 0) == pytest.approx(1)


def test_how_many_answers_would_settle_it():
    pairs = needed(24, 8, 3)
    assert power(pairs, 8 / 24, 3 / 24) >= 0.9 > power(pairs - 1, 8 / 24, 3 / 24)
    assert needed(24, 4, 4) is None
    assert needed(24, 12, 11) is None, "more than are looked for"
    assert needed(6, 6, 0) <= 8


def test_a_stricter_level_needs_more():
    assert needed(24, 8, 3, LEVEL / 3) > needed(24, 8, 3)
