"""Types with one scale a block on many blocks at once, and decoding: through `gguf` where it is exact.

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


def _through_gguf(name: str) -> Callable[[Floats], Bytes]:
    number = GGMLQuantizationType[name]

    def encode(blocks: Floats) -> Bytes:
        # One long row: gguf goes through rows by sixteens.
        data = np.asarray(quantize(blocks.reshape(1, -1), number))
        return data.view(np.uint8).reshape(len(blocks), -1)

    return encode


def _symmetric_through_gguf(name: str) -> Callable[[Floats], Bytes]:
    encode = _through_gguf(name)
    # The largest of nothing but zeros is +0 in ggml, whatever their signs.
    return lambda blocks: encode(blocks + np.float32(0))


def _affine_through_gguf(name: str) -> Callable[[Floats], Bytes]:
    encode = _through_gguf(name)

    def encode_with_minimum(blocks: Floats) -> Bytes:
        data = encode(blocks)
        # ggml keeps the sign of the first of several zeros that are the minimum.
        first = np.take_along_axis(blocks, blocks.argmin(axis=1)[:, None], 1)
        data[:, 2:4] = _half_bytes(first)
        return data

    return encode_with_minimum


def _encode_f32(blocks: Floats) -> Bytes:
    return blocks.astype("<f4").view(np.uint8)


def _encode_q1_0(blocks: Floats) -> Bytes:
    scale = sequential_sum(np.ascontiguousarray(np.absolute(blocks).T)) / np.float32(128)
    bits = np.packbits(blocks >= 0, axis=1, bitorder="little")
    return np.concatenate([_half_bytes(scale), bits], axis=1)


def _encode_q2_0(blocks: Floats) -> Bytes:
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


def _encode_nvfp4(blocks: Floats) -> Bytes:
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


def _decode_q1_0(data: Bytes) -> Floats:
    scale = _half_values(data[:, :2])
    bits = np.unpackbits(data[:, 2:], axis=1, bitorder="little")
    return np.where(bits, scale, -scale)


def _decode_q2_0(data: Bytes) -> Floats:
    steps = data[:, 2:, None] >> np.array([0, 2, 4, 6], np.uint8) & 3
    return _half_values(data[:, :2]) * (steps.reshape(len(data), 64).astype(np.float32) - 1)


def _decode_nvfp4(data: Bytes) -> Floats:
    packed = data[:, 4:].reshape(-1, 8)
    steps = np.concatenate([packed & 15, packed >> 4], axis=1)
    weights: Floats = _UE4M3[data[:, :4]].reshape(-1, 1) * _FP4[steps]
    return weights.reshape(len(data), 64)


def _decode_q8_1(data: Bytes) -> Floats:
    return _half_values(data[:, :2]) * data[:, 4:].view(np.int8)


def _decode_q8_k(data: Bytes) -> Floats:
    return np.ascontiguousarray(data[:, :4]).view("<f4") * data[:, 4:260].view(np.int8)


_OWN_DECODERS: dict[str, Callable[[Bytes], Floats]] = {
    "Q8_1": _decode_q8_1,
    "Q8_K": _decode_q8_k,
    "Q1_0": _decode_q1_0,
    "Q2_0": _decode_q2_0,
    "NVFP4": _decode_nvfp4,
}


def decode_blocks(name: str, data: Bytes) -> Floats:
    """Blocks (blocks, bytes) to weights (blocks, weights)."""
    own = _OWN_DECODERS.get(name)
    if own is not None:
        return own(data)
    weights: Floats = dequantize(data.reshape(1, -1), GGMLQuantizationType[name])
    return weights.reshape(len(data), -1)


ENCODERS: dict[str, Callable[[Floats], Bytes]] = {
    "F32": _encode_f32,
    "F16": _through_gguf("F16"),
    "BF16": _through_gguf("BF16"),
    "Q4_0": _symmetric_through_gguf("Q4_0"),
    "Q4_1": _affine_through_gguf("Q4_1"),
    "Q5_0": _symmetric_through_gguf("Q5_0"),
    "Q5_1": _affine_through_gguf("Q5_1"),
    "Q8_0": _through_gguf("Q8_0"),
    "TQ1_0": _through_gguf("TQ1_0"),
    "TQ2_0": _through_gguf("TQ2_0"),
    "MXFP4": _through_gguf("MXFP4"),
    "NVFP4": _encode_nvfp4,
    "Q1_0": _encode_q1_0,
    "Q2_0": _encode_q2_0,
}
"""Blocks (blocks, weights) to bytes (blocks, bytes)."""
