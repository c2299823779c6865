"""Weights of many kinds, the same on every platform: only additions, products and quotients of uniform numbers."""

from __future__ import annotations

import math
import random
import struct


def single(values) -> list[float]:
    """Values rounded to float32."""
    values = list(values)
    return list(struct.unpack(f"<{len(values)}f", struct.pack(f"<{len(values)}f", *values)))


def _bell(rng: random.Random) -> float:
    """Nearly a standard normal number."""
    return math.fsum(rng.random() for _ in range(12)) - 6  # sum() differs among Python versions


def _heavy(rng: random.Random) -> float:
    return _bell(rng) / (rng.random() + 0.01)


KINDS = {
    "bell": _bell,
    "heavy": _heavy,
    "constant": lambda _: 0.37,
    "negative": lambda _: -0.37,
    "zero": lambda _: 0.0,
    "negative zero": lambda rng: rng.choice((0.0, -0.0)),
    "tiny": lambda rng: 1e-30 * _bell(rng),
    "subnormal": lambda rng: 1e-40 * _bell(rng),
    "large": lambda rng: 1e7 * _bell(rng),
    "huge": lambda rng: 1e30 * _bell(rng),
    "extreme": lambda rng: 3.4e38 * (2 * rng.random() - 1),
    "sparse": lambda rng: _bell(rng) if rng.random() < 0.05 else 0.0,
    "outlier": lambda rng: 50.0 if rng.random() < 0.005 else 0.01 * _bell(rng),
    "grid": lambda rng: rng.randrange(-8, 8) / 8,
    "positive": lambda rng: rng.random(),
    "powers": lambda rng: math.ldexp(1.0, rng.randrange(-100, 100)),
    "wide": lambda rng: math.ldexp(_bell(rng), rng.randrange(-140, 120)),
}


def sample(kind: str, size: int, seed: int = 0) -> list[float]:
    """Float32 weights of a kind."""
    rng = random.Random(f"{kind} {seed}")
    return single(KINDS[kind](rng) for _ in range(size))


def random_bytes(size: int, seed: int = 0) -> bytes:
    return random.Random(seed).randbytes(size)
