"""What a GGUF file says of itself. Source of names and meanings: ggml's `docs/gguf.md` and `gguf.h`."""

from __future__ import annotations

import re
from typing import NamedTuple, TypeAlias

from mkdocs_quantlab.engine.ggml.types import stored_type


class Array(NamedTuple):
    """A metadata array. Its elements are stepped over unless asked for: vocabularies have half a million."""

    type: str
    """The elements' type: `string`, `uint32`, `float32` and so on, as in `gguf.md`; `array` where nested."""
    length: int
    """Number of elements."""
    size: int
    """Bytes of all elements in the file."""
    values: tuple[Value, ...] | None = None
    """The elements, where they were asked for or are few."""
    digests: tuple[str, ...] = ()
    """Digests (`reader.DIGEST`) of runs of elements, where they were asked for: they tell two arrays apart, and where."""
    raw: bytes | None = None
    """The elements' bytes as they are in a little-endian file of version 2 or 3, where a writer needs them: as Python's objects they would
    take ten times as much memory."""


Value: TypeAlias = "int | float | bool | str | Array"
"""A value of a file's metadata."""


class Tensor(NamedTuple):
    """A tensor as the header lists it."""

    name: str
    shape: tuple[int, ...]
    """`ne` of ggml: the fastest dimension, a row's length, comes first, the reverse of numpy's order."""
    type: int
    """The ggml type's number as it stands in the file, known or not."""
    offset: int
    """First byte, counted from the header's `data_start`."""

    @property
    def parameters(self) -> int:
        """Number of elements."""
        product = 1
        for length in self.shape:
            product *= length
        return product

    @property
    def type_name(self) -> str:
        """The type's name in ggml, or `type 99` where it is not known here."""
        known = stored_type(self.type)
        return known.name if known else f"type {self.type}"

    @property
    def size(self) -> int | None:
        """Bytes of the tensor, or None where its type is not known here."""
        known = stored_type(self.type)
        if known is None:
            return None
        return self.parameters // known.block_size * known.block_bytes


class Place(NamedTuple):
    """Where a tensor is on a map."""

    layer: int
    """-1 for what belongs to no layer."""
    kind: str
    """What it is, whatever its layer: `attn_q`."""


def place(tensor: str) -> Place:
    """The place of the tensor of that name."""
    # Image encoders have layers of their own, `v.blk.0`.
    match = re.fullmatch(r"(.*\.)?blk\.([0-9]{1,9})\.(.+?)(?:\.weight)?", tensor)
    if match is None:
        return Place(-1, tensor.removesuffix(".weight"))
    return Place(int(match[2]), (match[1] or "") + match[3])


class Header(NamedTuple):
    """A file's header."""

    version: int
    big_endian: bool
    metadata: dict[str, Value]
    """In file order."""
    types: dict[str, str]
    """The type of each metadata value: `uint32`, `string`, `array` and so on."""
    ends: dict[str, int]
    """Where each metadata entry ends in the file."""
    tensors: tuple[Tensor, ...]
    """In file order; of a split file those of this part only."""
    data_start: int
    """First byte of the tensors' data: the header's end, rounded up to the alignment."""
    size: int
    """Bytes of the whole file."""
