"""The map of bits against the decoders: what a bit is said to be is what happens when it changes."""

from __future__ import annotations

import math
import random
import struct

import pytest

from mkdocs_quantlab.engine.quant.ggml import TYPES, bits_of_block, bits_of_weight, decode
from mkdocs_quantlab.engine.quant.ggml.codebooks import FP4_VALUES, IQ4_NL_VALUES, grid, signs
from mkdocs_quantlab.engine.quant.ggml.fp4 import ue4m3_value

# Fields that only dot products use.
UNREAD = {"Q8_1": {"s"}, "Q8_K": {"bsums"}}
SIGNED = {("Q8_0", "q"), ("Q8_1", "q"), ("Q8_K", "q"), ("Q6_K", "sc")}


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


def terms(entry, block: bytes, weight: int) -> dict:
    """The numbers that a weight is made of, put together from the map of bits alone."""
    numbers: dict[str, int] = {}
    widths: dict[str, int] = {}
    for run in bits_of_weight(entry.name, weight):
        value = block[run.byte] >> run.low & (1 << run.width) - 1
        if run.role == "trits":
            numbers["trit"] = (value * 3**run.shift & 0xFF) * 3 >> 8
            continue
        numbers[run.role] = numbers.get(run.role, 0) | value << run.shift
        widths[run.role] = widths.get(run.role, 0) + run.width
    found: dict = dict(numbers)
    for role in ("d", "dmin", "m", "value"):
        if role not in numbers or (entry.name == "NVFP4" and role == "d"):
            continue
        if widths[role] == 16 and entry.name != "BF16":
            found[role] = struct.unpack("<e", numbers[role].to_bytes(2, "little"))[0]
        elif widths[role] >= 16:
            raw = numbers[role] << (32 - widths[role])
            found[role] = struct.unpack("<f", raw.to_bytes(4, "little"))[0]
    if entry.name == "NVFP4":
        found["d"] = ue4m3_value(numbers["d"])
    for role in ("q", "sc"):
        if (entry.name, role) in SIGNED and numbers[role] > 127:
            found[role] = numbers[role] - 256
    if "sign" in numbers:
        found["sign"] = -1 if numbers["sign"].bit_count() % 2 else 1
    if "delta" in numbers:
        found["delta"] = -0.125 if numbers["delta"] else 0.125
    if "index" in numbers:
        found["grid"] = grid(entry.name)
        found["j"] = weight % len(found["grid"][0])
    found["values"] = FP4_VALUES if "FP4" in entry.name else IQ4_NL_VALUES
    return found


@pytest.mark.parametrize("name", TYPES)
def test_the_formula_over_the_mapped_bits_is_the_decoder(name) -> None:
    entry = TYPES[name]
    rng = random.Random(2)
    for _ in range(3):
        block = random_block(entry, rng)
        decoded = decode(name, block)
        for weight in range(entry.block_size):
            value = eval(entry.formula, {"__builtins__": {}}, terms(entry, block, weight))
            if math.isnan(value):
                assert math.isnan(decoded[weight])
            else:
                assert value == pytest.approx(decoded[weight], rel=1e-5, abs=1e-6), weight


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
