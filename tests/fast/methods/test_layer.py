"""Rounding to nearest, GPTQ and AWQ, against numpy and against what theory says of them."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mkdocs_quantlab.engine.methods.layer import (
    DAMPING,
    GRID,
    Grid,
    awq,
    gptq,
    output_error,
    round_to_nearest,
    sample,
    weight_error,
)
from mkdocs_quantlab.engine.methods.matrix import cholesky, inverse, product


def make(seed, correlation=0.9, hot=1.0):
    return sample(8, 16, 64, correlation=correlation, hot=hot, seed=seed)


def nearest_in_numpy(weights, bits, group):
    """Affine rounding with a zero point, written for whole arrays."""
    blocks = weights.reshape(len(weights), -1, group)
    low = np.minimum(blocks.min(axis=2, keepdims=True), 0)
    high = np.maximum(blocks.max(axis=2, keepdims=True), 0)
    scale = (high - low) / (2**bits - 1)
    zero = np.floor(-low / scale + 0.5)
    ratio = blocks / scale
    q = np.clip(np.sign(ratio) * np.floor(np.abs(ratio) + 0.5) + zero, 0, 2**bits - 1)
    return ((q - zero) * scale).reshape(weights.shape)


def grid_in_numpy(part, bits):
    """A group's scales and zero points, a row each."""
    low, high = np.minimum(part.min(axis=1), 0), np.maximum(part.max(axis=1), 0)
    scale = (high - low) / (2**bits - 1)
    return scale, np.floor(-low / scale + 0.5)


def gptq_in_numpy(weights, inputs, bits, group, *, falling=False):
    """GPTQ by its other formulation: after each column, the inverse Hessian loses that row and column (OBQ, eq. 3).

    With falling order, the columns are moved before and back after, as gptq.py does it.
    """
    hessian = 2 / inputs.shape[1] * inputs @ inputs.T
    columns = np.arange(len(hessian))
    order = np.argsort(-np.diag(hessian), kind="stable") if falling else columns
    hessian = hessian[np.ix_(order, order)]
    hessian += DAMPING * np.mean(np.diag(hessian)) * np.eye(len(hessian))
    left = np.linalg.inv(hessian)
    fixed = [grid_in_numpy(weights[:, i - i % group :][:, :group], bits) for i in columns]
    work = weights[:, order].copy()
    for i in columns:
        if falling:
            scale, zero = fixed[order[i]]
        elif i % group == 0:
            scale, zero = grid_in_numpy(work[:, i : i + group], bits)
        ratio = work[:, i] / scale
        q = np.clip(np.sign(ratio) * np.floor(np.abs(ratio) + 0.5) + zero, 0, 2**bits - 1)
        error = (work[:, i] - (q - zero) * scale) / left[0, 0]
        work[:, i:] -= np.outer(error, left[0])
        left = (left - np.outer(left[:, 0], left[0]) / left[0, 0])[1:, 1:]
    return work[:, np.argsort(order)]


@pytest.mark.parametrize("bits", [2, 3, 4, 8])
@pytest.mark.parametrize("group", [4, 16])
def test_against_numpy(bits, group):
    weights, inputs, _ = make(3, hot=5)
    w, x = np.array(weights), np.array(inputs)
    nearest = round_to_nearest(weights, bits, group)
    np.testing.assert_allclose(nearest, nearest_in_numpy(w, bits, group), atol=1e-12)
    for falling in (False, True):
        pushed = gptq(weights, inputs, bits, group, falling=falling)[-1].weights
        expected = gptq_in_numpy(w, x, bits, group, falling=falling)
        np.testing.assert_allclose(pushed, expected, atol=1e-9)
    sizes = np.abs(x).mean(axis=1)
    for tried in awq(weights, inputs, bits, group):
        scales = sizes**tried.exponent
        scales /= math.sqrt(scales.max() * scales.min())
        rounded = nearest_in_numpy(w * scales, bits, group) / scales
        np.testing.assert_allclose(tried.weights, rounded, atol=1e-12)
        assert tried.error == pytest.approx(np.mean((w @ x - rounded @ x) ** 2))


@pytest.mark.parametrize("seed", range(20))
def test_gptq_beats_rounding_on_correlated_inputs(seed):
    weights, inputs, fresh = make(seed)
    nearest = round_to_nearest(weights, 3, 16)
    pushed = gptq(weights, inputs, 3, 16)[-1].weights
    assert output_error(weights, pushed, inputs) < 0.5 * output_error(weights, nearest, inputs)
    assert output_error(weights, pushed, fresh) < 0.5 * output_error(weights, nearest, fresh)
    assert weight_error(weights, pushed) > weight_error(weights, nearest)


def left_of_error(seed, hot, *, falling):
    """GPTQ's output error to that of rounding to nearest, on fresh inputs."""
    weights, inputs, fresh = make(seed, hot=hot)
    pushed = gptq(weights, inputs, 3, 16, falling=falling)[-1].weights
    nearest = round_to_nearest(weights, 3, 16)
    return output_error(weights, pushed, fresh) / output_error(weights, nearest, fresh)


def test_largest_inputs_first_is_what_gptq_needs_with_a_hot_channel():
    """A late hot channel takes up the errors of all before it, and has few left to leave its own to."""
    plain, falling = (
        [left_of_error(seed, 30, falling=falling) for seed in range(20)]
        for falling in (False, True)
    )
    assert max(plain) > 0.95  # here and there hardly anything is gained
    assert max(falling) < 0.6
    assert np.median(falling) < 0.7 * np.median(plain)
    assert sum(f < p for f, p in zip(falling, plain, strict=True)) >= 15


def test_falling_order_rounds_the_largest_inputs_first():
    weights, inputs, _ = make(4, hot=30)
    sizes = [sum(x * x for x in row) for row in inputs]
    steps = gptq(weights, inputs, 3, 8, falling=True)
    assert steps[-1].done == sorted(range(16), key=lambda i: -sizes[i])
    assert [step.done for step in steps] == [steps[-1].done[:n] for n in range(17)]


@pytest.mark.parametrize("seed", range(20))
def test_awq_beats_rounding_with_a_hot_channel(seed):
    weights, inputs, fresh = make(seed, correlation=0, hot=30)
    nearest = round_to_nearest(weights, 3, 16)
    best = min(awq(weights, inputs, 3, 16), key=lambda t: t.error)
    assert best.error < 0.8 * output_error(weights, nearest, inputs)
    assert output_error(weights, best.weights, fresh) < 0.8 * output_error(weights, nearest, fresh)


@given(st.integers(0, 10_000), st.sampled_from([2, 3, 4, 8]), st.sampled_from([4, 8, 16]))
@settings(max_examples=25, deadline=None)
def test_awq_never_loses_to_rounding(seed, bits, group):
    """Exponent 0 scales nothing, so rounding to nearest is among what it tries."""
    weights, inputs, _ = make(seed, hot=seed % 7 + 1)
    tried = awq(weights, inputs, bits, group)
    nearest = round_to_nearest(weights, bits, group)
    assert len(tried) == GRID
    assert tried[0].weights == nearest
    assert min(t.error for t in tried) <= output_error(weights, nearest, inputs)


def test_gptq_is_rounding_where_inputs_have_nothing_in_common():
    """A diagonal Hessian has a diagonal inverse: nothing is pushed anywhere."""
    weights, _, _ = make(1)
    orthogonal = [[4.0 if i == j else 0.0 for j in range(16)] for i in range(16)]
    for falling in (False, True):
        pushed = gptq(weights, orthogonal, 3, 16, falling=falling)[-1].weights
        assert pushed == round_to_nearest(weights, 3, 16)


def test_gptq_leaves_dead_channels_out():
    weights, inputs, _ = make(1)
    inputs[5] = [0.0] * len(inputs[5])
    pushed = gptq(weights, inputs, 3, 16)[-1].weights
    assert all(row[5] == 0 for row in pushed)


def test_gptq_steps_touch_only_what_is_left():
    weights, inputs, _ = make(2)
    steps = gptq(weights, inputs, 3, 16)
    assert steps[0].weights == weights
    for before, after in itertools.pairwise(steps):
        assert after.done == [*before.done, len(before.done)]
        for old, new in zip(before.weights, after.weights, strict=True):
            assert [old[i] for i in before.done] == [new[i] for i in before.done]
    grids = [Grid.of(row, 3) for row in weights]
    assert all(
        abs(grid.nearest(w) - w) < 1e-12
        for grid, row in zip(grids, steps[-1].weights, strict=True)
        for w in row
    )


@given(
    st.lists(
        st.floats(-10, 10, allow_subnormal=False).map(lambda x: round(x, 6)),
        min_size=1,
        max_size=20,
    ),
    st.sampled_from([2, 3, 4, 8]),
)
def test_a_grid_holds_zero_and_reaches_both_ends(weights, bits):
    grid = Grid.of(weights, bits)
    assert grid.nearest(0.0) == 0
    assert all(abs(grid.nearest(w) - w) <= grid.scale * (1 + 1e-9) for w in weights)


def test_matrices():
    rng = np.random.default_rng(0)
    a = rng.normal(size=(12, 40))
    positive = a @ a.T
    np.testing.assert_allclose(product(a.tolist(), a.T.tolist()), positive, atol=1e-12)
    np.testing.assert_allclose(cholesky(positive.tolist()), np.linalg.cholesky(positive))
    np.testing.assert_allclose(inverse(positive.tolist()), np.linalg.inv(positive), rtol=1e-8)
    with pytest.raises(ValueError, match="not positive definite"):
        cholesky([[1.0, 2.0], [2.0, 1.0]])
