"""Which bits of a block hold what, weight by weight.

Each type registers a function that gives the bits of a weight; here is what these functions are made of, and what reads them.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from mkdocs_quantlab.engine.ggml.types import ggml_type, required


class Bits(NamedTuple):
    """A run of bits in one byte of a block, and its place in the number that it belongs to."""

    role: str
    """Which number of the type's formula: a key of `types.ROLES`."""
    number: int
    """Which of the block's numbers of that role: the weight for `q`, the sub-block for `sc`, and so on."""
    byte: int
    """Byte in the block."""
    low: int
    """Lowest bit in the byte, 0 the least significant."""
    width: int
    """Number of bits."""
    shift: int
    """Place of the lowest bit in the number; for `trits` the place of the weight's digit, 0 the highest."""


class BitRun(NamedTuple):
    """A run of bits, with all the weights that depend on it."""

    bits: Bits
    weights: tuple[int, ...]


def bits_of_weight(name: str, weight: int) -> list[Bits]:
    """All bits of a block that one weight depends on.

    Runs of the same role and number make one number: the sum of each run's bits shifted left by its `shift`.
    A `sign` of several runs is negative where an odd number of bits is set: the last of eight weights of
    IQ2_XXS, IQ2_XS and IQ3_XXS has no sign bit of its own.

    Args:
        name: A ggml type.
        weight: Its place in the block.

    Returns:
        The weight's own bits first, then those of its sub-block, then those of the block.

    Raises:
        UnknownTypeError: There is no such type.
        MissingPartError: The type is registered without a layout.
        IndexError: The block has no such weight.
    """
    entry = ggml_type(name)
    if not 0 <= weight < entry.block_size:
        raise IndexError(f"{entry.name} has weights 0 to {entry.block_size - 1}, not {weight}")
    return required(entry, "layout", entry.layout)(weight)


@cache
def bits_of_block(name: str) -> tuple[BitRun, ...]:
    """All runs of bits that weights depend on, in file order, each with its weights.

    Raises:
        UnknownTypeError: There is no such type.
        MissingPartError: The type is registered without a layout.
    """
    owners: dict[Bits, list[int]] = {}
    for weight in range(ggml_type(name).block_size):
        for bits in bits_of_weight(name, weight):
            owners.setdefault(bits, []).append(weight)
    ordered = sorted(owners, key=lambda bits: (bits.byte, bits.low, bits.role, bits.number))
    return tuple(BitRun(bits, tuple(owners[bits])) for bits in ordered)


def whole_bytes(role: str, byte: int, size: int, number: int = 0) -> list[Bits]:
    """A little-endian number of whole bytes."""
    return [Bits(role, number, byte + k, 0, 8, 8 * k) for k in range(size)]


def stretch(
    role: str, number: int, byte: int, low: int, *, width: int, shift: int = 0
) -> list[Bits]:
    """A run of bits in a little-endian word that may cross bytes; `low` counts from the first byte's bit 0."""
    runs = []
    while width:
        step = min(width, 8 - low % 8)
        runs.append(Bits(role, number, byte + low // 8, low % 8, step, shift))
        low += step
        shift += step
        width -= step
    return runs


def nibble(weight: int, start: int, half: int) -> Bits:
    """A 4-bit step where weight j and weight j + half share a byte."""
    group, place = divmod(weight, 2 * half)
    high, byte = divmod(place, half)
    return Bits("q", weight, start + group * half + byte, 4 * high, 4, 0)


def crumb(weight: int, start: int) -> Bits:
    """A 2-bit step where four weights 32 apart share a byte."""
    group, place = divmod(weight, 128)
    quarter, byte = divmod(place, 32)
    return Bits("q", weight, start + group * 32 + byte, 2 * quarter, 2, 0)
