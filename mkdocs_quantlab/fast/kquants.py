"""Encoders with a search for scales on many blocks at once.

Q2_K to Q6_K, IQ4_NL and IQ4_XS, with and without importance; Q4_0, Q4_1, Q5_0 and Q5_1 with it.

A tile of blocks is turned so that the weights of a sub-block are a column: (weights, sub-blocks, blocks).

Source: `ggml-quants.c: quantize_row_q2_K_ref` to `quantize_row_q6_K_ref` without importance,
`quantize_row_*_impl` with it, `quantize_row_iq4_nl_impl`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mkdocs_quantlab.fast.search import (
    NEGLIGIBLE,
    affine_search,
    nearest_int,
    nonlinear_search,
    nonlinear_steps,
    positive_search,
    round_in_place,
    sequential_sum,
    stepwise_search,
    symmetric_search,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[Any]  # float32
    Bytes = NDArray[Any]  # uint8

_ONE = np.float32(1)


def _columns(blocks: Floats, size: int) -> Floats:
    """Blocks (blocks, weights) as (weights of a sub-block, sub-blocks, blocks)."""
    count = blocks.shape[1] // size
    # Always a copy, as encoders work in place.
    return blocks.reshape(-1, count, size).transpose(2, 1, 0).copy(order="C")


def _sub_blocks(values: Floats, count: int) -> Floats:
    """One value a column, as (sub-blocks, blocks)."""
    return values.reshape(count, -1)


def _flat(columns: Floats) -> Floats:
    """(weights, sub-blocks, blocks) as (weights, all sub-blocks)."""
    return columns.reshape(columns.shape[0], -1)


def _halves(values: Floats) -> tuple[Bytes, Floats]:
    """Values as float16: their bytes (blocks, 2), and as float32 again."""
    halves = values.astype("<f2")
    return halves.view(np.uint8).reshape(-1, 2), halves.astype(np.float32)


def _energy(blocks: Floats) -> Floats:
    """The sum of squares of each block, weight by weight."""
    return sequential_sum(np.ascontiguousarray(np.square(blocks).T))


def _weighted(columns: Floats, mean_square: Floats, importance: Floats) -> Floats:
    """What an error at a weight costs, given the importance of its column of the tensor.

    Args:
        columns: The weights.
        mean_square: Of each block, or twice that: ggml's `sigma2`.
        importance: Of each weight of each block.
    """
    weight = np.square(columns)
    weight += mean_square
    np.sqrt(weight, out=weight)
    weight *= _columns(importance, columns.shape[0])
    return weight


def _largest_scale(scales: Floats) -> Floats:
    """Of each block the scale of the largest magnitude, the first of several; NaN never is."""
    magnitude = np.absolute(scales)
    magnitude[np.isnan(magnitude)] = -1
    largest: Floats = np.take_along_axis(scales, magnitude.argmax(axis=0)[None], 0)[0]
    largest[np.isnan(largest)] = 0
    return largest


def _largest_positive(values: Floats) -> Floats:
    """Of each block the largest value, at least 0; NaN never is."""
    largest: Floats = np.fmax(np.fmax.reduce(values, axis=0), np.float32(0))
    return largest


def _requantize(weights: Floats, levels: Floats, scale: Floats, low: int, high: int) -> Bytes:
    """Steps counted from 0 under the rounded scales; the search's own where a scale became zero.

    Args:
        weights: (weights, columns), with the minimum added; overwritten.
        levels: The search's steps.
        scale: Of each column.
        low: The lowest step.
        high: The highest.
    """
    scale = scale.reshape(-1)
    dead = scale == 0
    np.divide(weights, np.where(dead, _ONE, scale), out=weights)
    round_in_place(weights, low, high)
    if low:
        weights -= np.float32(low)
    if dead.any():
        np.copyto(weights, levels, where=dead)
    return weights.astype(np.uint8)


def _pack_crumbs(steps: Bytes) -> Bytes:
    """2-bit steps, four weights 32 apart in a byte: (weights, sub-blocks, blocks) to (64, blocks)."""
    # (half of the block, quarter of the half, weight of the quarter, blocks)
    runs = _in_order(steps).reshape(2, 4, 32, -1) & 3
    packed = runs[:, 0] | runs[:, 1] << 2 | runs[:, 2] << 4 | runs[:, 3] << 6
    return packed.reshape(64, -1)


def _in_order(steps: Bytes) -> Bytes:
    """(weights of a sub-block, sub-blocks, blocks) as (weights of the block, blocks)."""
    return steps.transpose(1, 0, 2).reshape(-1, steps.shape[2])


def _pack_planes(bits: Bytes) -> Bytes:
    """One bit of each weight, weight i in bit i // 32 of byte i % 32: (256, blocks) to (32, blocks)."""
    planes = bits.reshape(8, 32, -1)
    packed: Bytes = planes[0].copy()
    for k in range(1, 8):
        packed |= planes[k] << k
    return packed


def _assemble(size: int, *parts: Bytes) -> Bytes:
    """Parts (bytes, blocks) one after the other, turned to (blocks, bytes)."""
    out = np.empty((parts[0].shape[1], size), np.uint8)
    start = 0
    for part in parts:
        out[:, start : start + len(part)] = part.T
        start += len(part)
    return out


def encode_q2_k(blocks: Floats, importance: Floats | None) -> Bytes:
    """Q2_K of many blocks."""
    columns = _columns(blocks, 16)
    x = _flat(columns)
    if importance is None:
        weight = np.absolute(x)
        scale, low, levels = affine_search(x, weight, 3, first=-0.5, trials=16, absolute=True)
        scale, low = _sub_blocks(scale, 16), _sub_blocks(low, 16)
        most, most_low = _largest_positive(scale), _largest_positive(low)
        fifteen = np.float32(15)
        level = np.where(most > 0, nearest_int(fifteen / most * scale), 0)
        offset = np.where(most_low > 0, nearest_int(fifteen / most_low * low), 0)
        d, dmin = most / fifteen, most_low / fifteen
        packed = ((level | offset << 4) & 255).astype(np.uint8)
    else:
        weight = _flat(_weighted(columns, _energy(blocks) / np.float32(256), importance))
        scale, low, levels = affine_search(x, weight, 3, first=-0.9, step=0.05, trials=37)
        sums = _sub_blocks(sequential_sum(weight), 16)
        d, level_ = positive_search(_sub_blocks(scale, 16), 15, sums)
        dmin, offset_ = positive_search(_sub_blocks(low, 16), 15, sums)
        packed = level_.astype(np.uint8) | offset_.astype(np.uint8) << 4
    d_bytes, d = _halves(d)
    dmin_bytes, dmin = _halves(dmin)
    scale = d * (packed & 15)
    x += (dmin * (packed >> 4)).reshape(-1)
    steps = _requantize(x, levels, scale, 0, 3).reshape(columns.shape)
    return _assemble(84, packed, _pack_crumbs(steps), d_bytes.T, dmin_bytes.T)


def encode_q3_k(blocks: Floats, importance: Floats | None) -> Bytes:
    """Q3_K of many blocks."""
    columns = _columns(blocks, 16)
    x = _flat(columns)
    if importance is None:
        scale, levels = stepwise_search(x, 4)
        scale = _sub_blocks(scale, 16)
        most = _largest_scale(scale)
        inverse = np.float32(-32) / most
        # ggml casts to int8_t before it clamps.
        level = np.clip(nearest_int(inverse * scale).astype(np.int8), -32, 31).astype(np.uint8) + 32
        level[:, most == 0] = 0
        d = np.where(most != 0, _ONE / inverse, np.float32(0))
    else:
        weight = _flat(_weighted(columns, 2 * _energy(blocks) / np.float32(256), importance))
        scale, levels = symmetric_search(x, 4, weight)
        sums = _sub_blocks(sequential_sum(weight), 16)
        d, level_ = symmetric_search(_sub_blocks(scale, 16), 32, sums)
        level = level_.astype(np.uint8)
    d_bytes, d = _halves(d)
    packed = np.empty((12, len(blocks)), np.uint8)
    packed[:8] = level[:8] & 15 | (level[8:] & 15) << 4
    high = (level >> 4).reshape(4, 4, -1)
    packed[8:] = high[0] | high[1] << 2 | high[2] << 4 | high[3] << 6
    scale = d * (level.astype(np.int8) - 32)
    steps = _requantize(x, levels, scale.astype(np.float32), -4, 3).reshape(columns.shape)
    planes = _pack_planes(_in_order(steps) >> 2)
    return _assemble(110, planes, _pack_crumbs(steps), packed, d_bytes.T)


def encode_six_bit_scales(
    blocks: Floats, importance: Floats | None, top: int, first: float, trials: int
) -> tuple[list[Bytes], Bytes]:
    """The fields of Q4_K and Q5_K up to the scales, and the steps (256, blocks)."""
    columns = _columns(blocks, 32)
    x = _flat(columns)
    if importance is None:
        weight = np.absolute(x)
        weight += np.sqrt(sequential_sum(np.square(x)) / np.float32(32))
        scale, low, levels = affine_search(x, weight, top, first=first, trials=trials)
        scale, low = _sub_blocks(scale, 8), _sub_blocks(low, 8)
        most, most_low = _largest_positive(scale), _largest_positive(low)
        limit = np.float32(63)
        inverse = np.where(most > 0, limit / most, np.float32(0))
        inverse_low = np.where(most_low > 0, limit / most_low, np.float32(0))
        # ggml casts to uint8_t before it clamps, so that negative scales become large ones.
        level = np.minimum(nearest_int(inverse * scale) & 255, 63).astype(np.uint8)
        offset = np.minimum(nearest_int(inverse_low * low) & 255, 63).astype(np.uint8)
        d, dmin = most / limit, most_low / limit
    else:
        weight = _flat(_weighted(columns, 2 * _energy(blocks) / np.float32(256), importance))
        scale, low, levels = affine_search(x, weight, top, first=-0.9, step=0.05, trials=37)
        sums = _sub_blocks(sequential_sum(weight), 8)
        d, level_ = positive_search(_sub_blocks(scale, 8), 63, sums)
        dmin, offset_ = positive_search(_sub_blocks(low, 8), 63, sums)
        level, offset = level_.astype(np.uint8), offset_.astype(np.uint8)
        if top == 31:  # only Q5_K clamps them here
            np.minimum(level, 63, out=level)
            np.minimum(offset, 63, out=offset)
    packed = np.empty((12, len(blocks)), np.uint8)
    packed[:4] = level[:4] | level[4:] >> 4 << 6
    packed[4:8] = offset[:4] | offset[4:] >> 4 << 6
    packed[8:] = level[4:] & 15 | (offset[4:] & 15) << 4
    if importance is not None:  # what does not fit into six bits is read back without it
        level = np.concatenate([packed[:4] & 63, packed[8:] & 15 | packed[:4] >> 6 << 4])
        offset = np.concatenate([packed[4:8] & 63, packed[8:] >> 4 | packed[4:8] >> 6 << 4])
    d_bytes, d = _halves(d)
    dmin_bytes, dmin = _halves(dmin)
    x += (dmin * offset).reshape(-1)
    steps = _requantize(x, levels, d * level, 0, top).reshape(columns.shape)
    return [d_bytes.T, dmin_bytes.T, packed], _in_order(steps)


def _pack_nibbles(steps: Bytes, half: int) -> Bytes:
    """4-bit steps, two weights `half` apart in a byte: (weights, blocks) to (weights / 2, blocks)."""
    pairs = steps.reshape(-1, 2, half, steps.shape[1])
    return (pairs[:, 0] & 15 | pairs[:, 1] << 4).reshape(-1, steps.shape[1])


def encode_q4_k(blocks: Floats, importance: Floats | None) -> Bytes:
    """Q4_K of many blocks."""
    head, steps = encode_six_bit_scales(blocks, importance, 15, -1.0, 21)
    return _assemble(144, *head, _pack_nibbles(steps, 32))


def encode_q5_k(blocks: Floats, importance: Floats | None) -> Bytes:
    """Q5_K of many blocks."""
    head, steps = encode_six_bit_scales(blocks, importance, 31, -0.5, 16)
    return _assemble(176, *head, _pack_planes(steps >> 4), _pack_nibbles(steps, 32))


def encode_q6_k(blocks: Floats, importance: Floats | None) -> Bytes:
    """Q6_K of many blocks."""
    columns = _columns(blocks, 16)
    x = _flat(columns)
    weight = None if importance is None else _flat(_columns(importance, 16))
    scale, levels = symmetric_search(x, 32, weight)
    scale = _sub_blocks(scale, 16)
    most = _largest_scale(scale)
    dead = np.absolute(most) < NEGLIGIBLE
    inverse = np.float32(-128) / most
    d_bytes, d = _halves(_ONE / inverse)
    level = np.minimum(nearest_int(inverse * scale), 127).astype(np.int8)
    steps = _requantize(x, levels, d * level, -32, 31).reshape(columns.shape)
    low = _pack_nibbles(_in_order(steps), 64)
    out = _assemble(210, low, _pack_crumbs(steps >> 4), level.view(np.uint8), d_bytes.T)
    out[dead] = 0
    return out


def _nonlinear_scales(columns: Floats, blocks: Floats, importance: Floats | None) -> Floats:
    if importance is None:
        return nonlinear_search(_flat(columns), np.square(_flat(columns)))
    mean_square = _energy(blocks) * np.float32(2 / blocks.shape[1])
    weight = _flat(_weighted(columns, mean_square, importance))
    return nonlinear_search(_flat(columns), weight)


def encode_iq4_nl(blocks: Floats, importance: Floats | None) -> Bytes:
    """IQ4_NL of many blocks."""
    columns = _columns(blocks, 32)
    scale = _nonlinear_scales(columns, blocks, importance)
    inverse = np.zeros_like(scale)
    np.divide(_ONE, scale, out=inverse, where=scale != 0)
    steps = nonlinear_steps(_flat(columns), inverse)
    return _assemble(18, _halves(scale)[0].T, _pack_nibbles(steps, 16))


def encode_iq4_xs(blocks: Floats, importance: Floats | None) -> Bytes:
    """IQ4_XS of many blocks."""
    columns = _columns(blocks, 32)
    scale = _sub_blocks(_nonlinear_scales(columns, blocks, importance), 8)
    d = -_largest_scale(scale) / np.float32(32)
    inverse = np.zeros_like(d)
    np.divide(_ONE, d, out=inverse, where=d != 0)
    level = np.clip(nearest_int(inverse * scale), -32, 31)
    # The steps are chosen under d before it is rounded to float16.
    step = (d * level.astype(np.float32)).reshape(-1)
    inverse = np.zeros_like(step)
    np.divide(_ONE, step, out=inverse, where=step != 0)
    steps = _in_order(nonlinear_steps(_flat(columns), inverse).reshape(columns.shape))
    level = (level + 32).astype(np.uint16)
    high = np.zeros(len(blocks), "<u2")
    for k in range(8):
        high |= level[k] >> 4 << 2 * k
    low = (level[::2] & 15 | (level[1::2] & 15) << 4).astype(np.uint8)
    high_bytes = high.view(np.uint8).reshape(-1, 2)
    return _assemble(136, _halves(d)[0].T, high_bytes.T, low, _pack_nibbles(steps, 16))


def _row_weighted(blocks: Floats, importance: Floats, mean_square: Floats) -> tuple[Floats, Floats]:
    """Blocks as columns of 32 weights, and what an error at each costs."""
    columns = _columns(blocks, 32)
    return _flat(columns), _flat(_weighted(columns, mean_square, importance))


def _fifth_bits(steps: Bytes) -> Bytes:
    """One bit of each weight, weight i in bit i % 8 of byte i // 8: (32, blocks) to (4, blocks)."""
    return np.packbits(steps >> 4, axis=0, bitorder="little")


def encode_q4_0(blocks: Floats, importance: Floats, mean_square: Floats) -> Bytes:
    """Q4_0 of many blocks, with importance."""
    x, weight = _row_weighted(blocks, importance, mean_square)
    scale, levels = symmetric_search(x, 8, weight)
    return _assemble(18, _halves(scale)[0].T, _pack_nibbles(levels.astype(np.uint8), 16))


def encode_q5_0(blocks: Floats, importance: Floats, mean_square: Floats) -> Bytes:
    """Q5_0 of many blocks, with importance."""
    x, weight = _row_weighted(blocks, importance, mean_square)
    scale, levels = symmetric_search(x, 16, weight)
    steps = levels.astype(np.uint8)
    return _assemble(22, _halves(scale)[0].T, _fifth_bits(steps), _pack_nibbles(steps, 16))


def encode_q4_1(blocks: Floats, importance: Floats, mean_square: Floats) -> Bytes:
    """Q4_1 of many blocks, with importance."""
    x, weight = _row_weighted(blocks, importance, mean_square)
    scale, low, levels = affine_search(x, weight, 15, first=-0.9, step=0.05, trials=37)
    nibbles = _pack_nibbles(levels.astype(np.uint8), 16)
    return _assemble(20, _halves(scale)[0].T, _halves(-low)[0].T, nibbles)


def encode_q5_1(blocks: Floats, importance: Floats, mean_square: Floats) -> Bytes:
    """Q5_1 of many blocks, with importance."""
    x, weight = _row_weighted(blocks, importance, mean_square)
    scale, low, levels = affine_search(x, weight, 31, first=-0.9, step=0.05, trials=37)
    steps = levels.astype(np.uint8)
    head = _halves(scale)[0].T, _halves(-low)[0].T
    return _assemble(24, *head, _fifth_bits(steps), _pack_nibbles(steps, 16))
