"""Encoding and decoding by type name: what each type registers, for whole runs of blocks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.core.float32 import rounded
from mkdocs_quantlab.engine.ggml.errors import (
    GgmlError,
    NotFiniteError,
    WrongLengthError,
)
from mkdocs_quantlab.engine.ggml.types import TYPES, ggml_type, required

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mkdocs_quantlab.engine.ggml.search import Trial
    from mkdocs_quantlab.engine.ggml.types import GgmlType


def encode(name: str, weights: Sequence[float]) -> bytes:
    """The bytes that ggml writes for some weights, without an importance matrix.

    They are those of ggml's x86-64 reference. A build that fuses multiplication and addition (ARM, for one)
    chooses other steps in some blocks of the K-quants, no worse ones.

    Args:
        name: A ggml type; case does not matter.
        weights: A whole number of blocks. They are rounded to float32 first.

    Returns:
        The blocks, one after the other. Weights too large for a float16 scale get an infinite one, as in ggml.

    Raises:
        UnknownTypeError: There is no such type.
        MissingPartError: The type has no encoder here; only ggml encodes it.
        WrongLengthError: The weights do not fill whole blocks.
        NotFiniteError: A weight is NaN, infinite or beyond float32 (F32, F16 and BF16 take them).
    """
    entry = ggml_type(name)
    encode_block = required(entry, "encode", entry.encode)
    return b"".join(map(encode_block, _weight_blocks(entry, weights)))


def decode(name: str, data: bytes) -> list[float]:
    """The float32 weights that ggml reads from some blocks.

    Args:
        name: A ggml type; case does not matter.
        data: A whole number of blocks. Any bytes mean something: an infinite or NaN scale gives such weights.

    Returns:
        The weights in order; each is exact in float32.

    Raises:
        UnknownTypeError: There is no such type.
        MissingPartError: The type is registered without a decoder.
        WrongLengthError: The bytes are not whole blocks.
    """
    entry = ggml_type(name)
    decode_block = required(entry, "decode", entry.decode)
    size = entry.block_bytes
    if len(data) % size:
        raise WrongLengthError(
            f"{entry.name} has blocks of {size} bytes; {len(data)} bytes are not whole blocks"
        )
    weights: list[float] = []
    for start in range(0, len(data), size):
        weights += decode_block(bytes(data[start : start + size]))
    return weights


def scale_search(name: str, weights: Sequence[float]) -> list[list[Trial]]:
    """The trials by which ggml finds the scales of one block of a K-quant.

    Args:
        name: One of Q2_K to Q6_K; case does not matter.
        weights: The 256 weights of a block.

    Returns:
        For each sub-block its trials in order, the plain scale first; none where the weights are all equal and
        negative or all (nearly) zero, as there is nothing to search.

    Raises:
        GgmlError: The type is not a K-quant, or as `encode`.
    """
    entry = ggml_type(name)
    if entry.search is None:
        known = ", ".join(each.name for each in TYPES.values() if each.search)
        raise GgmlError(f"{entry.name} has no search for scales; {known} have")
    blocks = _weight_blocks(entry, weights)
    if len(blocks) != 1:
        raise WrongLengthError(f"the search is of one block of 256 weights, not {len(weights)}")
    trace: list[list[Trial]] = []
    entry.search(blocks[0], trace)
    return trace


def _weight_blocks(entry: GgmlType, weights: Sequence[float]) -> list[list[float]]:
    """The weights as float32 in blocks, checked."""
    size = entry.block_size
    if len(weights) % size:
        raise WrongLengthError(
            f"{entry.name} has blocks of {size} weights; {len(weights)} weights are not whole blocks"
        )
    singles = rounded(weights)
    if entry.family != "float" and not all(map(math.isfinite, singles)):
        place = [math.isfinite(x) for x in singles].index(False)
        raise NotFiniteError(
            f"weight {place} is {weights[place]!r}, which {entry.name} cannot hold: "
            "weights must be finite in float32"
        )
    return [singles[start : start + size] for start in range(0, len(singles), size)]
