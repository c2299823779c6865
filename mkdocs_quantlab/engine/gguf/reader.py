"""Reads a GGUF file's header without knowing where the file is: asks for ranges of bytes and is handed them.

`read_header` is a generator. It yields `(start, stop)`, and is sent the file's bytes from `start` to `stop`; more than
that may be sent, a whole file at once if that is at hand. `ranges.py` has drivers.

Source of the format: ggml's `docs/gguf.md`; of what is refused beyond it: ggml's `gguf.cpp`.
"""

from __future__ import annotations

import struct
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from mkdocs_quantlab.engine.ggml.types import stored_type
from mkdocs_quantlab.engine.gguf.cursor import SIZES, Cursor, decoded
from mkdocs_quantlab.engine.gguf.errors import GgufError, quoted
from mkdocs_quantlab.engine.gguf.header import Array, Header, Tensor
from mkdocs_quantlab.engine.gguf.limits import (
    MAX_ARRAY,
    MAX_DIMENSIONS,
    MAX_ELEMENTS,
    MAX_KEYS,
    MAX_NAME,
    MAX_NESTED,
    MAX_NESTING,
    MAX_STRING,
    MAX_TENSORS,
)
from mkdocs_quantlab.engine.gguf.placement import aligned, check_data, fills_the_file
from mkdocs_quantlab.engine.gguf.signatures import what_it_looks_like

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from mkdocs_quantlab.engine.gguf.cursor import Reading
    from mkdocs_quantlab.engine.gguf.header import Value

    Hints: TypeAlias = Mapping[tuple[str, str, int], int]


SHORT = 512
"""Arrays of at most this many elements are kept without being asked for: values by layer, tags."""
SHORT_IN_ALL = 1 << 16
"""Elements kept that way in all, lest a crafted file fill the memory with them."""

DIGEST = "blake2b, 8 bytes"
"""What `Array.digests` are."""
RUN = 4096
"""Elements that one of `Array.digests` covers."""


VALUE_TYPES = (
    "uint8 int8 uint16 int16 uint32 int32 float32 bool string array uint64 int64 float64".split()
)
"""Types of metadata values, in the order of their numbers."""
VALUE_CODES = dict(zip(VALUE_TYPES, "BbHhIif?  Qqd", strict=True))
"""How `struct` calls them; strings and arrays it does not know."""


class Wanted(NamedTuple):
    """What is to be read beyond what is always read."""

    keep: Collection[str] = ()
    """Keys of arrays whose elements are wanted."""
    digest: Collection[str] = ()
    """Keys of arrays that are to be compared, by digests of runs of `RUN` elements."""
    hints: Hints = MappingProxyType({})
    """Bytes of arrays in a file that is likely alike, from `lengths`: such an array is stepped over and has no digests."""


ESSENTIAL = Wanted()
"""Nothing beyond."""


def lengths(metadata: Mapping[str, Value]) -> Hints:
    """What is learned from a header about another of the same model: bytes of arrays, by key, type and length.

    Only arrays whose bytes do not follow from their length are in it.
    """
    return {
        (key, value.type, value.length): value.size
        for key, value in metadata.items()
        if isinstance(value, Array) and value.type in ("string", "array")
    }


def read_header(size: int, wanted: Wanted = ESSENTIAL) -> Reading[Header]:
    """Reads a header, as a generator of the ranges that it needs.

    With hints, what was stepped over is verified by what follows: well-formed entries to the end of the header, and
    tensors that fill the rest of the file without a gap. If that fails, the file is read through.

    Args:
        size: Bytes of the file.
        wanted: Which arrays to keep or digest, and hints.

    Yields:
        First byte and end of what is to be sent.

    Raises:
        GgufError: The file is no GGUF, broken, or beyond a limit.
    """
    if wanted.hints:
        try:
            header = yield from _Reader(size, wanted).header()
        except GgufError:
            pass
        else:
            if fills_the_file(header):
                return header
        wanted = wanted._replace(hints={})
    return (yield from _Reader(size, wanted).header())


class _Reader(Cursor):
    """Reads the parts of a header."""

    def __init__(self, size: int, wanted: Wanted) -> None:
        super().__init__(size)
        self.wanted = wanted
        self.short = 0
        """Elements of short arrays so far."""
        self.nested = 0
        """Arrays in arrays so far."""

    def header(self) -> Reading[Header]:
        """The whole."""
        yield from self.need(min(24, self.size))
        if bytes(self.data[:4]) != b"GGUF":
            raise GgufError(what_it_looks_like(bytes(self.data[:512])))
        self.at = 4
        version = yield from self.version()
        tensor_count = yield from self.count("tensors", MAX_TENSORS, 24 if version > 1 else 20)
        key_count = yield from self.count("metadata entries", MAX_KEYS, 13 if version > 1 else 9)
        metadata: dict[str, Value] = {}
        types: dict[str, str] = {}
        ends: dict[str, int] = {}
        for number in range(1, key_count + 1):
            self.what = f"metadata entry {number} of {key_count}"
            place = self.place
            key = yield from self.text(MAX_NAME)
            if not key:
                raise self.error("the key is empty", place)
            self.what = f"metadata entry {number} of {key_count}, {quoted(key)}"
            if key in metadata:
                raise self.error("the key occurs twice", place)
            types[key] = yield from self.type()
            if types[key] == "array":
                metadata[key] = yield from self.array(key)
            elif types[key] == "string":
                metadata[key] = yield from self.text(MAX_STRING)
            else:
                metadata[key] = yield from self.number(VALUE_CODES[types[key]])
            ends[key] = self.place
        alignment = self.alignment(metadata, types)
        tensors = []
        for number in range(1, tensor_count + 1):
            self.what = f"tensor {number} of {tensor_count}"
            tensors.append((yield from self.tensor((tensor_count + 1 - number) * 64)))
        self.what = "the header"
        self.check(self.place, 0)
        header = Header(
            version=version,
            big_endian=self.order == ">",
            metadata=metadata,
            types=types,
            ends=ends,
            tensors=tuple(tensors),
            data_start=aligned(self.place, alignment),
            size=self.size,
        )
        check_data(header, alignment)
        return header

    def version(self) -> Reading[Any]:
        """The version, from which follow the byte order and how counts are stored."""
        version = yield from self.number("I")
        # Nothing in a file tells its byte order; gguf.cpp and gguf-py infer it from this number.
        if version & 0xFFFF == 0:
            self.order = ">"
            self.at -= 4
            version = yield from self.number("I")
        if version not in (1, 2, 3):
            raise self.error(f"version {version:,}; versions 1, 2 and 3 are read", 4)
        self.length = "Q" if version > 1 else "I"
        return version

    def type(self) -> Reading[str]:
        """The type of a value, by name."""
        place = self.place
        number: int = yield from self.number("I")
        if number >= len(VALUE_TYPES):
            raise self.error(
                f"value type {number:,}, whose length is unknown; "
                f"known are 0 ({VALUE_TYPES[0]}) to {len(VALUE_TYPES) - 1} ({VALUE_TYPES[-1]})",
                place,
            )
        return VALUE_TYPES[number]

    def array(self, key: str, depth: int = 1) -> Reading[Array]:
        """An array: stepped over, or looked at as far as is wanted."""
        if depth > MAX_NESTING:
            raise self.error(f"arrays in arrays, more than {MAX_NESTING} deep")
        self.nested += depth > 1
        if self.nested > MAX_NESTED:
            raise self.error(f"more than {MAX_NESTED:,} arrays in arrays")
        type_ = yield from self.type()
        prefix = SIZES[self.length]
        smallest = {"string": prefix, "array": 4 + prefix}.get(type_) or SIZES[VALUE_CODES[type_]]
        length = yield from self.count("elements", MAX_ARRAY, smallest)
        begin = self.place
        keep = key in self.wanted.keep
        if not keep and length <= SHORT and self.short + length <= SHORT_IN_ALL:
            self.short += length
            keep = True
        hint = self.wanted.hints.get((key, type_, length))
        digest = key in self.wanted.digest and hint is None and type_ != "array"
        values: list[Value] = []
        digests: list[str] = []
        if keep or digest or (type_ == "array" and hint is None):
            for first in range(0, length, RUN):
                count = min(RUN, length - first)
                spans: list[memoryview] = []
                if type_ == "array":
                    for _ in range(count):
                        inner = yield from self.array(key, depth + 1)
                        if keep:
                            values.append(inner)
                elif type_ == "string":
                    yield from self.strings(first, first + count, length, begin, spans)
                else:
                    yield from self.need(count * smallest, (length - first) * smallest)
                    spans.append(self.data[self.at : self.at + count * smallest])
                    self.at += count * smallest
                if digest:
                    digests.append(_digest(spans))
                if keep:
                    for span in spans:
                        values.extend(self.values(type_, span))
        elif hint is not None:
            self.at += hint
        elif type_ == "string":
            yield from self.strings(0, length, length, begin)
        else:
            self.at += length * smallest
        kept = tuple(values) if keep else None
        return Array(type_, length, self.place - begin, kept, tuple(digests))

    def strings(
        self, first: int, stop: int, length: int, begin: int, spans: list[memoryview] | None = None
    ) -> Reading[None]:
        """Steps over the strings `first` to `stop` of an array, and adds their bytes to `spans` where that is given."""
        prefix = SIZES[self.length]
        unpack = struct.Struct(self.order + self.length).unpack_from
        left, needed = stop - first, prefix
        while left:
            done = stop - left
            mean = (self.place - begin) // max(1, done)
            yield from self.need(needed, (length - done) * mean)
            data, at, needed, step = self.data, self.at, prefix, 0
            # Half a million strings are usual: this loop is the reader's speed.
            try:
                for left in range(left - 1, -1, -1):  # noqa: B007, B020 - goes on below
                    step = prefix + unpack(data, at)[0]
                    at += step
            except (struct.error, OverflowError):
                left += 1
            self.check(self.start + at - step, step)
            if spans is not None:
                if at > len(data):
                    at, left, needed = at - step, left + 1, step
                spans.append(data[self.at : at])
            self.at = at

    def values(self, type_: str, span: memoryview) -> Iterable[Value]:
        """The elements in a run of an array's bytes."""
        if type_ != "string":
            code = VALUE_CODES[type_]
            yield from struct.unpack(f"{self.order}{len(span) // SIZES[code]}{code}", span)
            return
        at, prefix = 0, SIZES[self.length]
        while at < len(span):
            (length,) = struct.unpack_from(self.order + self.length, span, at)
            at += prefix + length
            yield decoded(span[at - length : at])

    def tensor(self, ahead: int) -> Reading[Tensor]:
        """One entry of the table of tensors; `ahead` bytes are left of it, about."""
        place = self.place
        yield from self.need(SIZES[self.length], ahead)
        name = yield from self.text(MAX_NAME)
        self.what += f", {quoted(name)}"
        dimensions = yield from self.number("I")
        if dimensions > MAX_DIMENSIONS:
            raise self.error(f"{dimensions:,} dimensions; at most {MAX_DIMENSIONS} are read", place)
        shape = []
        elements = 1
        for _ in range(dimensions):
            shape.append((yield from self.number(self.length)))
            elements *= shape[-1]
        if elements > MAX_ELEMENTS:
            raise self.error(f"{elements:.1e} elements; at most {MAX_ELEMENTS:.1e} are read", place)
        type_ = yield from self.number("I")
        offset = yield from self.number("Q")
        known = stored_type(type_)
        if known and shape and shape[0] % known.block_size:
            raise self.error(
                f"rows of {shape[0]:,} elements, not a multiple of {known.name}'s blocks of "
                f"{known.block_size}",
                place,
            )
        return Tensor(name, tuple(shape), type_, offset)

    def alignment(self, metadata: Mapping[str, Value], types: Mapping[str, str]) -> int:
        """Where tensors may begin: at multiples of this."""
        key = "general.alignment"
        alignment = metadata.get(key, 32)
        if types.get(key, "uint32") != "uint32":
            raise self.error(f"`{key}` is of the type {types[key]}; it has to be a uint32")
        assert isinstance(alignment, int)
        if alignment.bit_count() != 1:
            raise self.error(f"`{key}` is {alignment}; it has to be a power of 2")
        return alignment


def _digest(spans: Iterable[memoryview]) -> str:
    import hashlib  # noqa: PLC0415 - seldom wanted, and imports cost in the page

    digest = hashlib.blake2b(digest_size=8)
    for span in spans:
        digest.update(span)
    return digest.hexdigest()
