"""The map of bits against the decoders: what a bit is said to be is what happens when it changes."""

from __future__ import annotations

import math
import random
import struct

import pytest

from mkdocs_quantlab.engine.ggml import (
    TYPES,
    WrongLengthError,
    bits_of_block,
    bits_of_weight,
    decode,
)
from mkdocs_quantlab.engine.ggml.codebooks import grid, signs
from mkdocs_quantlab.engine.ggml.terms import arithmetic, terms_of_weight

# Fields that only dot products use.
UNREAD = {"Q8_1": {"s"}, "Q8_K": {"bsums"}}


def random_block(entry, rng: random.Random) -> bytes:
    """A block of random bytes whose float16 and float32 fields are ordinary numbers."""
    block = bytearray(rng.randbytes(entry.block_bytes))
    for field in entry.fields:
        if field.element == "f16":
            number = struct.pack("<e", rng.uniform(0.5, 1.9))
            block[field.offset : field.offset + 2] = number
        if field.element == "f32":
            block[field.offset : field.offset + 4] = struct.pack("<f", rng.uniform(0.5, 1.9))
    if entry.name == "IQ1_M":  # its float16 is in four pieces
        number = int.from_bytes(struct.pack("<e", rng.uniform(0.5, 1.9)), "little")
        for k in range(4):
            block[49 + 2 * k] = block[49 + 2 * k] & 15 | (number >> 4 * k & 15) << 4
    return bytes(block)


def bits_of(values) -> list[bytes]:
    return [b"nan" if math.isnan(x) else struct.pack("<f", x) for x in values]


@pytest.mark.parametrize("name", TYPES)
def test_a_flipped_bit_changes_the_weights_that_are_said_to_depend_on_it(name) -> None:
    entry = TYPES[name]
    missing = {(byte, bit): set() for byte in range(entry.block_bytes) for bit in range(8)}
    for run in bits_of_block(name):
        for bit in range(run.bits.low, run.bits.low + run.bits.width):
            missing[run.bits.byte, bit] |= set(run.weights)
    claimed = {place: set(weights) for place, weights in missing.items()}
    indices = {
        (run.bits.byte, run.bits.low + bit)
        for run in bits_of_block(name)
        if run.bits.role == "index"
        for bit in range(run.bits.width)
    }
    rng = random.Random(1)
    # All bits of one block, then those of others until each has changed all that it is said to change: the
    # top bit of an NVFP4 scale counts in one byte of 128. Vectors of a codebook may share any of their values.
    for _ in range(2000):
        block = random_block(entry, rng)
        before = bits_of(decode(name, block))
        for (byte, bit), weights in missing.items():
            flipped = bytearray(block)
            flipped[byte] ^= 1 << bit
            after = bits_of(decode(name, bytes(flipped)))
            changed = {i for i, (a, b) in enumerate(zip(before, after, strict=True)) if a != b}
            assert changed <= claimed[byte, bit], (byte, bit)
            weights.difference_update(
                claimed[byte, bit] if changed and (byte, bit) in indices else changed
            )
        missing = {place: weights for place, weights in missing.items() if weights}
        if not missing:
            return
    pytest.fail(f"changed nothing where it was said to: {missing}")


@pytest.mark.parametrize("name", TYPES)
def test_every_field_is_in_the_map(name) -> None:
    entry = TYPES[name]
    mapped = {
        (run.bits.byte, bit)
        for run in bits_of_block(name)
        for bit in range(run.bits.low, run.bits.low + run.bits.width)
    }
    for field in entry.fields:
        places = {(field.offset + k, bit) for k in range(field.size) for bit in range(8)}
        if field.name in UNREAD.get(name, set()):
            assert not places & mapped
        else:
            assert places <= mapped


@pytest.mark.parametrize("name", TYPES)
def test_the_formula_over_the_mapped_bits_is_the_decoder(name) -> None:
    entry = TYPES[name]
    rng = random.Random(2)
    for _ in range(3):
        block = random_block(entry, rng)
        for weight, decoded in enumerate(decode(name, block)):
            expression = arithmetic(name, block, weight)
            if "nan" in expression or "inf" in expression:
                continue  # of F16 and BF16, where any bits are a number
            assert eval(expression) == pytest.approx(decoded, rel=1e-5, abs=1e-6), weight


def test_arithmetic_is_written_out() -> None:
    block = (
        struct.pack("<2e", 0.5, 0.25) + bytes([3] + [0] * 3 + [2] + [0] * 7) + bytes([0x0B] * 128)
    )
    assert arithmetic("Q4_K", block, 7) == "0.5 * 3 * 11 - 0.25 * 2"
    assert decode("Q4_K", block)[7] == 16.0
    assert arithmetic("q4_k", block, 7, "{:.2f}".format) == "0.50 * 3.00 * 11.00 - 0.25 * 2.00"
    assert arithmetic("IQ4_NL", struct.pack("<e", 2.0) + bytes(16), 0) == "2.0 * -127"
    assert (
        arithmetic("IQ1_S", struct.pack("<e", 2.0) + bytes(48), 0)
        == "2.0 * (2 * 0 + 1) * (-1 + 0.125)"
    )
    assert (
        arithmetic("Q6_K", bytes([0] * 192 + [255] * 16) + struct.pack("<e", 2.0), 0)
        == "2.0 * -1 * (0 - 32)"
    )


def test_terms_know_their_bits() -> None:
    terms = terms_of_weight("Q5_K", bytes(range(176)), 200)
    assert [term.name for term in terms] == ["q", "sc", "m", "d", "dmin"]
    assert [bits for term in terms for bits in term.bits] == bits_of_weight("Q5_K", 200)
    with pytest.raises(WrongLengthError, match="a block of Q5_K has 176 bytes, not 175"):
        terms_of_weight("Q5_K", bytes(175), 0)


def test_weights_outside_the_block_are_refused() -> None:
    with pytest.raises(IndexError, match="Q4_0 has weights 0 to 31, not 32"):
        bits_of_weight("Q4_0", 32)
    with pytest.raises(IndexError):
        bits_of_weight("Q4_0", -1)


def test_runs_of_a_block_are_in_file_order() -> None:
    runs = bits_of_block("Q4_K")
    places = [(run.bits.byte, run.bits.low) for run in runs]
    assert places == sorted(places)
    assert runs[0].bits.role == "d"
    assert runs[0].weights == tuple(range(256))


@pytest.mark.parametrize(
    ("name", "size", "length"),
    [
        ("IQ1_S", 2048, 8), ("IQ1_M", 2048, 8), ("IQ2_XXS", 256, 8), ("IQ2_XS", 512, 8),
        ("IQ2_S", 1024, 8), ("IQ3_XXS", 256, 4), ("IQ3_S", 512, 4),
    ],
)  # fmt: skip
def test_codebooks_have_their_sizes(name, size, length) -> None:
    book = grid(name)
    assert len(book) == len(set(book)) == size
    assert {len(vector) for vector in book} == {length}


def test_sign_patterns_have_an_even_number_of_signs() -> None:
    assert all(signs(index).bit_count() % 2 == 0 for index in range(128))
    assert [signs(index) & 127 for index in range(128)] == list(range(128))
