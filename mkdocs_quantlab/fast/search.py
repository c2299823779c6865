"""ggml's searches for scales, on many sub-blocks at once.

The weights of a sub-block are a column, and columns lie side by side: an array has the shape (weights,
sub-blocks). Then `np.add.reduce` over the first axis adds row to row, which is the order in which the C code
adds, so that every float32 sum is the same to the last bit. All operations are float32 and mostly in place.

Source: `ggml-quants.c: make_qkx2_quants, make_qkx3_quants, make_qx_quants, make_q3_quants, make_qp_quants,
quantize_row_iq4_nl_impl`.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from mkdocs_quantlab.engine.ggml.codebooks import IQ4_NL_VALUES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[Any]  # float32

_ZERO, _ONE = np.float32(0), np.float32(1)
_MAGIC = np.float32(12582912.0)  # 1.5 * 2**23, see nearest_int
_TENTH = np.float32(0.1)
_SAFE = 4e6  # a little under 2**22, from where nearest_int no longer rounds

NEGLIGIBLE = np.float32(1e-15)
"""Columns whose weights are all smaller count as zero (`GROUP_MAX_EPS`)."""


def sequential_sum(array: Floats) -> Floats:
    """The float32 sum over the first axis, row by row.

    A single column would be summed pairwise by numpy, which rounds differently.
    """
    if array[0].size == 1:
        last: Floats = np.add.accumulate(array, axis=0)[-1]
        return last
    total: Floats = np.add.reduce(array, axis=0)
    return total


def nearest_int(values: Floats) -> NDArray[np.int32]:
    """Round as ggml's `nearest_int` does, out of range, for infinity and for NaN too."""
    return ((values + _MAGIC).view(np.int32) & 0x007FFFFF) - 0x00400000


def round_in_place(
    values: Floats, low: int, high: int, *, bound: np.floating | None = None
) -> None:
    """Replace values by the nearest integers of a range.

    Args:
        values: Changed in place.
        low: The lowest integer.
        high: The highest.
        bound: No magnitude is larger; found out where it is not given.
    """
    if bound is None:
        bound = max(values.max(), -values.min())
    if bound < _SAFE:  # False for NaN
        np.rint(values, out=values)
    else:
        values[...] = nearest_int(values)
    np.clip(values, np.float32(low), np.float32(high), out=values)


class _AffineTrials:
    """The arrays that the trials of `affine_search` share."""

    def __init__(self, weights: Floats, importance: Floats, top: int, *, absolute: bool) -> None:
        self.weights = weights
        self.importance = importance
        self.top = top
        self.absolute = absolute
        self.lowest, self.highest = weights.min(axis=0), weights.max(axis=0)
        self.levels, self._work, self._work_2 = (np.empty_like(weights) for _ in range(3))
        np.multiply(importance, weights, out=self._work)
        self._sum_w, self._sum_x = sequential_sum(importance), sequential_sum(self._work)

    def quantize(self, inverse: Floats, minimum: Floats) -> None:
        """Set the levels to the nearest steps."""
        np.subtract(self.weights, minimum, out=self.levels)
        np.multiply(self.levels, inverse, out=self.levels)
        low, high = np.absolute(self.lowest - minimum), np.absolute(self.highest - minimum)
        bound = np.absolute(np.maximum(low, high) * inverse).max()
        round_in_place(self.levels, 0, self.top, bound=bound)

    def error(self, scale: Floats, minimum: Floats) -> Floats:
        """The weighted error of the levels."""
        work = self._work
        np.multiply(self.levels, scale, out=work)
        np.add(work, minimum, out=work)
        np.subtract(work, self.weights, out=work)
        if self.absolute:
            np.absolute(work, out=work)
        else:
            np.square(work, out=work)
        np.multiply(work, self.importance, out=work)
        return sequential_sum(work)

    def fit(self) -> tuple[Floats, Floats, Floats]:
        """Weighted least squares of the weights on the levels: scale, minimum (at most 0), determinant."""
        np.multiply(self.levels, self.importance, out=self._work)
        np.multiply(self._work, self.levels, out=self._work_2)
        sum_l, sum_l2 = sequential_sum(self._work), sequential_sum(self._work_2)
        np.multiply(self._work, self.weights, out=self._work)
        sum_xl = sequential_sum(self._work)
        determinant = self._sum_w * sum_l2 - sum_l * sum_l
        scale = (self._sum_w * sum_xl - self._sum_x * sum_l) / determinant
        minimum = (sum_l2 * self._sum_x - sum_l * sum_xl) / determinant
        positive = minimum > 0
        if positive.any():
            minimum[positive] = 0
            np.divide(sum_xl, sum_l2, out=scale, where=positive)
        return scale, minimum, determinant


def affine_search(
    weights: Floats,
    importance: Floats,
    top: int,
    *,
    first: float,
    step: float = 0.1,
    trials: int,
    absolute: bool = False,
) -> tuple[Floats, Floats, Floats]:
    """Scale and minimum of each column for steps 0 to `top` (`make_qkx2_quants`, `make_qkx3_quants`).

    Args:
        weights: (weights, columns).
        importance: What an error costs, of the same shape.
        top: The highest step.
        first: How much the first trial adds to `top`, the steps that span the range.
        step: How much each further trial adds.
        trials: Number of trials after the plain one.
        absolute: Whether the error is the absolute difference instead of its square.

    Returns:
        The scales, what is taken off (at least 0), and the steps as float32.
    """
    search = _AffineTrials(weights, importance, top, absolute=absolute)
    minimum = np.where(search.lowest > 0, _ZERO, search.lowest)
    zero = search.lowest == 0
    if zero.any():  # the sign of the first of several zeros
        columns = weights[:, zero]
        minimum[zero] = np.take_along_axis(columns, columns.argmin(axis=0)[None], 0)[0]
    flat = search.highest == minimum
    inverse = np.float32(top) / np.where(flat, _ONE, search.highest - minimum)
    scale = _ONE / inverse
    search.quantize(inverse, minimum)
    best_error = search.error(scale, minimum)
    best_inverse, best_minimum = inverse, minimum.copy()
    for trial in range(trials):
        steps = np.float32(first) + np.float32(step) * np.float32(trial) + np.float32(top)
        # The range is that of the minimum fitted last, not of the weights: ggml reuses the variable.
        inverse = steps / np.where(flat, _ONE, search.highest - minimum)
        search.quantize(inverse, minimum)
        fitted, fitted_minimum, determinant = search.fit()
        error = search.error(fitted, fitted_minimum)
        better = (determinant > 0) & (error < best_error)
        np.copyto(best_inverse, inverse, where=better)
        np.copyto(best_minimum, minimum, where=better)
        np.copyto(best_error, error, where=better)
        np.copyto(scale, fitted, where=better)
        np.copyto(minimum, fitted_minimum, where=better)
    search.quantize(best_inverse, best_minimum)
    scale[flat] = 0
    search.levels[:, flat] = 0
    return scale, -minimum, search.levels


def _peaks(weights: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Of each column the weight of the largest magnitude, the first of several, which NaN never is; and which columns are of nothing.

    The peak of these is 1, so that it can be divided by.
    """
    highest, lowest = weights.max(axis=0), weights.min(axis=0)
    if np.isnan(highest).any():
        weights = np.where(np.isnan(weights), _ZERO, weights)
        highest, lowest = weights.max(axis=0), weights.min(axis=0)
    peak: Floats = np.where(highest > -lowest, highest, lowest)
    tied = highest == -lowest
    if tied.any():
        columns = weights[:, tied]
        place = np.absolute(columns).argmax(axis=0)
        peak[tied] = np.take_along_axis(columns, place[None], 0)[0]
    nothing = np.absolute(peak) < NEGLIGIBLE
    peak[nothing] = 1
    return peak, nothing


def symmetric_search(
    weights: Floats, half: int, importance: Floats | None = None
) -> tuple[Floats, Floats]:
    """Scale of each column for steps `-half` to `half - 1` (`make_qx_quants` with `rmse_type` 1).

    Args:
        weights: (weights, columns).
        half: Number of negative steps.
        importance: What a squared error costs, of the same shape; without it the squares of the weights.

    Returns:
        The scales, and the steps counted from 0 as float32; both 0 for columns of nothing.
    """
    peak, nothing = _peaks(weights)
    has_nan = np.isnan(weights.sum())  # scales are, where squares overflowed
    if importance is None:
        importance = np.square(weights)
    moments = importance * weights
    levels, work = np.empty_like(weights), np.empty_like(weights)

    def quantize(inverse: Floats) -> None:
        np.multiply(weights, inverse, out=levels)
        np.rint(levels, out=levels)
        np.clip(levels, np.float32(-half), np.float32(half - 1), out=levels)
        if has_nan:
            levels[np.isnan(levels)] = 0

    def sums() -> tuple[Floats, Floats]:
        np.multiply(moments, levels, out=work)
        sum_lx = sequential_sum(work)
        np.multiply(importance, levels, out=work)
        np.multiply(work, levels, out=work)
        return sum_lx, sequential_sum(work)

    best_inverse = np.float32(-half) / peak
    quantize(best_inverse)
    sum_lx, sum_l2 = sums()
    scale = np.zeros_like(sum_lx)
    np.divide(sum_lx, sum_l2, out=scale, where=sum_l2 != 0)
    best = scale * sum_lx
    for trial in (*range(-9, 0), *range(1, 10)):
        inverse = -(np.float32(half) + _TENTH * np.float32(trial)) / peak
        quantize(inverse)
        sum_lx, sum_l2 = sums()
        better = (sum_l2 > 0) & (sum_lx * sum_lx > best * sum_l2)
        np.divide(sum_lx, sum_l2, out=scale, where=better)
        np.multiply(scale, sum_lx, out=best, where=better)
        np.copyto(best_inverse, inverse, where=better)
    quantize(best_inverse)
    levels += np.float32(half)
    levels[:, nothing] = 0
    scale[nothing] = 0
    return scale, levels


def stepwise_search(weights: Floats, half: int) -> tuple[Floats, Floats]:
    """Scale and steps of each column by changing one step at a time (`make_q3_quants`).

    Args:
        weights: (weights, columns).
        half: Number of negative steps.

    Returns:
        The scales, and the steps counted from 0 as float32; both 0 for columns of nothing.
    """
    peak, nothing = _peaks(weights)
    all_levels = weights * (np.float32(-half) / peak)
    round_in_place(all_levels, -half, half - 1, bound=np.float32(half))
    importance = np.square(weights)
    moments = importance * weights
    all_lx = sequential_sum(moments * all_levels)
    all_l2 = sequential_sum(importance * all_levels * all_levels)

    # Most columns are settled after a round or two; the others move together into smaller arrays.
    columns = np.arange(weights.shape[1])
    levels, sum_lx, sum_l2 = all_levels, all_lx, all_l2
    for _ in range(5):
        changed = _change_steps(weights, importance, moments, levels, (sum_lx, sum_l2), half=half)
        if levels is not all_levels:
            all_levels[:, columns] = levels
            all_lx[columns], all_l2[columns] = sum_lx, sum_l2
        keep = np.flatnonzero(changed)
        if not keep.size:
            break
        columns = columns[keep]
        weights, importance, moments = weights[:, keep], importance[:, keep], moments[:, keep]
        levels, sum_lx, sum_l2 = levels[:, keep], sum_lx[keep], sum_l2[keep]

    scale = np.zeros_like(all_lx)
    np.divide(all_lx, all_l2, out=scale, where=all_l2 > 0)
    all_levels += np.float32(half)
    all_levels[:, nothing] = 0
    scale[nothing] = 0
    return scale, all_levels


def _change_steps(
    weights: Floats,
    importance: Floats,
    moments: Floats,
    levels: Floats,
    sums: tuple[Floats, Floats],
    *,
    half: int,
) -> NDArray[np.bool_]:
    """One round of `stepwise_search`, in place; which columns changed."""
    sum_lx, sum_l2 = sums
    changed = np.zeros(weights.shape[1], bool)
    rest_lx, rest_l2 = np.empty_like(sum_lx), np.empty_like(sum_l2)
    wanted, differs = np.empty_like(sum_lx), np.empty_like(changed)
    low, high = np.float32(-half), np.float32(half - 1)
    for x, w, wx, level in zip(weights, importance, moments, levels, strict=True):
        np.multiply(wx, level, out=rest_lx)
        np.subtract(sum_lx, rest_lx, out=rest_lx)
        np.multiply(w, level, out=rest_l2)
        np.multiply(rest_l2, level, out=rest_l2)
        np.subtract(sum_l2, rest_l2, out=rest_l2)
        np.multiply(x, rest_l2, out=wanted)
        np.divide(wanted, rest_lx, out=wanted)
        if max(wanted.max(), -wanted.min()) < _SAFE:
            np.rint(wanted, out=wanted)
        else:
            wanted[...] = nearest_int(wanted)
        np.clip(wanted, low, high, out=wanted)
        np.not_equal(wanted, level, out=differs)
        place = np.flatnonzero(differs)
        if not place.size:
            continue
        # Few columns want another step: only they are looked at closely.
        new, old_lx, old_l2 = wanted[place], sum_lx[place], sum_l2[place]
        base_lx = rest_lx[place]
        new_lx = base_lx + wx[place] * new
        new_l2 = rest_l2[place] + w[place] * new * new
        better = new_lx * new_lx * old_l2 > old_lx * old_lx * new_l2
        better &= (base_lx > 0) & (new_l2 > 0)
        place, new = place[better], new[better]
        level[place] = new
        sum_lx[place], sum_l2[place] = new_lx[better], new_l2[better]
        changed[place] = True
    return changed


def positive_search(values: Floats, top: int, importance: Floats) -> tuple[Floats, Floats]:
    """Scale of each column of sub-block scales for steps 0 to `top` (`make_qp_quants`).

    Args:
        values: (sub-blocks, columns).
        top: The highest step.
        importance: What a squared error costs, of the same shape.

    Returns:
        The scales, and the steps as float32, 0 to 255: as in ggml, a negative value's step wraps.
    """
    highest = np.maximum(values.max(axis=0), _ZERO)
    nothing = highest < NEGLIGIBLE
    highest[nothing] = 1
    top_ = np.float32(top)

    def error_of(levels: Floats, scale: Floats) -> Floats:
        difference = values - scale * levels
        return sequential_sum(importance * difference * difference)

    best_inverse = top_ / highest
    levels = (nearest_int(best_inverse * values) & 255).astype(np.float32)
    best_error = error_of(levels, _ONE / best_inverse)
    for trial in (*range(-4, 0), *range(1, 5)):
        inverse = (_TENTH * np.float32(trial) + top_) / highest
        levels = np.minimum(nearest_int(inverse * values), top).astype(np.float32)
        error = error_of(levels, _ONE / inverse)
        better = error < best_error
        np.copyto(best_error, error, where=better)
        np.copyto(best_inverse, inverse, where=better)
    signed = np.minimum(nearest_int(best_inverse * values), top)
    levels = signed.astype(np.float32)
    sum_lx = sequential_sum(importance * values * levels)
    sum_l2 = sequential_sum(importance * levels * levels)
    levels = (signed & 255).astype(np.float32)
    live = np.ones(highest.shape, bool)
    for _ in range(5):
        changed = np.zeros_like(live)
        for x, w, level in zip(values, importance, levels, strict=True):
            rest_lx = sum_lx - w * x * level
            rest_l2 = sum_l2 - w * level * level
            wanted = np.minimum(nearest_int(x * rest_l2 / rest_lx), top)
            new = wanted.astype(np.float32)
            new_lx, new_l2 = rest_lx + w * x * new, rest_l2 + w * new * new
            better = new_lx * new_lx * sum_l2 > sum_lx * sum_lx * new_l2
            better &= live & (rest_lx > 0) & (rest_l2 > 0) & (new != level)
            np.copyto(level, (wanted & 255).astype(np.float32), where=better)
            np.copyto(sum_lx, new_lx, where=better)
            np.copyto(sum_l2, new_l2, where=better)
            changed |= better
        live = changed
        if not live.any():
            break
    scale = np.zeros_like(sum_lx)
    np.divide(sum_lx, sum_l2, out=scale, where=sum_l2 > 0)
    levels[:, nothing] = 0
    scale[nothing] = 0
    return scale, levels


# The step nearest a number, by its double rounded down, from -256 to 256: all half-way points are halves.
_HALF_WAYS = [a + b for a, b in pairwise(IQ4_NL_VALUES)]
_NEAREST_STEP = np.searchsorted(_HALF_WAYS, np.arange(-256, 257), side="right").astype(np.uint8)
_NEAREST_VALUE = np.array(IQ4_NL_VALUES, np.float32)[_NEAREST_STEP]


def _doubles(weights: Floats, inverse: Floats, work: Floats) -> NDArray[np.intp]:
    """Indices into the tables of nearest steps."""
    np.multiply(weights, inverse, out=work)
    np.add(work, work, out=work)
    np.floor(work, out=work)
    np.clip(work, np.float32(-256), np.float32(256), out=work)
    if np.isnan(work).any():
        work[np.isnan(work)] = 256  # where ggml's bisection ends
    work += np.float32(256)
    return work.astype(np.intp)


def nonlinear_steps(weights: Floats, inverse: Floats) -> NDArray[np.uint8]:
    """The number of the step of IQ4_NL nearest each scaled weight (`best_index_int8`)."""
    return _NEAREST_STEP[_doubles(weights, inverse, np.empty_like(weights))]


def nonlinear_search(weights: Floats, importance: Floats) -> Floats:
    """Scale of each column for the steps of IQ4_NL, 0 for columns of nothing.

    Args:
        weights: (weights, columns).
        importance: What a squared error costs, of the same shape.
    """
    peak, nothing = _peaks(weights)
    work, points = np.empty_like(weights), np.empty_like(weights)

    def sums(inverse: Floats) -> tuple[Floats, Floats]:
        np.take(_NEAREST_VALUE, _doubles(weights, inverse, work), out=points, mode="clip")
        np.multiply(importance, points, out=work)
        np.multiply(points, work, out=points)
        np.multiply(work, weights, out=work)
        return sequential_sum(work), sequential_sum(points)

    sum_qx, sum_q2 = sums(_ONE / (peak / np.float32(127)))
    scale = np.zeros_like(sum_qx)
    np.divide(sum_qx, sum_q2, out=scale, where=sum_q2 > 0)
    best = scale * sum_qx
    for trial in range(-7, 8):
        sum_qx, sum_q2 = sums(np.float32(trial - 127) / peak)
        better = (sum_q2 > 0) & (sum_qx * sum_qx > best * sum_q2)
        np.divide(sum_qx, sum_q2, out=scale, where=better)
        np.multiply(scale, sum_qx, out=best, where=better)
    scale[nothing] = 0
    return scale
