"""bfloat16: the upper half of a float32, rounded to nearest, ties to even (`ggml-impl.h: ggml_compute_fp32_to_bf16`)."""

from __future__ import annotations

import struct


def to_word(x: float) -> int:
    """The 16-bit word of a finite number within float32's range."""
    (bits,) = struct.unpack("<I", struct.pack("<f", x))
    return int((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16)


def from_word(word: int) -> float:
    """The number that a 16-bit word stands for."""
    (value,) = struct.unpack("<f", struct.pack("<I", word << 16))
    return float(value)
