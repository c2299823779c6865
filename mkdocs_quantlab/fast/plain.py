"""Encoders without a search, and decoders, on many blocks at once: those of the `gguf` package where it is exact.

`gguf` differs from ggml in one thing, the signs of zeros, which is put right here. Q1_0, Q2_0 and NVFP4 it does not know, or not in all versions.

Source: `ggml-quants.c: quantize_row_*_ref` and `dequantize_row_*` of these types.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from gguf.constants import GGMLQuantizationType
from gguf.quants import dequantize, quantize

from mkdocs_quantlab.engine.ggml.codebooks import FP4_VALUES
from mkdocs_quantlab.engine.ggml.fp4 import ue4m3_value
from mkdocs_quantlab.fast.search import sequential_sum

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[Any]  # float32
    Bytes = NDArray[Any]  # uint8

_FP4 = np.array(FP4_VALUES, np.float32)
_UE4M3 = np.array([ue4m3_value(byte) for byte in range(256)], np.float32)


def _half_bytes(values: Floats) -> Bytes:
    return values.astype("<f2").view(np.uint8).reshape(-1, 2)


def _half_values(data: Bytes) -> Floats:
    return np.ascontiguousarray(data).view("<f2").astype(np.float32)


def by_gguf(name: str) -> Callable[[Floats], Bytes]:
    """The encoder of the `gguf` package."""
    number = GGMLQuantizationType[name]

    def encode(blocks: Floats) -> Bytes:
        # One long row: gguf goes through rows by sixteens.
        data = np.asarray(quantize(blocks.reshape(1, -1), number))
        return data.view(np.uint8).reshape(len(blocks), -1)

    return encode


def decode_by_gguf(name: str) -> Callable[[Bytes], Floats]:
    """The decoder of the `gguf` package."""
    number = GGMLQuantizationType[name]

    def decode(data: Bytes) -> Floats:
        weights: Floats = dequantize(data.reshape(1, -1), number)
        return weights.reshape(len(data), -1)

    return decode


def symmetric_by_gguf(name: str) -> Callable[[Floats], Bytes]:
    """The encoder of the `gguf` package, for types of which zeros of either sign are the same."""
    encode = by_gguf(name)
    # The largest of nothing but zeros is +0 in ggml, whatever their signs.
    return lambda blocks: encode(blocks + np.float32(0))


def affine_by_gguf(name: str) -> Callable[[Floats], Bytes]:
    """The encoder of the `gguf` package, for types with a minimum."""
    encode = by_gguf(name)

    def encode_with_minimum(blocks: Floats) -> Bytes:
        data = encode(blocks)
        # ggml keeps the sign of the first of several zeros that are the minimum.
        first = np.take_along_axis(blocks, blocks.argmin(axis=1)[:, None], 1)
        data[:, 2:4] = _half_bytes(first)
        return data

    return encode_with_minimum


def encode_f32(blocks: Floats) -> Bytes:
    """F32 of many blocks."""
    return blocks.astype("<f4").view(np.uint8)


def encode_q1_0(blocks: Floats) -> Bytes:
    """Q1_0 of many blocks."""
    scale = sequential_sum(np.ascontiguousarray(np.absolute(blocks).T)) / np.float32(128)
    bits = np.packbits(blocks >= 0, axis=1, bitorder="little")
    return np.concatenate([_half_bytes(scale), bits], axis=1)


def encode_q2_0(blocks: Floats) -> Bytes:
    """Q2_0 of many blocks."""
    scale = np.absolute(blocks).max(axis=1, keepdims=True)
    inverse = np.zeros_like(scale)
    np.divide(np.float32(1), scale, out=inverse, where=scale > 0)
    scaled = blocks * inverse
    # No magnitude is above 1, so that ties away from zero are all there is to roundf; an infinite inverse
    # gives infinities and NaN, which C casts to the lowest integer.
    steps = np.where(scaled >= 0.5, 2, np.where(scaled <= -0.5, 0, 1)).astype(np.uint8)
    steps[~np.isfinite(scaled)] = 0
    quads = steps.reshape(len(blocks), 16, 4)
    packed = quads[:, :, 0] | quads[:, :, 1] << 2 | quads[:, :, 2] << 4 | quads[:, :, 3] << 6
    return np.concatenate([_half_bytes(scale), packed], axis=1)


def _ue4m3_bytes(values: Floats) -> Bytes:
    """The inverse of `_UE4M3`, as `ggml_fp32_to_ue4m3` rounds."""
    values = np.minimum(values, np.float32(448))
    bits = values.view(np.int32)
    exponent = (bits >> 23) - 127 + 7
    # Exponent and fraction side by side: a carry out of the fraction goes where it belongs.
    normal = (exponent << 3 | bits >> 20 & 7) + (bits >> 19 & 1)
    normal = np.where(
        normal >> 3 >= 15, 0x7E, normal
    )  # ggml leaves out the largest exponent's others
    small = np.minimum((values * np.float32(512) + np.float32(0.5)).astype(np.int32), 7)
    return np.where(exponent > 0, normal, small).astype(np.uint8)


def encode_nvfp4(blocks: Floats) -> Bytes:
    """NVFP4 of many blocks."""
    parts = blocks.reshape(-1, 16)
    scales = _ue4m3_bytes(np.absolute(parts).max(axis=1) / np.float32(6))
    scale = _UE4M3[scales][:, None]
    steps = np.zeros(parts.shape, np.uint8)
    best = np.full(parts.shape, np.inf, np.float32)
    for number, value in enumerate(_FP4):
        error = np.absolute(value * scale - parts)
        better = error < best
        steps[better] = number
        np.copyto(best, error, where=better)
    packed = (steps[:, :8] | steps[:, 8:] << 4).reshape(len(blocks), 32)
    return np.concatenate([scales.reshape(-1, 4), packed], axis=1)


def decode_q1_0(data: Bytes) -> Floats:
    """Q1_0 of many blocks."""
    scale = _half_values(data[:, :2])
    bits = np.unpackbits(data[:, 2:], axis=1, bitorder="little")
    return np.where(bits, scale, -scale)


def decode_q2_0(data: Bytes) -> Floats:
    """Q2_0 of many blocks."""
    steps = data[:, 2:, None] >> np.array([0, 2, 4, 6], np.uint8) & 3
    return _half_values(data[:, :2]) * (steps.reshape(len(data), 64).astype(np.float32) - 1)


def decode_nvfp4(data: Bytes) -> Floats:
    """NVFP4 of many blocks."""
    packed = data[:, 4:].reshape(-1, 8)
    steps = np.concatenate([packed & 15, packed >> 4], axis=1)
    weights: Floats = _UE4M3[data[:, :4]].reshape(-1, 1) * _FP4[steps]
    return weights.reshape(len(data), 64)


def decode_q8_1(data: Bytes) -> Floats:
    """Q8_1 of many blocks."""
    return _half_values(data[:, :2]) * data[:, 4:].view(np.int8)


def decode_q8_k(data: Bytes) -> Floats:
    """Q8_K of many blocks."""
    return np.ascontiguousarray(data[:, :4]).view("<f4") * data[:, 4:260].view(np.int8)
