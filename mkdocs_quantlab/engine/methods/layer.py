"""A linear layer quantized three ways: round to nearest, GPTQ and AWQ. All store the same number of bits.

A layer computes Y = W X: W has a row per output and a column per input channel, X a column per calibration input. Rounding
each weight to its nearest step makes the error of W small; what counts is the error of Y.

Sources: GPTQ, Frantar et al. 2022, arXiv 2210.17323, and its authors' `gptq.py`; AWQ, Lin et al. 2023, arXiv 2306.00978,
and its authors' `auto_scale.py`.
"""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.engine.methods.matrix import Matrix, cholesky, inverse, product, transpose
from mkdocs_quantlab.engine.methods.uniform import round_half_away

if TYPE_CHECKING:
    from collections.abc import Sequence

DAMPING = 0.01
"""Share of the Hessian's mean diagonal that GPTQ adds to it (`percdamp` of gptq.py)."""

GRID = 20
"""AWQ tries the exponents 0, 1/20, ... 19/20 (`n_grid` of auto_scale.py)."""


class Grid(NamedTuple):
    """The values that a group of weights can take: whole steps from a zero point.

    The affine rule that GPTQ and AWQ use by default: the range is widened to hold zero, so that zero is exact.
    """

    scale: float
    zero: int
    top: int
    """Largest stored integer: 2^bits - 1."""

    @classmethod
    def of(cls, weights: Sequence[float], bits: int) -> Grid:
        """The grid from the smallest to the largest weight."""
        low, high = min(0.0, *weights), max(0.0, *weights)
        top = (1 << bits) - 1
        scale = (high - low) / top
        return cls(scale, round_half_away(-low / scale) if scale else 0, top)

    def nearest(self, weight: float) -> float:
        """The grid's value nearest to a weight."""
        if not self.scale:
            return 0.0
        q = min(max(round_half_away(weight / self.scale) + self.zero, 0), self.top)
        return (q - self.zero) * self.scale


def _grids(weights: Matrix, start: int, group: int, bits: int) -> list[Grid]:
    """Each row's grid for the group of columns that begins at `start`."""
    return [Grid.of(row[start : start + group], bits) for row in weights]


def round_to_nearest(weights: Matrix, bits: int, group: int) -> Matrix:
    """Every weight to the nearest value of its group's grid.

    Args:
        weights: The layer, a row per output.
        bits: Bits per weight.
        group: Consecutive weights of a row that share a scale and a zero point.
    """
    result: Matrix = [[] for _ in weights]
    for start in range(0, len(weights[0]), group):
        grids = _grids(weights, start, group, bits)
        for grid, row, done in zip(grids, weights, result, strict=True):
            done.extend(map(grid.nearest, row[start : start + group]))
    return result


class Step(NamedTuple):
    """GPTQ after some of the columns."""

    done: list[int]
    """Columns that are rounded, in the order in which they were."""
    weights: Matrix
    """The other columns have taken up the error so far."""


def gptq(
    weights: Matrix, inputs: Matrix, bits: int, group: int, *, falling: bool = False
) -> list[Step]:
    """GPTQ, column by column: the error of a rounded column is pushed to the columns not yet rounded.

        H = 2/N X X^T + damping,  U the upper Cholesky factor of H^-1
        e = (w_i - round(w_i)) / U_ii,  w_j -= e U_ij for all later j

    Args:
        weights: The layer, a row per output.
        inputs: Calibration inputs, a row per channel.
        bits: Bits per weight.
        group: Weights of a row that share a grid; it is made when the group's first column is reached.
        falling: Columns by the falling diagonal of H, largest inputs first, instead of from left to right (`actorder` of gptq.py).
            Grids are then made before the first column (`static_groups`), so that the groups stay neighbours.

    Returns:
        The state before the first column and after each; the last one's weights are the result.
    """
    n = len(inputs[0])
    hessian = [[2 / n * value for value in row] for row in product(inputs, transpose(inputs))]
    columns = range(len(hessian))
    work = [list(row) for row in weights]
    for i in columns:
        if hessian[i][i] == 0:  # a dead channel: its weights do not matter
            hessian[i][i] = 1.0
            for row in work:
                row[i] = 0.0
    damping = DAMPING * math.fsum(hessian[i][i] for i in columns) / len(hessian)
    for i in columns:
        hessian[i][i] += damping
    order = sorted(columns, key=lambda i: -hessian[i][i]) if falling else list(columns)
    # H^-1 = U^T U with U upper triangular: the transpose of the lower factor.
    upper = transpose(cholesky(inverse([[hessian[i][j] for j in order] for i in order])))
    grids = {start: _grids(work, start, group, bits) for start in columns[::group] if falling}
    steps = [Step([], [list(row) for row in work])]
    for place, i in enumerate(order):
        start = i - i % group
        if start not in grids:
            grids[start] = _grids(work, start, group, bits)
        for row, grid in zip(work, grids[start], strict=True):
            rounded = grid.nearest(row[i])
            error = (row[i] - rounded) / upper[place][place]
            row[i] = rounded
            for later in range(place + 1, len(order)):
                row[order[later]] -= error * upper[place][later]
        steps.append(Step(order[: place + 1], [list(row) for row in work]))
    return steps


class Scaled(NamedTuple):
    """AWQ at one exponent."""

    exponent: float
    scales: list[float]
    """What each input channel's weights are multiplied by before rounding; the input is divided by it."""
    weights: Matrix
    """The rounded weights with the scales taken out again."""
    error: float
    """Mean squared error of the output."""


def awq(weights: Matrix, inputs: Matrix, bits: int, group: int) -> list[Scaled]:
    """AWQ's search: channels with large inputs are scaled up before rounding, by the power of their size that serves best.

        s = (mean |x| of the channel)^a, divided by sqrt(max s * min s)
        W_hat = round(W diag(s)) diag(s)^-1

    The search for clipping that follows it in AWQ is left out, so that all three methods have the same grids.

    Returns:
        One result per exponent; exponent 0 is rounding to nearest.
    """
    sizes = [math.fsum(map(abs, row)) / len(row) for row in inputs]
    tried = []
    for k in range(GRID):
        exponent = k / GRID
        scales = [max(size**exponent, 1e-4) for size in sizes]  # auto_scale.py clamps so too
        middle = math.sqrt(max(scales) * min(scales))
        scales = [s / middle for s in scales]
        scaled = [[w * s for w, s in zip(row, scales, strict=True)] for row in weights]
        rounded = [
            [w / s for w, s in zip(row, scales, strict=True)]
            for row in round_to_nearest(scaled, bits, group)
        ]
        tried.append(Scaled(exponent, scales, rounded, output_error(weights, rounded, inputs)))
    return tried


def output_error(weights: Matrix, rounded: Matrix, inputs: Matrix) -> float:
    """Mean squared difference between W X and W_hat X."""
    return weight_error(product(weights, inputs), product(rounded, inputs))


def weight_error(weights: Matrix, rounded: Matrix) -> float:
    """Mean squared difference between two matrices."""
    pairs = (
        (a, b)
        for row, other in zip(weights, rounded, strict=True)
        for a, b in zip(row, other, strict=True)
    )
    return math.fsum((a - b) ** 2 for a, b in pairs) / (len(weights) * len(weights[0]))


class Sample(NamedTuple):
    """A layer to try the methods on."""

    weights: Matrix
    inputs: Matrix
    """What the methods see."""
    fresh: Matrix
    """Inputs of the same kind that they never see."""


def sample(
    rows: int, columns: int, count: int, *, correlation: float, hot: float, seed: int
) -> Sample:
    """A Gaussian layer, and inputs whose neighbouring channels go together.

    Args:
        rows: Outputs.
        columns: Input channels.
        count: Inputs of either kind.
        correlation: Between neighbouring channels, from 0 (independent) to below 1; an autoregressive process.
        hot: How many times larger one channel's inputs are than the others'.
        seed: Start of the random numbers.
    """
    rng = random.Random(seed)
    # Few decimals: platforms whose log or cos differs in the last bit agree.
    weights = [[round(rng.gauss(0, 0.25), 4) for _ in range(columns)] for _ in range(rows)]
    hot_channel = rng.randrange(columns)
    fresh_noise = math.sqrt(1 - correlation * correlation)

    def draw() -> Matrix:
        inputs = []
        for _ in range(count):
            x = 0.0
            one = []
            for channel in range(columns):
                noise = round(rng.gauss(0, 1), 4)
                x = correlation * x + fresh_noise * noise if channel else noise
                one.append(x)
            one[hot_channel] *= hot
            inputs.append(one)
        return transpose(inputs)

    return Sample(weights, draw(), draw())
