"""Blocks of tensors in files: how they are named, and how resources are asked for them."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from mkdocs_quantlab.engine.core.resources import Resource
from mkdocs_quantlab.engine.core.suggest import did_you_mean, nearest_number
from mkdocs_quantlab.engine.ggml import TYPES, decode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mkdocs_quantlab.engine.core.protocol import StoredBlocks
    from mkdocs_quantlab.engine.core.resources import Resources
    from mkdocs_quantlab.engine.gguf.header import Tensor

T = TypeVar("T")

WEIGHTS = 256
"""Weights that are read: the largest block has as many."""


class Name(NamedTuple):
    """Which block of which tensor of which model."""

    model: str
    tensor: str
    number: int


class Stored(NamedTuple):
    """Blocks out of a file."""

    type: str
    """The ggml type's name."""
    data: bytes

    @property
    def first(self) -> bytes:
        """The block that was named."""
        return self.data[: TYPES[self.type].block_bytes]

    @property
    def weights(self) -> tuple[float, ...]:
        """All weights, decoded."""
        return tuple(decode(self.type, self.data))


class BlocksOf(Resource[Stored]):
    """A block, named as `parse_name` reads it, and as many after it as make `WEIGHTS` weights, as far as the tensor has them."""

    kind = "blocks"

    def __init__(self, name: str) -> None:
        super().__init__(name)

    @staticmethod
    def pack(value: Stored) -> StoredBlocks:
        """The ggml type's name, and the blocks in Base64."""
        return {"type": value.type, "data": base64.b64encode(value.data).decode()}

    @staticmethod
    def unpack(packed: StoredBlocks) -> Stored:
        """What `pack` gave."""
        return Stored(packed["type"], base64.b64decode(packed["data"]))


def parse_name(text: str) -> Name:
    """What `q4:blk.0.ffn_up.weight[3]` names; the first block where no number is given.

    Raises:
        LookupError: The text is no such name.
    """
    match = re.fullmatch(r"([^\s\[\]]+):([^\s:\[\]]+)(?:\[([0-9]{1,12})\])?", text)
    if match is None:
        raise LookupError(f"a block is named as in `q4:blk.0.ffn_up.weight[3]`; found `{text}`")
    return Name(match[1], match[2], int(match[3] or 0))


def find_tensor(model: str, name: str, tensors: Mapping[str, T]) -> T:
    """What there is under a tensor's name.

    Raises:
        LookupError: There is no such tensor.
    """
    if name not in tensors:
        raise LookupError(f"`{model}` has no tensor `{name}`{did_you_mean(name, tensors)}")
    return tensors[name]


def span(name: Name, tensors: Mapping[str, Tensor]) -> tuple[str, int, int]:
    """Where a named block and those after it are: the type, the first byte within the tensor, and the end.

    Raises:
        LookupError: There is no such tensor or block, or its type is not known here.
    """
    tensor = find_tensor(name.model, name.tensor, tensors)
    if tensor.type_name not in TYPES:
        raise LookupError(
            f"`{name.tensor}` of `{name.model}` is {tensor.type_name}, which cannot be decoded here"
        )
    entry = TYPES[tensor.type_name]
    blocks = tensor.parameters // entry.block_size
    if name.number >= blocks:
        hint = nearest_number(str(name.number), [0, blocks - 1]) if blocks else ""
        raise LookupError(
            f"`{name.tensor}` has {blocks:,} blocks, counted from 0; found {name.number}{hint}"
        )
    stop = min(blocks, name.number + WEIGHTS // entry.block_size)
    return entry.name, name.number * entry.block_bytes, stop * entry.block_bytes


def find_blocks(resources: Resources, text: str) -> Stored:
    """The named block and those after it.

    Raises:
        LookupError: There are none; the message says why.
    """
    parse_name(text)
    return resources.find(BlocksOf(text))
