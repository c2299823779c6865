"""The K-quants Q2_K to Q6_K, and Q8_K: super-blocks of 256 weights whose sub-blocks have small scales.

Sources: `ggml-quants.c: quantize_row_q2_K_ref` to `quantize_row_q6_K_ref`, `dequantize_row_*_K`,
`get_scale_min_k4`.
"""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.ggml.float32 import (
    divide,
    f32,
    half_bytes,
    half_value,
    nearest_int,
    rounded,
    total,
)
from mkdocs_quantlab.engine.ggml.legacy import pack_nibbles, unpack_nibbles
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
    from collections.abc import Callable, Iterable

    Trace = list[list[Trial]]


def _parts(weights: list[float], size: int) -> list[list[float]]:
    return [weights[start : start + size] for start in range(0, len(weights), size)]


def _trials_of(trace: Trace | None) -> list[Trial] | None:
    """A new list at the end of the trace for the next sub-block."""
    if trace is None:
        return None
    trace.append([])
    return trace[-1]


def _pack_crumbs(steps: list[int]) -> bytes:
    """Four 2-bit steps a byte, of weights 32 apart."""
    packed = bytearray()
    for start in range(0, 256, 128):
        runs = [steps[k : k + 32] for k in range(start, start + 128, 32)]
        packed += bytes(
            [
                a & 3 | (b & 3) << 2 | (c & 3) << 4 | (d & 3) << 6
                for a, b, c, d in zip(*runs, strict=True)
            ]
        )
    return bytes(packed)


def _unpack_crumbs(data: bytes) -> list[int]:
    """The inverse of `_pack_crumbs`."""
    return [
        byte >> shift & 3
        for start in range(0, 64, 32)
        for shift in (0, 2, 4, 6)
        for byte in data[start : start + 32]
    ]


def _pack_planes(bits: list[int]) -> bytes:
    """One bit of each weight: weight i in bit i // 32 of byte i % 32."""
    return bytes([sum(bit << k for k, bit in enumerate(bits[byte::32])) for byte in range(32)])


def _unpack_planes(data: bytes) -> list[int]:
    """The inverse of `_pack_planes`."""
    return [byte >> k & 1 for k in range(8) for byte in data]


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


def _encode_q2_k(weights: list[float], trace: Trace | None = None) -> bytes:
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
    return bytes(packed) + _pack_crumbs(steps) + d + dmin


def _decode_q2_k(block: bytes) -> list[float]:
    d, dmin = half_value(block[80:82]), half_value(block[82:])
    scales = rounded([d * (byte & 15) for byte in block[:16]])
    minima = rounded([dmin * (byte >> 4) for byte in block[:16]])
    steps = _unpack_crumbs(block[16:80])
    products = rounded([scales[i // 16] * q for i, q in enumerate(steps)])
    return rounded([x - minima[i // 16] for i, x in enumerate(products)])


def _encode_q3_k(weights: list[float], trace: Trace | None = None) -> bytes:
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
    scales = rounded([half_value(d) * (level - 32) for level in _q3_k_scales(packed)])
    steps = _symmetric_steps(weights, fits, 4, scales)
    high = _pack_planes([q >> 2 for q in steps])
    return high + _pack_crumbs(steps) + bytes(packed) + d


def _q3_k_scales(packed: bytes | bytearray) -> list[int]:
    """The sixteen 6-bit scales, still 32 too large."""
    return [
        packed[i % 8] >> 4 * (i // 8) & 15 | (packed[8 + i % 4] >> 2 * (i // 4) & 3) << 4
        for i in range(16)
    ]


def _decode_q3_k(block: bytes) -> list[float]:
    d = half_value(block[108:])
    scales = rounded([d * (level - 32) for level in _q3_k_scales(block[96:108])])
    low, high = _unpack_crumbs(block[32:96]), _unpack_planes(block[:32])
    steps = [a + 4 * b - 4 for a, b in zip(low, high, strict=True)]
    return rounded([scales[i // 16] * q for i, q in enumerate(steps)])


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


def _scales_and_minima(block: bytes) -> tuple[list[float], list[float]]:
    """The eight scales and minima of a block of Q4_K or Q5_K."""
    d, dmin = half_value(block[:2]), half_value(block[2:4])
    packed = block[4:16]
    levels = [packed[i] & 63 for i in range(4)]
    offsets = [packed[i + 4] & 63 for i in range(4)]
    levels += [packed[i + 8] & 15 | packed[i] >> 6 << 4 for i in range(4)]
    offsets += [packed[i + 8] >> 4 | packed[i + 4] >> 6 << 4 for i in range(4)]
    return rounded([d * x for x in levels]), rounded([dmin * x for x in offsets])


def _affine_values(block: bytes, steps: list[int]) -> list[float]:
    scales, minima = _scales_and_minima(block)
    products = rounded([scales[i // 32] * q for i, q in enumerate(steps)])
    return rounded([x - minima[i // 32] for i, x in enumerate(products)])


def _encode_q4_k(weights: list[float], trace: Trace | None = None) -> bytes:
    fits = _fits_of_32(weights, 15, first=-1.0, trials=21, trace=trace)
    head, steps = _six_bit_scales(weights, fits, 15)
    return head + pack_nibbles(steps, 32)


def _decode_q4_k(block: bytes) -> list[float]:
    return _affine_values(block, unpack_nibbles(block[16:], 32))


def _encode_q5_k(weights: list[float], trace: Trace | None = None) -> bytes:
    fits = _fits_of_32(weights, 31, first=-0.5, trials=16, trace=trace)
    head, steps = _six_bit_scales(weights, fits, 31)
    return head + _pack_planes([q >> 4 for q in steps]) + pack_nibbles(steps, 32)


def _decode_q5_k(block: bytes) -> list[float]:
    low, high = unpack_nibbles(block[48:], 32), _unpack_planes(block[16:48])
    return _affine_values(block, [a | b << 4 for a, b in zip(low, high, strict=True)])


def _encode_q6_k(weights: list[float], trace: Trace | None = None) -> bytes:
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
    return low + _pack_crumbs([q >> 4 for q in steps]) + packed + d


def _decode_q6_k(block: bytes) -> list[float]:
    d = half_value(block[208:])
    scales = rounded([d * level for level in struct.unpack("16b", block[192:208])])
    low, high = unpack_nibbles(block[:128], 64), _unpack_crumbs(block[128:192])
    steps = [(a | b << 4) - 32 for a, b in zip(low, high, strict=True)]
    return rounded([scales[i // 16] * q for i, q in enumerate(steps)])


def _decode_q8_k(block: bytes) -> list[float]:
    d: float = struct.unpack("<f", block[:4])[0]
    return rounded([d * q for q in struct.unpack("256b", block[4:260])])


TRACED_ENCODERS: dict[str, Callable[[list[float], Trace | None], bytes]] = {
    "Q2_K": _encode_q2_k,
    "Q3_K": _encode_q3_k,
    "Q4_K": _encode_q4_k,
    "Q5_K": _encode_q5_k,
    "Q6_K": _encode_q6_k,
}
"""One block of float32 weights to its bytes, by type; a list given besides receives each sub-block's trials."""

DECODERS: dict[str, Callable[[bytes], list[float]]] = {
    "Q2_K": _decode_q2_k,
    "Q3_K": _decode_q3_k,
    "Q4_K": _decode_q4_k,
    "Q5_K": _decode_q5_k,
    "Q6_K": _decode_q6_k,
    "Q8_K": _decode_q8_k,
}
"""The bytes of one block to its float32 weights, by type."""
