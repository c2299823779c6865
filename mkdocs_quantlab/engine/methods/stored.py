"""What a figure shows of weights that a scheme stored, as data: the scheme's objects stay where its code runs.

`StoredLayer` is a layer in blocks, `StoredWeight` a single weight among all values that a scheme has. Each is made by the engine's
schemes, or by the reader's code in an interpreter of its own; what comes from there is read by `read_layer` and `read_weight`.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from mkdocs_quantlab.engine.core.live_code import EditError
from mkdocs_quantlab.engine.core.live_values import (
    fields,
    items,
    number,
    numbers,
    string,
    whole,
)
from mkdocs_quantlab.engine.methods.schemes import SideInformation, Stored, fit_blocks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mkdocs_quantlab.engine.methods.schemes import Scheme

MAX_CODE, MAX_NAME, MAX_TEXT, MAX_KEPT_TEXT = 32, 40, 400, 8000
"""Characters of a stored code, of a name, of written-out arithmetic, and of what is kept (a codebook has 256 entries)."""
MAX_BITS = 1 << 20
"""Bits of one value kept beside the weights."""

REACH = 2
"""How many values to either side of a weight's own are shown next to it."""


class StoredLayer(NamedTuple):
    """A layer's weights, stored in blocks."""

    stored: Sequence[Stored]
    """Each weight."""
    kept: Sequence[SideInformation]
    """All that is kept beside them."""
    steps: Sequence[float | None]
    """For each block the distance between neighbouring values, where all have the same."""
    holds: str
    """What the stored codes are, in the plural."""


class StoredWeight(NamedTuple):
    """One weight, stored, and the values that it might have been stored as."""

    stored: Stored
    kept: Sequence[SideInformation]
    levels: Sequence[float]
    """All values that can be read back, ascending."""
    near: Sequence[Stored]
    """The levels of `neighbours`, each as it is stored."""
    holds: str


def stored_layer(scheme: Scheme, weights: Sequence[float], bits: int, block: int) -> StoredLayer:
    """A layer as a scheme stores it."""
    fits, kept = fit_blocks(scheme, weights, bits, block)
    stored = [fits[i // block].store(weight) for i, weight in enumerate(weights)]
    return StoredLayer(stored, kept, [fit.step for fit in fits], fits[0].holds)


def stored_weight(
    scheme: Scheme, weight: float, low: float, high: float, bits: int
) -> StoredWeight:
    """A weight of a group from `low` to `high` as a scheme stores it."""
    fit = scheme.fit([low, high], bits)
    stored = fit.store(weight)
    near = [fit.store(fit.levels[i]) for i in neighbours(fit.levels, stored.value)]
    return StoredWeight(stored, fit.kept, fit.levels, near, fit.holds)


def place(levels: Sequence[float], value: float) -> int:
    """Which of the levels a value is; for one that is none of them, the next above it."""
    return min(bisect_left(levels, value), len(levels) - 1)


def neighbours(levels: Sequence[float], value: float) -> range:
    """The levels next to a value, and its own."""
    here = place(levels, value)
    return range(max(0, here - REACH), min(len(levels) - 1, here + REACH) + 1)


def read_layer(data: Any, weights: int, blocks: int) -> StoredLayer:
    """A `StoredLayer` of foreign data.

    Raises:
        EditError: It is none of so many weights in so many blocks.
    """
    given = fields(data, "the result", StoredLayer._fields)
    return StoredLayer(
        [_stored(each) for each in items(given["stored"], "the stored weights", weights)],
        # Outliers are kept one by one.
        _kept(given["kept"], 4 * (weights + blocks)),
        [
            None if each is None else number(each, "`step`")
            for each in items(given["steps"], "the steps", blocks)
        ],
        string(given["holds"], "`holds`", MAX_NAME),
    )


def read_weight(data: Any, bits: int) -> StoredWeight:
    """A `StoredWeight` of foreign data.

    Raises:
        EditError: It is none of so many bits, or its levels do not ascend.
    """
    given = fields(data, "the result", StoredWeight._fields)
    stored = _stored(given["stored"])
    levels = numbers(given["levels"], "`levels`", 2, 1 << bits)
    if any(below >= above for below, above in pairwise(levels)):
        raise EditError("`levels` has to ascend, each value once", None)
    near = items(given["near"], "the values next to it", len(neighbours(levels, stored.value)))
    return StoredWeight(
        stored,
        _kept(given["kept"], 64),
        levels,
        [_stored(each) for each in near],
        string(given["holds"], "`holds`", MAX_NAME),
    )


def _stored(data: Any) -> Stored:
    q, code, value, storing, reading = items(data, "the result of `store`", len(Stored._fields))
    return Stored(
        whole(q, "`q`", -(1 << 31), 1 << 31),
        string(code, "`code`", MAX_CODE),
        number(value, "`value`"),
        string(storing, "`storing`", MAX_TEXT),
        string(reading, "`reading`", MAX_TEXT),
    )


def _kept(data: Any, most: int) -> list[SideInformation]:
    found = []
    for each in items(data, "`kept`", 0, most):
        name, value, bits, arithmetic = items(
            each, "an entry of `kept`", len(SideInformation._fields)
        )
        found.append(
            SideInformation(
                string(name, "the name of an entry of `kept`", MAX_NAME),
                string(value, "the value of an entry of `kept`", MAX_KEPT_TEXT),
                whole(bits, "the bits of an entry of `kept`", 0, MAX_BITS),
                string(arithmetic, "the arithmetic of an entry of `kept`", MAX_TEXT),
            )
        )
    return found
