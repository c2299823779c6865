"""The statistics of a comparison, exact where they can be.

Answers come in pairs: two models answer one prompt with one seed. If the models did not differ, their names could be swapped within each pair
without making the result less likely. Both tests count the namings in which the models differ at least as much as they did. They hold for
any distribution, for prompts of any difficulty, and where one seed makes the answers of both models alike.
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CONFIDENCE = 0.95
"""The confidence of every interval."""
LEVEL = 0.05
"""The share of runs in which a test may find a difference between a model and itself."""
POWER = 0.9
"""The share of runs in which a difference is found that a run is said to find."""
MAX_NAMINGS = 4096
"""Namings that are tried one by one; where there are more, so many random ones are."""
MAX_DRAWN_PAIRS = 500
"""Of more pairs the sum under random names is taken to be normal, which thousands of namings could not tell from the truth."""
MAX_NEEDED = 1024
"""More pairs than this are not looked for."""


class Interval(NamedTuple):
    """An interval, both ends included."""

    low: float
    high: float


class Swaps(NamedTuple):
    """What swapping the models' names shows."""

    p: float
    """The share of namings in which the models differ at least as much as they did."""
    smallest: float
    """The smallest share that so many pairs can give."""


def incomplete_beta(x: float, a: float, b: float) -> float:
    """The regularized incomplete beta function I_x(a, b): the probability that a beta-distributed number is below `x`.

    The continued fraction DLMF 8.17.22, evaluated by Lentz's method.
    """
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    # The fraction converges fast only on this side of the distribution's mean.
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(1 - x, b, a)
    tiny = 1e-300
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1) or tiny)
    fraction = d
    for m in range(1, 1000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        before = fraction
        for term in (even, odd):
            d = 1 / (1 + term * d or tiny)
            c = 1 + term / c or tiny
            fraction *= c * d
        if abs(fraction - before) <= 1e-15 * abs(fraction):
            break
    front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    return math.exp(front + a * math.log(x) + b * math.log1p(-x)) * fraction / a


def _inverse(rising: Callable[[float], float], target: float) -> float:
    """Where a rising function of 0 to 1 reaches `target`, by bisection."""
    low, high = 0.0, 1.0
    while low < (middle := (low + high) / 2) < high:
        if rising(middle) < target:
            low = middle
        else:
            high = middle
    return middle


def _check_share(hits: int, trials: int) -> None:
    if not (trials >= 1 and 0 <= hits <= trials):
        raise ValueError(f"{hits} of {trials} is not a share")


@cache
def share_interval(hits: int, trials: int) -> Interval:
    """The exact interval of a share, from `hits` of `trials` independent yes-or-no trials.

    Clopper and Pearson (1934), "The use of confidence or fiducial limits illustrated in the case of the binomial", Biometrika 26. It
    covers the true share at least as often as it says. So it does for the mean share of trials with unequal chances, such as answers to several
    prompts: their number of hits varies less (Hoeffding 1956, "On the distribution of the number of successes in independent trials").

    Raises:
        ValueError: There is no trial, or there are more hits than trials.
    """
    _check_share(hits, trials)
    tail = (1 - CONFIDENCE) / 2
    return Interval(
        0.0 if hits == 0 else _inverse(lambda x: incomplete_beta(x, hits, trials - hits + 1), tail),
        1.0
        if hits == trials
        else _inverse(lambda x: incomplete_beta(x, hits + 1, trials - hits), 1 - tail),
    )


@cache
def student_reach(freedom: int) -> float:
    """How many standard errors Student's interval reaches to each side of a mean, with `freedom` degrees of freedom."""
    # P(|T| > t) = I_x(freedom / 2, 1 / 2), with x = freedom / (freedom + t * t).
    x = _inverse(lambda at: incomplete_beta(at, freedom / 2, 0.5), 1 - CONFIDENCE)
    return math.sqrt(freedom / x - freedom)


def mean_interval(values: Sequence[float]) -> Interval | None:
    """Student's interval of the mean; None for fewer than two values."""
    count = len(values)
    if count < 2:
        return None
    mean = math.fsum(values) / count
    deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (count - 1))
    reach = student_reach(count - 1) * deviation / math.sqrt(count)
    return Interval(mean - reach, mean + reach)


def tail(hits: int, trials: int, share: float) -> float:
    """The probability of at least `hits` in `trials` independent trials that each succeed with the probability `share`."""
    return 1.0 if hits <= 0 else incomplete_beta(share, hits, trials - hits + 1)


def sign_test(one: int, other: int) -> Swaps:
    """Whether two models are right equally often, from the pairs in which only one of them is.

    McNemar's test in its exact form: with swapped names each such pair counts for either model with probability one half.

    Args:
        one: Pairs in which only the first model is right.
        other: Pairs in which only the second model is right.
    """
    pairs = one + other
    if not pairs:
        return Swaps(1.0, 1.0)
    return Swaps(min(1.0, 2 * tail(max(one, other), pairs, 0.5)), min(1.0, 2 * 0.5**pairs))


def swap_test(differences: Sequence[float]) -> Swaps:
    """Whether two models differ in a measure, from its differences within pairs.

    The sum of the differences is compared with its sums under swapped names: all of them, or random ones, among which is what happened
    (Phipson and Smyth 2010, "Permutation P-values should never be zero"), or of many pairs the normal distribution that they approach.
    """
    moved = [each for each in differences if each]
    if not moved:
        return Swaps(1.0, 1.0)
    # Sums in another order differ in their last bits.
    reached = abs(math.fsum(moved)) * (1 - 1e-9)
    if 2 ** len(moved) <= MAX_NAMINGS:
        sums = [0.0]
        for each in moved:
            sums = [total + sign * each for total in sums for sign in (1, -1)]
        return Swaps(sum(abs(each) >= reached for each in sums) / len(sums), 2 / len(sums))
    if len(moved) > MAX_DRAWN_PAIRS:
        spread = math.sqrt(math.fsum(each * each for each in moved))
        return Swaps(math.erfc(reached / spread / math.sqrt(2)), 0.0)
    bits = random_bits(1)
    count = 1
    for _ in range(MAX_NAMINGS - 1):
        word, total = 0, 0.0
        for i, each in enumerate(moved):
            if i % 32 == 0:
                word = bits()
            total += each if word & 1 else -each
            word >>= 1
        count += abs(total) >= reached
    return Swaps(count / MAX_NAMINGS, 1 / MAX_NAMINGS)


def random_bits(seed: int) -> Callable[[], int]:
    """Random numbers of 32 bits, the same for the same seed: Marsaglia (2003), "Xorshift RNGs"."""
    state = seed & 0xFFFFFFFF or 1

    def bits() -> int:
        nonlocal state
        state ^= state << 13 & 0xFFFFFFFF
        state ^= state >> 17
        state ^= state << 5 & 0xFFFFFFFF
        return state

    # A small seed takes some steps to fill the bits.
    for _ in range(16):
        bits()
    return bits


@cache
def _critical(pairs: int, level: float) -> int:
    """The smallest number of pairs for one model with which the sign test finds a difference; more than `pairs` if none does."""
    # A little below the normal approximation.
    hits = max(pairs // 2, math.floor(pairs / 2 + 0.8 * math.sqrt(pairs)))
    while hits <= pairs and 2 * tail(hits, pairs, 0.5) > level:
        hits += 1
    return hits


@cache
def power(pairs: int, only_one: float, only_other: float, level: float = LEVEL) -> float:
    """The probability that the sign test finds a difference.

    Args:
        pairs: How many pairs of answers there are.
        only_one: The probability that only the first model's answer of a pair is right.
        only_other: The probability that only the second's is.
        level: The level of the test.
    """
    either = min(1.0, only_one + only_other)
    if not either:
        return 0.0
    spread = 8 * math.sqrt(pairs * either * (1 - either)) + 2
    found = 0.0
    for moved in range(
        max(0, math.floor(pairs * either - spread)),
        min(pairs, math.ceil(pairs * either + spread)) + 1,
    ):
        hits = _critical(moved, level)
        if hits > moved:
            continue
        rejects = tail(hits, moved, only_one / either) + tail(hits, moved, only_other / either)
        found += _chance(moved, pairs, either) * rejects
    return found


def _chance(hits: int, trials: int, share: float) -> float:
    """The probability of exactly `hits` in `trials`."""
    if share >= 1:
        return float(hits == trials)
    ways = math.lgamma(trials + 1) - math.lgamma(hits + 1) - math.lgamma(trials - hits + 1)
    return math.exp(ways + hits * math.log(share) + (trials - hits) * math.log1p(-share))


@cache
def findable(pairs: int, level: float = LEVEL) -> float | None:
    """The smallest difference between two shares, evenly around one half, that so many pairs show with the probability `POWER`.

    The answers of a pair are taken to be independent. In steps of 0.05; None where not even 0 % against 100 % is found.
    """
    for step in range(1, 21):
        low, high = 0.5 - step / 40, 0.5 + step / 40
        if power(pairs, high * (1 - low), low * (1 - high), level) >= POWER:
            return step / 20
    return None


@cache
def needed(pairs: int, one: int, other: int, level: float = LEVEL) -> int | None:
    """How many pairs would show a difference with the probability `POWER`, if answers go on as they did.

    Args:
        pairs: How many pairs there are.
        one: Pairs in which only the first model is right.
        other: Pairs in which only the second model is right.
        level: The level of the test.

    Returns:
        The number of all pairs, or None if the models are right equally often or if more than `MAX_NEEDED` are needed.
    """
    if one == other:
        return None

    def finds(count: int) -> bool:
        return power(count, one / pairs, other / pairs, level) >= POWER

    low, high = 0, 8
    while not finds(high):
        low, high = high, 2 * high
        if high > MAX_NEEDED:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if finds(middle) else (middle, high)
    return high
