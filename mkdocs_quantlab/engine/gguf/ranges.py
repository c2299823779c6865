"""Headers out of files: what hands `reader.read_header` the bytes it asks for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.gguf.reader import ESSENTIAL, read_header

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from mkdocs_quantlab.engine.gguf.header import Header
    from mkdocs_quantlab.engine.gguf.reader import Wanted


def read_ranges(
    fetch: Callable[[int, int], bytes | memoryview], size: int, wanted: Wanted = ESSENTIAL
) -> Header:
    """The header of a file that `fetch(start, stop)` gives ranges of.

    Args:
        fetch: Gives the bytes from `start` up to `stop`, or more than that; never fewer.
        size: Bytes of the file.
        wanted: Which arrays to keep or digest, and hints.

    Raises:
        GgufError: The file is no GGUF, broken, or beyond a limit.
    """
    reading = read_header(size, wanted)
    try:
        start, stop = next(reading)
        while True:
            start, stop = reading.send(fetch(start, stop))
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


def read_stream(stream: BinaryIO, wanted: Wanted = ESSENTIAL) -> Header:
    """The header of a file that can be sought and read.

    Raises:
        GgufError: The file is no GGUF, broken, or beyond a limit.
        OSError: It cannot be read.
    """

    def fetch(start: int, stop: int) -> bytes:
        stream.seek(start)
        return stream.read(stop - start)

    return read_ranges(fetch, stream.seek(0, os.SEEK_END), wanted)


def read_file(path: str | os.PathLike[str], wanted: Wanted = ESSENTIAL) -> Header:
    """The header of a local file.

    It is read, not mapped into memory: that is as fast, needs less memory, and survives that the file gets shorter meanwhile.

    Raises:
        GgufError: The file is no GGUF, broken, or beyond a limit.
        OSError: It cannot be read.
    """
    with open(path, "rb") as file:  # noqa: PTH123 - pathlib costs start-up in the page
        return read_stream(file, wanted)
