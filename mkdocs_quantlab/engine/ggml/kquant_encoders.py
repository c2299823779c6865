"""The encoders of Q2_K to Q6_K: a search for the scale and minimum of each sub-block, then scales of these.

Sources: `ggml-quants.c: quantize_row_q2_K_ref` to `quantize_row_q6_K_ref`.
"""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.core.float32 import (
    divide,
    f32,
    half_bytes,
    half_value,
    nearest_int,
    rounded,
    total,
)
from mkdocs_quantlab.engine.ggml.packing import pack_crumbs, pack_nibbles, pack_planes
from mkdocs_quantlab.engine.ggml.search import (
    NEGLIGIBLE,
    Fit,
    Trial,
    affine_search,
    quotient_steps,
    stepwise_search,
    symmetric_search,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    Trace = list[list[Trial]]


def q3_k_scales(packed: bytes | bytearray) -> list[int]:
    """The sixteen 6-bit scales, still 32 too large."""
    return [
        packed[i % 8] >> 4 * (i // 8) & 15 | (packed[8 + i % 4] >> 2 * (i // 4) & 3) << 4
        for i in range(16)
    ]


def _parts(weights: list[float], size: int) -> list[list[float]]:
    return [weights[start : start + size] for start in range(0, len(weights), size)]


def _trials_of(trace: Trace | None) -> list[Trial] | None:
    """A new list at the end of the trace for the next sub-block."""
    if trace is None:
        return None
    trace.append([])
    return trace[-1]


def _largest_scale(scales: Iterable[float]) -> float:
    """The first scale of the largest magnitude, with its sign; NaN never is."""
    largest = 0.0
    for scale in scales:
        if abs(scale) > abs(largest):
            largest = scale
    return largest


def _largest_positive(values: Iterable[float]) -> float:
    """The largest value, at least 0.0; NaN never is."""
    largest = 0.0
    for value in values:
        largest = max(largest, value)
    return largest


def _affine_steps(
    weights: list[float],
    fits: list[Fit],
    top: int,
    scales: list[float],
    minima: list[float],
) -> list[int]:
    """The steps of all weights under the rounded scales; the search's own where a scale became zero."""
    steps = []
    size = len(weights) // len(fits)
    parts = zip(_parts(weights, size), fits, scales, minima, strict=True)
    for part, fit, scale, minimum in parts:
        if scale:
            shifted = rounded([x + minimum for x in part])
            steps += quotient_steps(shifted, scale, 0, top)
        else:
            steps += fit.steps
    return steps


def _symmetric_steps(
    weights: list[float], fits: list[Fit], half: int, scales: list[float]
) -> list[int]:
    """As `_affine_steps`, for types without minima."""
    steps = []
    for part, fit, scale in zip(_parts(weights, 16), fits, scales, strict=True):
        if scale:
            steps += [q + half for q in quotient_steps(part, scale, -half, half - 1)]
        else:
            steps += fit.steps
    return steps


def encode_q2_k(weights: list[float], trace: Trace | None = None) -> bytes:
    """A block of Q2_K; the trace receives a list of trials for each sub-block."""
    fits = [
        affine_search(
            part,
            list(map(abs, part)),
            3,
            first=-0.5,
            trials=16,
            absolute=True,
            trace=_trials_of(trace),
        )
        for part in _parts(weights, 16)
    ]
    packed = [0] * 16
    max_scale = _largest_positive(fit.scale for fit in fits)
    max_minimum = _largest_positive(fit.minimum for fit in fits)
    if max_scale > 0.0:
        inverse = divide(15.0, max_scale)
        packed = [nearest_int(f32(inverse * fit.scale)) & 0xFF for fit in fits]
    if max_minimum > 0.0:
        inverse = divide(15.0, max_minimum)
        packed = [
            (old | nearest_int(f32(inverse * fit.minimum)) << 4) & 0xFF
            for old, fit in zip(packed, fits, strict=True)
        ]
    d = half_bytes(f32(max_scale / 15.0))
    dmin = half_bytes(f32(max_minimum / 15.0))
    scales = rounded([half_value(d) * (byte & 15) for byte in packed])
    minima = rounded([half_value(dmin) * (byte >> 4) for byte in packed])
    steps = _affine_steps(weights, fits, 3, scales, minima)
    return bytes(packed) + pack_crumbs(steps) + d + dmin


def encode_q3_k(weights: list[float], trace: Trace | None = None) -> bytes:
    """A block of Q3_K; the trace receives a list of trials for each sub-block."""
    fits = [stepwise_search(part, 4, trace=_trials_of(trace)) for part in _parts(weights, 16)]
    max_scale = _largest_scale(fit.scale for fit in fits)
    packed = bytearray(12)
    d = half_bytes(0.0)
    if max_scale:
        inverse = divide(-32.0, max_scale)
        for i, fit in enumerate(fits):
            # ggml casts to int8_t before it clamps.
            level = (nearest_int(f32(inverse * fit.scale)) + 128 & 0xFF) - 128
            level = max(-32, min(31, level)) + 32
            packed[i % 8] |= (level & 15) << 4 * (i // 8)
            packed[8 + i % 4] |= level >> 4 << 2 * (i // 4)
        d = half_bytes(divide(1.0, inverse))
    scales = rounded([half_value(d) * (level - 32) for level in q3_k_scales(packed)])
    steps = _symmetric_steps(weights, fits, 4, scales)
    high = pack_planes([q >> 2 for q in steps])
    return high + pack_crumbs(steps) + bytes(packed) + d


def _fits_of_32(
    weights: list[float], top: int, first: float, trials: int, trace: Trace | None
) -> list[Fit]:
    """The searches of Q4_K and Q5_K: importance is the root mean square of 32 weights plus the magnitude."""
    fits = []
    for part in _parts(weights, 32):
        mean = f32(math.sqrt(f32(total(rounded([x * x for x in part])) / 32.0)))
        importance = rounded([mean + abs(x) for x in part])
        fits.append(
            affine_search(
                part, importance, top, first=first, trials=trials, trace=_trials_of(trace)
            )
        )
    return fits


def _six_bit_scales(weights: list[float], fits: list[Fit], top: int) -> tuple[bytes, list[int]]:
    """The first 16 bytes of Q4_K and Q5_K, and the steps."""
    max_scale = _largest_positive(fit.scale for fit in fits)
    max_minimum = _largest_positive(fit.minimum for fit in fits)
    inverse = divide(63.0, max_scale) if max_scale > 0.0 else 0.0
    inverse_min = divide(63.0, max_minimum) if max_minimum > 0.0 else 0.0
    # ggml casts to uint8_t before it clamps, so that negative scales become large ones.
    levels = [min(63, nearest_int(f32(inverse * fit.scale)) & 0xFF) for fit in fits]
    offsets = [min(63, nearest_int(f32(inverse_min * fit.minimum)) & 0xFF) for fit in fits]
    packed = bytearray(12)
    for i in range(4):
        packed[i] = levels[i] | levels[i + 4] >> 4 << 6
        packed[i + 4] = offsets[i] | offsets[i + 4] >> 4 << 6
        packed[i + 8] = levels[i + 4] & 15 | (offsets[i + 4] & 15) << 4
    d = half_bytes(f32(max_scale / 63.0))
    dmin = half_bytes(f32(max_minimum / 63.0))
    scales = rounded([half_value(d) * level for level in levels])
    minima = rounded([half_value(dmin) * offset for offset in offsets])
    return d + dmin + bytes(packed), _affine_steps(weights, fits, top, scales, minima)


def encode_q4_k(weights: list[float], trace: Trace | None = None) -> bytes:
    """A block of Q4_K; the trace receives a list of trials for each sub-block."""
    fits = _fits_of_32(weights, 15, first=-1.0, trials=21, trace=trace)
    head, steps = _six_bit_scales(weights, fits, 15)
    return head + pack_nibbles(steps, 32)


def encode_q5_k(weights: list[float], trace: Trace | None = None) -> bytes:
    """A block of Q5_K; the trace receives a list of trials for each sub-block."""
    fits = _fits_of_32(weights, 31, first=-0.5, trials=16, trace=trace)
    head, steps = _six_bit_scales(weights, fits, 31)
    return head + pack_planes([q >> 4 for q in steps]) + pack_nibbles(steps, 32)


def encode_q6_k(weights: list[float], trace: Trace | None = None) -> bytes:
    """A block of Q6_K; the trace receives a list of trials for each sub-block."""
    fits = [symmetric_search(part, 32, trace=_trials_of(trace)) for part in _parts(weights, 16)]
    max_scale = _largest_scale(fit.scale for fit in fits)
    if abs(max_scale) < NEGLIGIBLE:
        return bytes(210)
    inverse = divide(-128.0, max_scale)
    d = half_bytes(divide(1.0, inverse))
    levels = [min(127, nearest_int(f32(inverse * fit.scale))) & 0xFF for fit in fits]
    packed = bytes(levels)
    scales = rounded([half_value(d) * level for level in struct.unpack("16b", packed)])
    steps = _symmetric_steps(weights, fits, 32, scales)
    low = pack_nibbles(steps, 64)
    return low + pack_crumbs([q >> 4 for q in steps]) + packed + d
