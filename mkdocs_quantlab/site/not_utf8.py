"""Where a file stops being UTF-8. A module of its own, because commands that build nothing import it."""

from __future__ import annotations

from typing import NamedTuple


class NotUtf8(NamedTuple):
    """A byte that is not UTF-8."""

    line: int
    """Its line, from 1."""
    byte: str
    """The byte, as in `0xFF`."""

    @staticmethod
    def of(error: UnicodeDecodeError) -> NotUtf8:
        """The byte that an error is about, whose object is the whole file."""
        line = error.object.count(b"\n", 0, error.start) + 1
        return NotUtf8(line, f"0x{error.object[error.start]:02X}")
