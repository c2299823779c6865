"""The searches behind the K-quants: which scale and minimum lose least on a run of weights.

This, not k-means, is what the K types do: try some scales around the obvious one, fit scale and minimum by
weighted least squares to the steps that each gives, keep the best.

Source: `ggml-quants.c: make_qkx2_quants, make_qx_quants, make_q3_quants`. Every operation is rounded to
float32 in the order of the C code, as a build without fused multiply-add does it.
"""

from __future__ import annotations

import math
from operator import mul
from typing import NamedTuple

from mkdocs_quantlab.engine.core.float32 import (
    NEAREST_INT_LIMIT,
    divide,
    f32,
    nearest_int,
    rounded,
    total,
)

NEGLIGIBLE = 1e-15
"""Weights and scales all smaller than this count as zero (`GROUP_MAX_EPS`)."""

_MAGIC = 6755399441055744.0  # 1.5 * 2**52: adding and taking it off rounds a double to an integer
_TENTH = f32(0.1)


class Trial(NamedTuple):
    """One attempt of a search."""

    inverse_scale: float
    """Steps per unit that the weights were rounded with; 0.0 where steps were changed one by one."""
    scale: float
    """The fitted scale."""
    minimum: float
    """The fitted minimum, at most 0.0; always 0.0 for types without minima."""
    error: float
    """The weighted error that the search minimises; NaN where no fit is possible."""
    accepted: bool
    """Whether it was the best so far."""


class Fit(NamedTuple):
    """What a search found for one sub-block."""

    scale: float
    minimum: float
    """What is taken off, at least 0.0 (ggml's `the_min`)."""
    steps: list[int]


def nearest_steps(values: list[float], low: float, high: float) -> list[float]:
    """Each value rounded to the nearest integer as ggml does it, and kept between `low` and `high`."""
    if sum(map(abs, values)) <= NEAREST_INT_LIMIT:
        whole = [(value + _MAGIC) - _MAGIC for value in values]
    else:
        whole = [float(nearest_int(value)) for value in values]
    # Calls of min and max would take most of the time of a search.
    return [low if x < low else high if x > high else x for x in whole]  # noqa: FURB136


def quotient_steps(values: list[float], divisor: float, low: int, high: int) -> list[int]:
    """`nearest_steps` of float32 quotients, as integers; the divisor is not zero."""
    return [int(x) for x in nearest_steps(rounded([x / divisor for x in values]), low, high)]


def affine_search(
    weights: list[float],
    importance: list[float],
    top: int,
    *,
    first: float,
    trials: int,
    absolute: bool = False,
    trace: list[Trial] | None = None,
) -> Fit:
    """Find scale and minimum for steps 0 to `top` (`make_qkx2_quants`).

    Args:
        weights: Float32 weights of a sub-block.
        importance: What an error at each of them costs.
        top: The highest step.
        first: How much the first trial adds to `top`, the steps that span the range; each next adds 0.1 more.
        trials: Number of trials after the plain one.
        absolute: Whether the error is the absolute difference instead of its square.
        trace: Receives every trial.

    Returns:
        The scale, the minimum and the steps before scales are rounded.
    """
    highest = max(weights)
    minimum = min(*weights, 0.0)
    sum_w = total(importance)
    sum_x = total(rounded(map(mul, importance, weights)))
    if highest == minimum:
        return Fit(0.0, -minimum, [0] * len(weights))

    def error_of(steps: list[float], scale: float, low: float) -> float:
        points = rounded([x + low for x in rounded([scale * step for step in steps])])
        differences = rounded([p - x for p, x in zip(points, weights, strict=True)])
        costs = map(abs, differences) if absolute else rounded([x * x for x in differences])
        return total(rounded(map(mul, importance, costs)))

    shifted = rounded([x - minimum for x in weights])
    inverse = divide(top, f32(highest - minimum))
    scale = divide(1.0, inverse)
    best = nearest_steps(rounded([x * inverse for x in shifted]), 0.0, top)
    best_error = error_of(best, scale, minimum)
    if trace is not None:
        trace.append(Trial(inverse, scale, minimum, best_error, accepted=True))
    first = f32(first)
    for trial in range(trials):
        extra = f32(first + f32(_TENTH * trial))
        # The range is that of the minimum fitted last, not of the weights: ggml reuses the variable.
        inverse = divide(f32(extra + top), f32(highest - minimum))
        steps = nearest_steps(rounded([x * inverse for x in shifted]), 0.0, top)
        weighted = rounded(map(mul, importance, steps))
        sum_l = total(weighted)
        sum_l2 = total(rounded(map(mul, weighted, steps)))
        sum_xl = total(rounded(map(mul, weighted, weights)))
        determinant = f32(f32(sum_w * sum_l2) - f32(sum_l * sum_l))
        fitted_scale, fitted_minimum, error = scale, minimum, float("nan")
        if determinant > 0.0:
            fitted_scale = divide(f32(f32(sum_w * sum_xl) - f32(sum_x * sum_l)), determinant)
            fitted_minimum = divide(f32(f32(sum_l2 * sum_x) - f32(sum_l * sum_xl)), determinant)
            if fitted_minimum > 0.0:
                fitted_minimum = 0.0
                fitted_scale = divide(sum_xl, sum_l2)
            error = error_of(steps, fitted_scale, fitted_minimum)
        accepted = error < best_error
        if trace is not None:
            trace.append(Trial(inverse, fitted_scale, fitted_minimum, error, accepted))
        if accepted:
            best, best_error, scale = steps, error, fitted_scale
            if fitted_minimum != minimum:
                minimum = fitted_minimum
                shifted = rounded([x - minimum for x in weights])
    return Fit(scale, -minimum, [int(x) for x in best])


class _Squares:
    """A sub-block where the importance of each weight is its square, as `make_qx_quants` and `make_q3_quants` have it."""

    def __init__(self, weights: list[float]) -> None:
        self.importance = rounded([x * x for x in weights])
        self.moments = rounded(map(mul, self.importance, weights))
        self.energy = math.fsum(map(mul, self.importance, self.importance))

    def sums(self, steps: list[float]) -> tuple[float, float]:
        """The products of steps with weights and with themselves, by importance: ggml's `sumlx` and `suml2`."""
        weighted = rounded(map(mul, self.importance, steps))
        return total(rounded(map(mul, self.moments, steps))), total(
            rounded(map(mul, weighted, steps))
        )

    def trial(self, inverse: float, sum_lx: float, sum_l2: float, *, accepted: bool) -> Trial:
        """What these sums come to with the best scale for them."""
        scale = divide(sum_lx, sum_l2)
        return Trial(inverse, scale, 0.0, self.energy - scale * sum_lx, accepted)


def symmetric_search(weights: list[float], half: int, *, trace: list[Trial] | None = None) -> Fit:
    """Find the scale for steps `-half` to `half - 1` (`make_qx_quants` with `rmse_type` 1, no weights given).

    The importance of each weight is its square.

    Args:
        weights: Float32 weights of a sub-block.
        half: Number of negative steps.
        trace: Receives every trial.

    Returns:
        The scale, and the steps counted from 0.
    """
    peak = max(weights, key=abs)
    if abs(peak) < NEGLIGIBLE:
        return Fit(0.0, 0.0, [0] * len(weights))
    squares = _Squares(weights)
    low, high = float(-half), float(half - 1)
    scale = best = 0.0
    best_steps: list[float] = []
    # The plain scale first, then nine to either side of it.
    for trial in (0, *range(-9, 0), *range(1, 10)):
        inverse = divide(-f32(half + f32(_TENTH * trial)), peak)
        steps = nearest_steps(rounded([x * inverse for x in weights]), low, high)
        sum_lx, sum_l2 = squares.sums(steps)
        if trial == 0:
            accepted = True
            scale = divide(sum_lx, sum_l2) if sum_l2 else 0.0
        else:
            accepted = sum_l2 > 0.0 and f32(sum_lx * sum_lx) > f32(best * sum_l2)
            if accepted:
                scale = divide(sum_lx, sum_l2)
        if accepted:
            best = f32(scale * sum_lx)
            best_steps = steps
        if trace is not None:
            trace.append(squares.trial(inverse, sum_lx, sum_l2, accepted=accepted))
    return Fit(scale, 0.0, [int(x) + half for x in best_steps])


def stepwise_search(weights: list[float], half: int, *, trace: list[Trial] | None = None) -> Fit:
    """Find scale and steps by changing one step at a time, up to five rounds (`make_q3_quants`).

    Args:
        weights: Float32 weights of a sub-block.
        half: Number of negative steps.
        trace: Receives the plain scale, then the state after each round.

    Returns:
        The scale, and the steps counted from 0.
    """
    peak = max(weights, key=abs)
    if abs(peak) < NEGLIGIBLE:
        return Fit(0.0, 0.0, [0] * len(weights))
    squares = _Squares(weights)
    importance, moments = squares.importance, squares.moments
    inverse = divide(-half, peak)
    steps = nearest_steps(rounded([x * inverse for x in weights]), -half, half - 1)
    sum_lx, sum_l2 = squares.sums(steps)

    def record(inverse_scale: float, *, accepted: bool) -> None:
        if trace is not None:
            trace.append(squares.trial(inverse_scale, sum_lx, sum_l2, accepted=accepted))

    record(inverse, accepted=True)
    for _ in range(5):
        changed = False
        for i, step in enumerate(steps):
            rest_lx = f32(sum_lx - f32(moments[i] * step))
            if not rest_lx > 0.0:
                continue
            rest_l2 = f32(sum_l2 - f32(f32(importance[i] * step) * step))
            wanted = nearest_int(divide(f32(weights[i] * rest_l2), rest_lx))
            new = float(max(-half, min(half - 1, wanted)))
            if new == step:
                continue
            new_lx = f32(rest_lx + f32(moments[i] * new))
            new_l2 = f32(rest_l2 + f32(f32(importance[i] * new) * new))
            if new_l2 > 0.0 and (
                f32(f32(new_lx * new_lx) * sum_l2) > f32(f32(sum_lx * sum_lx) * new_l2)
            ):
                steps[i], sum_lx, sum_l2 = new, new_lx, new_l2
                changed = True
        if not changed:
            break
        record(0.0, accepted=True)
    scale = divide(sum_lx, sum_l2) if sum_l2 > 0.0 else 0.0
    return Fit(scale, 0.0, [int(x) + half for x in steps])
