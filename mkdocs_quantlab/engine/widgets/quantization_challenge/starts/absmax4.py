"""Four bits a weight and a 16-bit scale for every 32 weights, as in Q4_0."""

import struct


def encode(weights: list[float]) -> bytes:
    data = b""
    for start in range(0, len(weights), 32):
        block = weights[start : start + 32]
        extreme = max(block, key=abs)
        scale = struct.unpack("<e", struct.pack("<e", extreme / -8))[0]
        steps = [min(15, int(w / scale + 8.5)) if scale else 8 for w in block]
        nibbles = bytes(low | high << 4 for low, high in zip(steps[:16], steps[16:], strict=True))
        data += struct.pack("<e", scale) + nibbles
    return data


def decode(data: bytes) -> list[float]:
    weights = []
    for start in range(0, len(data), 18):
        (scale,) = struct.unpack_from("<e", data, start)
        nibbles = data[start + 2 : start + 18]
        steps = [b & 15 for b in nibbles] + [b >> 4 for b in nibbles]
        weights += [scale * (step - 8) for step in steps]
    return weights
