"""Writes GGUF files as ggml does: version 3, little-endian, tensors one after the other.

Source of the format: ggml's `docs/gguf.md`; of the order and the padding: ggml's `gguf.cpp: gguf_write_to_buf`.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.gguf.errors import GgufError
from mkdocs_quantlab.engine.gguf.header import Array
from mkdocs_quantlab.engine.gguf.model import ALIGNMENT
from mkdocs_quantlab.engine.gguf.reader import VALUE_CODES, VALUE_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mkdocs_quantlab.engine.gguf.header import Tensor, Value

VERSION = 3


def write(
    metadata: Mapping[str, Value],
    types: Mapping[str, str],
    tensors: Iterable[tuple[Tensor, bytes]],
) -> bytes:
    """A whole file.

    Args:
        metadata: In the order of the file. Arrays need their elements: a reader keeps those it is asked to.
        types: The type of each value, as `Header.types` has them.
        tensors: Each with its data, in the order of the file; their offsets are counted anew.

    Raises:
        GgufError: As `head`, or the data do not have a tensor's size.
    """
    given = list(tensors)
    parts = [head(metadata, types, (tensor for tensor, _ in given))]
    multiple = alignment(metadata)
    for tensor, content in given:
        if len(content) != tensor.size:
            raise GgufError(
                f"`{tensor.name}` takes {tensor.size:,} bytes as {tensor.type_name}; there are {len(content):,}"
            )
        parts += content, bytes(padding(len(content), multiple))
    return b"".join(parts)


def head(
    metadata: Mapping[str, Value], types: Mapping[str, str], tensors: Iterable[Tensor]
) -> bytes:
    """The file up to the first tensor's data, which follow each other, each filled up to a multiple of the alignment.

    Args:
        metadata: As for `write`.
        types: As for `write`.
        tensors: In the order of the file; their offsets are counted anew.

    Raises:
        GgufError: An array came without its elements, a value is none of its type, a tensor's size is not known, or
            `general.alignment` is no power of 2.
    """
    multiple = alignment(metadata)
    table = bytearray()
    count = offset = 0
    for tensor in tensors:
        if tensor.size is None:
            raise GgufError(f"`{tensor.name}` has the {tensor.type_name}, whose size is unknown")
        shape = struct.pack(f"<I{len(tensor.shape)}Q", len(tensor.shape), *tensor.shape)
        table += _string(tensor.name) + shape + struct.pack("<IQ", tensor.type, offset)
        offset += tensor.size + padding(tensor.size, multiple)
        count += 1
    parts = [b"GGUF" + struct.pack("<IQQ", VERSION, count, len(metadata))]
    for key, value in metadata.items():
        parts += _string(key), _number("uint32", VALUE_TYPES.index(types[key]))
        parts += _value(key, types[key], value)
    parts.append(bytes(table))
    parts.append(bytes(padding(sum(map(len, parts)), multiple)))
    return b"".join(parts)


def alignment(metadata: Mapping[str, Value]) -> int:
    """Where tensors' data may begin: at multiples of so many bytes.

    Raises:
        GgufError: `general.alignment` is no power of 2.
    """
    found = metadata.get("general.alignment", ALIGNMENT)
    if not isinstance(found, int) or found.bit_count() != 1:
        raise GgufError(f"`general.alignment` is {found}; it has to be a power of 2")
    return found


def padding(size: int, multiple: int) -> int:
    """Bytes of value 0 that fill so many up to a multiple."""
    return -size % multiple


def widened(raw: memoryview, type_: str, length: int) -> bytes:
    """An array's elements as little-endian files of version 2 and 3 store them, where lengths take 8 bytes.

    Args:
        raw: The elements in a little-endian file of version 1.
        type_: Their type.
        length: Their number.
    """
    made = bytearray()
    rest = [(type_, length)]
    at = 0
    while rest:
        type_, length = rest.pop()
        if type_ == "string":
            for _ in range(length):
                stop = at + 4 + int.from_bytes(raw[at : at + 4], "little")
                made += raw[at : at + 4]
                made += bytes(4)
                made += raw[at + 4 : stop]
                at = stop
        elif type_ != "array":
            stop = at + length * struct.calcsize(f"<{VALUE_CODES[type_]}")
            made += raw[at:stop]
            at = stop
        elif length:
            number, inner = struct.unpack_from("<II", raw, at)
            made += struct.pack("<IQ", number, inner)
            at += 8
            rest += [("array", length - 1), (VALUE_TYPES[number], inner)]
    return bytes(made)


def _number(type_: str, value: float) -> bytes:
    return struct.pack(f"<{VALUE_CODES[type_]}", value)


def _string(text: str) -> bytes:
    raw = text.encode()
    return struct.pack("<Q", len(raw)) + raw


def _value(key: str, type_: str, value: Value) -> Iterator[bytes]:
    """A value in pieces: an array's elements may be most of the memory."""
    if isinstance(value, str):
        yield _string(value)
    elif not isinstance(value, Array):
        try:
            yield _number(type_, value)
        except (struct.error, OverflowError):
            raise GgufError(f"`{key}` is {value}, which is not a {type_}") from None
    elif value.raw is None and value.values is None:
        raise GgufError(f"the elements of `{key}` were not kept when it was read")
    else:
        yield _number("uint32", VALUE_TYPES.index(value.type)) + _number("uint64", value.length)
        if value.raw is not None:
            yield value.raw
        else:
            for element in value.values or ():
                yield from _value(key, value.type, element)
