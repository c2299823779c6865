"""Reads a GGUF file's header without knowing where the file is: asks for ranges of bytes and is handed them.

`read_header` is a generator. It yields `(start, stop)`, and is sent the file's bytes from `start` to `stop`; more than
that may be sent, a whole file at once if that is at hand. `ranges.py` has drivers.

Source of the format: ggml's `docs/gguf.md`; of what is refused beyond it: ggml's `gguf.cpp`.
"""

from __future__ import annotations

import struct
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar

from mkdocs_quantlab.engine.core.foreign import shown
from mkdocs_quantlab.engine.ggml.types import stored_type
from mkdocs_quantlab.engine.gguf.errors import GgufError
from mkdocs_quantlab.engine.gguf.header import Array, Header, Tensor
from mkdocs_quantlab.engine.gguf.signatures import what_it_looks_like

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterable, Mapping

    from mkdocs_quantlab.engine.gguf.header import Value

    Result = TypeVar("Result")
    Reading: TypeAlias = Generator[tuple[int, int], bytes | memoryview, Result]
    Hints: TypeAlias = Mapping[tuple[str, str, int], int]

MAX_HEADER = 128 << 20
"""Bytes of a header; the longest that are known, with 262,144 tokens and their merges, have 18 million."""
MAX_KEYS = 100_000
"""Metadata entries, the limit of huggingface.js."""
MAX_TENSORS = 100_000
"""Tensors of a file; the largest models have some 2,000."""
MAX_NAME = 65_535
"""Bytes of a key, `gguf.md`'s limit, and of a tensor's name, which ggml takes up to 63 bytes of."""
MAX_STRING = 10_000_000
"""Bytes of a string that is no element of an array, the limit of huggingface.js."""
MAX_TEXT = 16 << 20
"""Bytes of all such strings and names together; known files have less than 1 million."""
MAX_ARRAY = 1 << 22
"""Elements of an array; the longest that is known is of 514,906 merges."""
MAX_DIMENSIONS = 8
"""Dimensions of a tensor, the limit of huggingface.js; ggml takes 4."""
MAX_NESTING = 4
"""Arrays in arrays in arrays, the limit of huggingface.js; ggml takes none in others."""
MAX_NESTED = 10_000
"""Arrays in arrays, in all: each costs as much time as hundreds of strings."""
MAX_ELEMENTS = 2**63 - 1
"""Elements of a tensor, the limit of `gguf.cpp`."""

SHORT = 512
"""Arrays of at most this many elements are kept without being asked for: values by layer, tags."""
SHORT_IN_ALL = 1 << 16
"""Elements kept that way in all, lest a crafted file fill the memory with them."""

DIGEST = "blake2b, 8 bytes"
"""What `Array.digests` are."""
RUN = 4096
"""Elements that one of `Array.digests` covers."""

FIRST = 32 << 10
"""Bytes asked for at the beginning and after a step over an array; then more and more."""
LARGEST = 4 << 20
"""Bytes asked for at once, at most, but for a longer string."""

VALUE_TYPES = (
    "uint8 int8 uint16 int16 uint32 int32 float32 bool string array uint64 int64 float64".split()
)
"""Types of metadata values, in the order of their numbers."""
VALUE_CODES = dict(zip(VALUE_TYPES, "BbHhIif?  Qqd", strict=True))
"""How `struct` calls them; strings and arrays it does not know."""
_SIZES = {code: struct.calcsize(f"<{code}") for code in "BbHhIif?Qqd"}


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
            if _fills_the_file(header):
                return header
        wanted = wanted._replace(hints={})
    return (yield from _Reader(size, wanted).header())


class _Reader:
    """A place in the file, and the bytes that are at hand."""

    def __init__(self, size: int, wanted: Wanted) -> None:
        self.size = size
        self.wanted = wanted
        self.order = "<"
        self.length = "Q"
        """How lengths and counts are stored."""
        self.what = "the header"
        """What is being read, for errors."""
        self.texts = 0
        """Bytes so far of strings that are not elements of arrays."""
        self.short = 0
        """Elements of short arrays so far."""
        self.nested = 0
        """Arrays in arrays so far."""
        self.data = memoryview(b"")
        self.start = 0
        """Where `data` begins in the file."""
        self.at = 0
        """The place, counted from `start`; beyond `data` after a step over something."""
        self.block = FIRST

    @property
    def place(self) -> int:
        """The place in the file."""
        return self.start + self.at

    def error(self, problem: str, place: int | None = None) -> GgufError:
        """An error about what is being read."""
        return GgufError(
            f"{self.what}, at byte {self.place if place is None else place:,}: {problem}"
        )

    def check(self, place: int, count: int) -> None:
        """Ensures that `count` bytes fit in the file from a place on."""
        if place + count > self.size:
            raise self.error(
                f"the file ends within it, at byte {self.size:,} (an incomplete download?)", place
            )
        if place + count > MAX_HEADER:
            raise self.error(f"the header goes on; at most {MAX_HEADER:,} bytes are read", place)

    def need(self, count: int, ahead: int = 0) -> Reading[None]:
        """Ensures that `count` bytes from the place on have been read; `ahead` are expected to be needed soon."""
        self.check(self.place, count)
        if self.at + count <= len(self.data):
            return
        if ahead or self.at > len(self.data):
            self.block = FIRST
        self.start, self.at = self.place, 0
        stop = self.start + max(count, min(ahead + self.block, LARGEST))
        self.block *= 2
        stop = min(stop, self.size)
        self.data = memoryview((yield self.start, stop))
        if len(self.data) < stop - self.start:
            raise self.error(
                f"{stop - self.start:,} bytes were asked for and {len(self.data):,} came"
            )

    def number(self, code: str) -> Reading[Any]:
        """One number, by its code in `struct`."""
        yield from self.need(_SIZES[code])
        (value,) = struct.unpack_from(self.order + code, self.data, self.at)
        self.at += _SIZES[code]
        return value

    def text(self, limit: int) -> Reading[str]:
        """One string."""
        length = yield from self.number(self.length)
        if length > limit:
            raise self.error(f"a string of {length:,} bytes; at most {limit:,} are read")
        self.texts += length
        if self.texts > MAX_TEXT:
            raise self.error(f"strings of more than {MAX_TEXT:,} bytes in total")
        yield from self.need(length)
        raw = self.data[self.at : self.at + length]
        self.at += length
        return _decoded(raw)

    def count(self, things: str, limit: int, smallest: int) -> Reading[Any]:
        """How many things follow, each of `smallest` bytes or more."""
        place = self.place
        number = yield from self.number(self.length)
        if number > limit:
            raise self.error(f"{number:,} {things}; at most {limit:,} are read", place)
        if number * smallest > self.size - self.place:
            raise self.error(
                f"{number:,} {things} of {smallest} bytes or more, but the file has "
                f"{self.size - self.place:,} more bytes",
                place,
            )
        return number

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
            self.what = f"metadata entry {number} of {key_count}, {_shown(key)}"
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
            data_start=_aligned(self.place, alignment),
            size=self.size,
        )
        _check_data(header, alignment)
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
        prefix = _SIZES[self.length]
        smallest = {"string": prefix, "array": 4 + prefix}.get(type_) or _SIZES[VALUE_CODES[type_]]
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
        prefix = _SIZES[self.length]
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
            yield from struct.unpack(f"{self.order}{len(span) // _SIZES[code]}{code}", span)
            return
        at, prefix = 0, _SIZES[self.length]
        while at < len(span):
            (length,) = struct.unpack_from(self.order + self.length, span, at)
            at += prefix + length
            yield _decoded(span[at - length : at])

    def tensor(self, ahead: int) -> Reading[Tensor]:
        """One entry of the table of tensors; `ahead` bytes are left of it, about."""
        place = self.place
        yield from self.need(_SIZES[self.length], ahead)
        name = yield from self.text(MAX_NAME)
        self.what += f", {_shown(name)}"
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


def _decoded(raw: memoryview) -> str:
    r"""The text; what is no UTF-8 shows as `\xff`, so that different bytes stay different."""
    return str(raw, "utf-8", "backslashreplace")


def _shown(name: str) -> str:
    """A name for an error; a crafted one may be long, or of control characters."""
    return f"`{shown(name, 80)}`"


def _digest(spans: Iterable[memoryview]) -> str:
    import hashlib  # noqa: PLC0415 - seldom wanted, and imports cost in the page

    digest = hashlib.blake2b(digest_size=8)
    for span in spans:
        digest.update(span)
    return digest.hexdigest()


def _check_data(header: Header, alignment: int) -> None:
    """Ensures that the tensors' data lie in the file, aligned and apart.

    gguf.cpp also wants them in the table's order and without gaps, which `gguf.md` does not.
    """
    names = set()
    end = 0
    before = ""
    for tensor in sorted(header.tensors, key=lambda tensor: tensor.offset):
        if tensor.name in names:
            raise GgufError(f"tensor {_shown(tensor.name)} occurs twice")
        names.add(tensor.name)
        if tensor.offset % alignment:
            raise GgufError(
                f"tensor {_shown(tensor.name)} begins at byte {tensor.offset:,} of the data, "
                f"not at a multiple of the alignment, {alignment}"
            )
        if tensor.offset < end:
            raise GgufError(
                f"tensor {_shown(tensor.name)} begins at byte {tensor.offset:,} of the data, "
                f"within tensor {_shown(before)}, which ends at byte {end:,}"
            )
        end = max(end, tensor.offset + (tensor.size or 0))
        before = tensor.name
    end += header.data_start
    if header.tensors and end > header.size:
        raise GgufError(
            f"its tensors end at byte {end:,}, the file at byte {header.size:,}: "
            f"{end - header.size:,} bytes are missing (an incomplete download?)"
        )


def _fills_the_file(header: Header) -> bool:
    """Whether the tensors begin at the data's start, follow each other, and end with the file, as gguf.cpp wants it."""
    alignment = header.metadata.get("general.alignment", 32)
    assert isinstance(alignment, int)
    end = 0
    for tensor in header.tensors:
        if tensor.offset != end:
            return False
        end += _aligned(tensor.size or 0, alignment)
    return header.size <= header.data_start + end


def _aligned(place: int, alignment: int) -> int:
    """The next multiple."""
    return -(-place // alignment) * alignment
