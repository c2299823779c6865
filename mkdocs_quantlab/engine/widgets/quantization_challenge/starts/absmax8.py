"""Eight bits a weight and one 32-bit scale for all 256."""

import struct


def encode(weights: list[float]) -> bytes:
    scale = max(map(abs, weights)) / 127
    steps = [round(w / scale) if scale else 0 for w in weights]
    return struct.pack(f"<f{len(steps)}b", scale, *steps)


def decode(data: bytes) -> list[float]:
    scale, *steps = struct.unpack(f"<f{len(data) - 4}b", data)
    return [scale * step for step in steps]
