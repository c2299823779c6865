"""Which bits of a block hold what, weight by weight.

Sources: the decoders of `ggml-quants.c` (`dequantize_row_*`) and, for the 6-bit scales of Q4_K and Q5_K,
`get_scale_min_k4`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.engine.ggml.types import ggml_type

if TYPE_CHECKING:
    from collections.abc import Callable


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
        IndexError: The block has no such weight.
    """
    entry = ggml_type(name)
    if not 0 <= weight < entry.block_size:
        raise IndexError(f"{entry.name} has weights 0 to {entry.block_size - 1}, not {weight}")
    return _BITS[entry.name](weight)


@cache
def bits_of_block(name: str) -> tuple[BitRun, ...]:
    """All runs of bits that weights depend on, in file order, each with its weights.

    Raises:
        UnknownTypeError: There is no such type.
    """
    owners: dict[Bits, list[int]] = {}
    for weight in range(ggml_type(name).block_size):
        for bits in bits_of_weight(name, weight):
            owners.setdefault(bits, []).append(weight)
    ordered = sorted(owners, key=lambda bits: (bits.byte, bits.low, bits.role, bits.number))
    return tuple(BitRun(bits, tuple(owners[bits])) for bits in ordered)


def _number(role: str, byte: int, size: int, number: int = 0) -> list[Bits]:
    """A little-endian number of whole bytes."""
    return [Bits(role, number, byte + k, 0, 8, 8 * k) for k in range(size)]


def _stretch(
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


def _float(size: int) -> Callable[[int], list[Bits]]:
    return lambda _: _number("value", 0, size)


def _nibble(weight: int, start: int, half: int) -> Bits:
    """A 4-bit step where weight j and weight j + half share a byte."""
    group, place = divmod(weight, 2 * half)
    high, byte = divmod(place, half)
    return Bits("q", weight, start + group * half + byte, 4 * high, 4, 0)


def _crumb(weight: int, start: int) -> Bits:
    """A 2-bit step where four weights 32 apart share a byte."""
    group, place = divmod(weight, 128)
    quarter, byte = divmod(place, 32)
    return Bits("q", weight, start + group * 32 + byte, 2 * quarter, 2, 0)


def _q4_0(weight: int) -> list[Bits]:
    return [_nibble(weight, 2, 16), *_number("d", 0, 2)]


def _q4_1(weight: int) -> list[Bits]:
    return [_nibble(weight, 4, 16), *_number("d", 0, 2), *_number("m", 2, 2)]


def _q5_0(weight: int) -> list[Bits]:
    fifth = Bits("q", weight, 2 + weight // 8, weight % 8, 1, 4)
    return [_nibble(weight, 6, 16), fifth, *_number("d", 0, 2)]


def _q5_1(weight: int) -> list[Bits]:
    fifth = Bits("q", weight, 4 + weight // 8, weight % 8, 1, 4)
    return [_nibble(weight, 8, 16), fifth, *_number("d", 0, 2), *_number("m", 2, 2)]


def _q8_0(weight: int) -> list[Bits]:
    return [Bits("q", weight, 2 + weight, 0, 8, 0), *_number("d", 0, 2)]


def _q8_1(weight: int) -> list[Bits]:
    return [Bits("q", weight, 4 + weight, 0, 8, 0), *_number("d", 0, 2)]


def _q8_k(weight: int) -> list[Bits]:
    return [Bits("q", weight, 4 + weight, 0, 8, 0), *_number("d", 0, 4)]


def _q1_0(weight: int) -> list[Bits]:
    return [Bits("q", weight, 2 + weight // 8, weight % 8, 1, 0), *_number("d", 0, 2)]


def _q2_0(weight: int) -> list[Bits]:
    return [Bits("q", weight, 2 + weight // 4, weight % 4 * 2, 2, 0), *_number("d", 0, 2)]


def _q2_k(weight: int) -> list[Bits]:
    sub = weight // 16
    return [
        _crumb(weight, 16),
        Bits("sc", sub, sub, 0, 4, 0),
        Bits("m", sub, sub, 4, 4, 0),
        *_number("d", 80, 2),
        *_number("dmin", 82, 2),
    ]


def _q3_k(weight: int) -> list[Bits]:
    sub = weight // 16
    return [
        _crumb(weight, 32),
        Bits("q", weight, weight % 32, weight // 32, 1, 2),
        Bits("sc", sub, 96 + sub % 8, 4 * (sub // 8), 4, 0),
        Bits("sc", sub, 104 + sub % 4, 2 * (sub // 4), 2, 4),
        *_number("d", 108, 2),
    ]


def _scale_and_minimum(sub: int) -> list[Bits]:
    """The 6-bit scale and minimum of a sub-block of Q4_K and Q5_K, whose `scales` begin at byte 4."""
    if sub < 4:
        return [Bits("sc", sub, 4 + sub, 0, 6, 0), Bits("m", sub, 8 + sub, 0, 6, 0)]
    return [
        Bits("sc", sub, 8 + sub, 0, 4, 0),
        Bits("sc", sub, sub, 6, 2, 4),
        Bits("m", sub, 8 + sub, 4, 4, 0),
        Bits("m", sub, 4 + sub, 6, 2, 4),
    ]


def _q4_k(weight: int) -> list[Bits]:
    return [
        _nibble(weight, 16, 32),
        *_scale_and_minimum(weight // 32),
        *_number("d", 0, 2),
        *_number("dmin", 2, 2),
    ]


def _q5_k(weight: int) -> list[Bits]:
    return [
        _nibble(weight, 48, 32),
        Bits("q", weight, 16 + weight % 32, weight // 32, 1, 4),
        *_scale_and_minimum(weight // 32),
        *_number("d", 0, 2),
        *_number("dmin", 2, 2),
    ]


def _q6_k(weight: int) -> list[Bits]:
    high = _crumb(weight, 128)
    return [
        _nibble(weight, 0, 64),
        high._replace(shift=4),
        Bits("sc", weight // 16, 192 + weight // 16, 0, 8, 0),
        *_number("d", 208, 2),
    ]


def _shared_signs(weight: int, byte: int, low: int) -> list[Bits]:
    """The sign among eight weights that share seven bits: the last has the parity of all."""
    if weight % 8 < 7:
        return _stretch("sign", weight, byte, low + weight % 8, width=1)
    return _stretch("sign", weight, byte, low, width=7)


def _iq2_xxs(weight: int) -> list[Bits]:
    group, vector = divmod(weight // 8, 4)
    start = 2 + 8 * group
    return [
        Bits("index", weight // 8, start + vector, 0, 8, 0),
        *_shared_signs(weight, start + 4, 7 * vector),
        Bits("sc", group, start + 7, 4, 4, 0),
        *_number("d", 0, 2),
    ]


def _iq2_xs(weight: int) -> list[Bits]:
    start = 2 + 2 * (weight // 8)
    return [
        *_stretch("index", weight // 8, start, 0, width=9),
        *_shared_signs(weight, start, 9),
        Bits("sc", weight // 16, 66 + weight // 32, weight // 16 % 2 * 4, 4, 0),
        *_number("d", 0, 2),
    ]


def _iq2_s(weight: int) -> list[Bits]:
    vector = weight // 8
    return [
        Bits("index", vector, 2 + vector, 0, 8, 0),
        Bits("index", vector, 66 + weight // 32, vector % 4 * 2, 2, 8),
        Bits("sign", weight, 34 + vector, weight % 8, 1, 0),
        Bits("sc", weight // 16, 74 + weight // 32, weight // 16 % 2 * 4, 4, 0),
        *_number("d", 0, 2),
    ]


def _iq3_xxs(weight: int) -> list[Bits]:
    group = weight // 32
    return [
        Bits("index", weight // 4, 2 + weight // 4, 0, 8, 0),
        *_shared_signs(weight, 66 + 4 * group, 7 * (weight // 8 % 4)),
        Bits("sc", group, 69 + 4 * group, 4, 4, 0),
        *_number("d", 0, 2),
    ]


def _iq3_s(weight: int) -> list[Bits]:
    vector = weight // 4
    return [
        Bits("index", vector, 2 + vector, 0, 8, 0),
        Bits("index", vector, 66 + vector // 8, vector % 8, 1, 8),
        Bits("sign", weight, 74 + weight // 8, weight % 8, 1, 0),
        Bits("sc", weight // 32, 106 + weight // 64, weight // 32 % 2 * 4, 4, 0),
        *_number("d", 0, 2),
    ]


def _iq1_s(weight: int) -> list[Bits]:
    group, vector = divmod(weight // 8, 4)
    start = 34 + 2 * group
    return [
        Bits("index", weight // 8, 2 + weight // 8, 0, 8, 0),
        *_stretch("index", weight // 8, start, 3 * vector, width=3, shift=8),
        Bits("delta", group, start + 1, 7, 1, 0),
        Bits("sc", group, start + 1, 4, 3, 0),
        *_number("d", 0, 2),
    ]


def _iq1_m(weight: int) -> list[Bits]:
    vector = weight // 8
    high = vector % 2 * 4
    return [
        Bits("index", vector, vector, 0, 8, 0),
        Bits("index", vector, 32 + vector // 2, high, 3, 8),
        Bits("delta", vector, 32 + vector // 2, high + 3, 1, 0),
        *_stretch("sc", weight // 16, 48 + 2 * (weight // 64), 3 * (weight // 16 % 4), width=3),
        *(Bits("d", 0, 49 + 2 * k, 4, 4, 4 * k) for k in range(4)),
    ]


def _iq4_xs(weight: int) -> list[Bits]:
    sub = weight // 32
    return [
        _nibble(weight, 8, 16),
        Bits("sc", sub, 4 + sub // 2, sub % 2 * 4, 4, 0),
        Bits("sc", sub, 2 + sub // 4, sub % 4 * 2, 2, 4),
        *_number("d", 0, 2),
    ]


def _tq1_0(weight: int) -> list[Bits]:
    if weight < 160:
        digit, byte = divmod(weight, 32)
    elif weight < 240:
        digit, byte = divmod(weight - 160, 16)
        byte += 32
    else:
        digit, byte = divmod(weight - 240, 4)
        byte += 48
    return [Bits("trits", byte, byte, 0, 8, digit), *_number("d", 52, 2)]


def _tq2_0(weight: int) -> list[Bits]:
    return [_crumb(weight, 0), *_number("d", 64, 2)]


def _mxfp4(weight: int) -> list[Bits]:
    return [_nibble(weight, 1, 16), *_number("e", 0, 1)]


def _nvfp4(weight: int) -> list[Bits]:
    return [_nibble(weight, 4, 8), *_number("d", weight // 16, 1, number=weight // 16)]


_BITS: dict[str, Callable[[int], list[Bits]]] = {
    "F32": _float(4),
    "F16": _float(2),
    "BF16": _float(2),
    "Q4_0": _q4_0,
    "Q4_1": _q4_1,
    "Q5_0": _q5_0,
    "Q5_1": _q5_1,
    "Q8_0": _q8_0,
    "Q8_1": _q8_1,
    "Q2_K": _q2_k,
    "Q3_K": _q3_k,
    "Q4_K": _q4_k,
    "Q5_K": _q5_k,
    "Q6_K": _q6_k,
    "Q8_K": _q8_k,
    "IQ2_XXS": _iq2_xxs,
    "IQ2_XS": _iq2_xs,
    "IQ3_XXS": _iq3_xxs,
    "IQ1_S": _iq1_s,
    "IQ4_NL": _q4_0,
    "IQ3_S": _iq3_s,
    "IQ2_S": _iq2_s,
    "IQ4_XS": _iq4_xs,
    "IQ1_M": _iq1_m,
    "TQ1_0": _tq1_0,
    "TQ2_0": _tq2_0,
    "MXFP4": _mxfp4,
    "NVFP4": _nvfp4,
    "Q1_0": _q1_0,
    "Q2_0": _q2_0,
}
