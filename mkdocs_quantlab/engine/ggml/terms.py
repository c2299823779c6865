"""What one weight of a block is made of: the numbers of its formula, read from its own bits."""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.engine.core.float32 import half_value
from mkdocs_quantlab.engine.ggml.codebooks import IQ1_DELTA
from mkdocs_quantlab.engine.ggml.errors import WrongLengthError
from mkdocs_quantlab.engine.ggml.fp4 import ue4m3_value
from mkdocs_quantlab.engine.ggml.layout import bits_of_weight
from mkdocs_quantlab.engine.ggml.types import GgmlType, ggml_type, required

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs_quantlab.engine.ggml.layout import Bits


class Term(NamedTuple):
    """A number of a weight's formula."""

    name: str
    """As the formula writes it, so `values[q]` for a step that is looked up."""
    value: float
    bits: tuple[Bits, ...]
    """The bits that it is read from."""


def terms_of_weight(name: str, block: bytes, weight: int) -> list[Term]:
    """The numbers of the type's formula for one weight of a block.

    Args:
        name: A ggml type; case does not matter.
        block: The bytes of one block.
        weight: The weight's place in it.

    Returns:
        In the order of `bits_of_weight`: the weight's own numbers first.

    Raises:
        UnknownTypeError: There is no such type.
        MissingPartError: The type is registered without a layout, or without the values or the grid of its formula.
        WrongLengthError: The bytes are not one block.
        IndexError: The block has no such weight.
    """
    entry = ggml_type(name)
    if len(block) != entry.block_bytes:
        raise WrongLengthError(
            f"a block of {entry.name} has {entry.block_bytes} bytes, not {len(block)}"
        )
    runs: dict[str, list[Bits]] = {}
    for run in bits_of_weight(name, weight):
        runs.setdefault(run.role, []).append(run)
    return [_term(entry, block, weight, role, tuple(bits)) for role, bits in runs.items()]


def arithmetic(name: str, block: bytes, weight: int, number: Callable[[float], str] = repr) -> str:
    """The type's formula with the numbers of one weight in place of their names.

    Args:
        name: As for `terms_of_weight`.
        block: As for `terms_of_weight`.
        weight: As for `terms_of_weight`.
        number: How a number is written.

    Returns:
        A Python expression; its value is the weight but for float32's rounding of the steps between.

    Raises:
        GgmlError: As for `terms_of_weight`.
    """
    values = {term.name: term.value for term in terms_of_weight(name, block, weight)}
    return re.sub(
        r"grid\[index\]\[j\]|[a-z]+(\[q\])?",
        lambda match: number(values[match[0]]),
        ggml_type(name).formula,
    )


def _term(entry: GgmlType, block: bytes, weight: int, role: str, runs: tuple[Bits, ...]) -> Term:
    """The number that some runs of bits make, under its name in the formula."""
    raw = sum((block[run.byte] >> run.low & (1 << run.width) - 1) << run.shift for run in runs)
    width = sum(run.width for run in runs)
    if role == "trits":
        digit = runs[0].shift
        return Term("trit", (block[runs[0].byte] * 3**digit & 0xFF) * 3 >> 8, runs)
    if role == "sign":
        return Term("sign", -1 if raw.bit_count() & 1 else 1, runs)
    if role == "delta":
        return Term("delta", -IQ1_DELTA if raw else IQ1_DELTA, runs)
    if role == "index":
        vector = required(entry, "grid", entry.grid)()[raw]
        return Term("grid[index][j]", vector[weight % len(vector)], runs)
    if role == "q" and "values[q]" in entry.formula:
        return Term("values[q]", required(entry, "values", entry.values)[raw], runs)
    if role == "d" and width == 8:
        return Term("d", ue4m3_value(raw), runs)
    if role in ("value", "d", "dmin", "m") and width >= 16:
        if width == 16 and entry.name != "BF16":
            return Term(role, half_value(raw.to_bytes(2, "little")), runs)
        return Term(role, struct.unpack("<f", (raw << 32 - width).to_bytes(4, "little"))[0], runs)
    element = next(
        field.element for field in entry.fields if runs[0].byte < field.offset + field.size
    )
    return Term(role, raw - 256 if element == "i8" and raw > 127 else raw, runs)
