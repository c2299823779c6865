"""The bytes of a header, one number or string after the other, asked for in ranges as they are needed."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from mkdocs_quantlab.engine.gguf.errors import GgufError
from mkdocs_quantlab.engine.gguf.limits import MAX_HEADER, MAX_TEXT

if TYPE_CHECKING:
    from collections.abc import Generator

    Result = TypeVar("Result")
    Reading: TypeAlias = Generator[tuple[int, int], bytes | memoryview, Result]

FIRST = 32 << 10
"""Bytes asked for at the beginning and after a step over an array; then more and more."""
LARGEST = 4 << 20
"""Bytes asked for at once, at most, but for a longer string."""

SIZES = {code: struct.calcsize(f"<{code}") for code in "BbHhIif?Qqd"}
"""Bytes of numbers, by their code in `struct`."""


class Cursor:
    """A place in the file, and the bytes that are at hand."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.order = "<"
        self.length = "Q"
        """How lengths and counts are stored."""
        self.what = "the header"
        """What is being read, for errors."""
        self.texts = 0
        """Bytes so far of strings that are not elements of arrays."""
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
        yield from self.need(SIZES[code])
        (value,) = struct.unpack_from(self.order + code, self.data, self.at)
        self.at += SIZES[code]
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
        return decoded(raw)

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


def decoded(raw: memoryview) -> str:
    r"""The text; what is no UTF-8 shows as `\xff`, so that different bytes stay different."""
    return str(raw, "utf-8", "backslashreplace")
