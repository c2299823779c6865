"""Many blocks at a time, against the same types block by block."""

from __future__ import annotations

import math
import random
import struct

import pytest

from mkdocs_quantlab.engine.ggml import batch, decode, encode

BLOCKS = 100


def rounded(values, code):
    """To float16 (`e`) or float32 (`f`)."""
    return list(
        struct.unpack(f"<{len(values)}{code}", struct.pack(f"<{len(values)}{code}", *values))
    )


def drawn(code, one, seed=1):
    rng = random.Random(seed)
    return rounded([one(rng) for _ in range(32 * BLOCKS)], code)


WEIGHTS = {
    "gaussian": drawn("e", lambda rng: rng.gauss(0, 0.05)),
    "gaussian, float32": drawn("f", lambda rng: rng.gauss(0, 0.05)),
    # Steps are half-way between two integers, in many blocks.
    "halves of 8": drawn("e", lambda rng: rng.randint(-16, 16) / 16),
    "halves of 127": drawn("e", lambda rng: rng.randint(-254, 254) / 2),
    "halves of 15": drawn("e", lambda rng: rng.randint(-31, 31) / 2),
    "just below halves": drawn("f", lambda rng: (rng.randint(-254, 254) + 1 - 2.0**-22) / 2),
    "all magnitudes of float16": drawn("e", lambda rng: rng.gauss(0, 1) * 2.0 ** rng.randint(-24, 13)),
    "all magnitudes": drawn("f", lambda rng: rng.gauss(0, 1) * 2.0 ** rng.randint(-60, 14)),
    # Scales that no float16 holds, and inverses that no float32 does.
    "huge": drawn("f", lambda rng: rng.gauss(0, 1) * 10.0 ** rng.randint(3, 37)),
    "tiny": drawn("f", lambda rng: rng.gauss(0, 1) * 10.0 ** rng.randint(-44, -20)),
    "a huge block among others": [*[1e30] * 32, *[0.5] * 32, *[-1e-42] * 32],
    "zeros of both signs": [0.0, -0.0] * 16 + [-0.0, 0.0] * 16 + [-0.0] * 32 + [0.0] * 32,
    "ties of the largest": [1.0, -1.0] * 16 + [-1.0, 1.0] * 16 + [5.0] * 32 + [-5.0] * 32,
}  # fmt: skip


@pytest.mark.parametrize("weights", WEIGHTS.values(), ids=WEIGHTS)
@pytest.mark.parametrize("name", batch.ENCODERS)
def test_the_bytes_are_those_of_single_blocks(name, weights):
    made = batch.ENCODERS[name](weights)
    assert made.data == encode(name, weights)
    for ours, exact in zip(made.decoded, decode(name, made.data), strict=True):
        # Products are not rounded to float32.
        assert (
            ours == exact or math.isnan(exact) or abs(ours - exact) <= 1.2e-7 * (abs(exact) + 5e-8)
        )


@pytest.mark.parametrize("name", batch.DECODERS)
def test_floats_are_read_as_single_ones(name):
    data = encode(name, WEIGHTS["all magnitudes of float16"])
    assert list(batch.DECODERS[name](data)) == decode(name, data)


def test_every_float16_is_read_and_written():
    """But for NaN, which no file that is quantized has."""
    every = struct.pack("<65536H", *range(65536))
    values = batch.DECODERS["F16"](every)
    finite = [n for n, value in enumerate(values) if math.isfinite(value)]
    assert len(finite) == 63_488
    data = batch.ENCODERS["F16"]([values[n] for n in finite]).data
    assert struct.unpack(f"<{len(finite)}H", data) == tuple(finite)
