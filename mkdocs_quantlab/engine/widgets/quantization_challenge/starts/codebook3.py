"""Three bits a weight: the nearest of eight values, times the root mean square of 64 weights."""

import struct
from math import sqrt

# Lloyd's values for a normal distribution (Max 1960, "Quantizing for minimum distortion", table I).
VALUES = (-2.152, -1.344, -0.756, -0.2451, 0.2451, 0.756, 1.344, 2.152)


def encode(weights: list[float]) -> bytes:
    data = b""
    for start in range(0, len(weights), 64):
        block = weights[start : start + 64]
        spread = sqrt(sum(w * w for w in block) / len(block))
        packed = 0
        for w in block:
            code = min(range(8), key=lambda i: abs(VALUES[i] * spread - w))
            packed = packed << 3 | code
        data += struct.pack("<e", spread) + packed.to_bytes(24)
    return data


def decode(data: bytes) -> list[float]:
    weights = []
    for start in range(0, len(data), 26):
        (spread,) = struct.unpack_from("<e", data, start)
        packed = int.from_bytes(data[start + 2 : start + 26])
        weights += [spread * VALUES[packed >> 3 * (63 - i) & 7] for i in range(64)]
    return weights
