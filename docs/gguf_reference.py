"""Tables of the guide to reading GGUF files, from the reader itself; `guide/reading-gguf.md` prints them."""

from __future__ import annotations

from functools import partial

from mkdocs_quantlab.engine.gguf import limits as header_limits
from mkdocs_quantlab.engine.gguf.errors import GgufError
from mkdocs_quantlab.engine.gguf.ranges import read_ranges

_GGUF = b"GGUF" + (3).to_bytes(4, "little")
_ONE_ENTRY = _GGUF + bytes(8) + (1).to_bytes(8, "little") + (1).to_bytes(8, "little") + b"k"

BROKEN = {
    "an empty file": b"",
    "a Git LFS pointer": b"version https://git-lfs.github.com/spec/v1\n",
    "a page in its place": b"<!doctype html><title>Sign in</title>",
    "another format": (900).to_bytes(8, "little") + b'{"__metadata__":{}}',
    "a future version": b"GGUF" + (4).to_bytes(4, "little") + bytes(16),
    "an absurd count": _GGUF + b"\xff" * 8 + bytes(8),
    "a value of an unknown type": _ONE_ENTRY + (200).to_bytes(4, "little"),
    "a header cut off": _ONE_ENTRY
    + (8).to_bytes(4, "little")
    + (90).to_bytes(8, "little")
    + b"cut",
}


def _part(file: bytes, start: int, stop: int) -> bytes:
    return file[start:stop]


def errors() -> str:
    """What is said of broken files."""
    lines = ["| File | Error |", "| --- | --- |"]
    for what, file in BROKEN.items():
        try:
            read_ranges(partial(_part, file), len(file))
        except GgufError as error:
            lines.append(f"| {what} | {error} |")
    return "\n".join(lines)


def limits() -> str:
    """What is refused however large the file."""
    rows = {
        "bytes of a header": header_limits.MAX_HEADER,
        "metadata entries": header_limits.MAX_KEYS,
        "tensors": header_limits.MAX_TENSORS,
        "elements of an array": header_limits.MAX_ARRAY,
        "arrays in arrays": header_limits.MAX_NESTED,
        "depth of arrays in arrays": header_limits.MAX_NESTING,
        "bytes of a string, outside arrays": header_limits.MAX_STRING,
        "bytes of all strings and names, outside arrays": header_limits.MAX_TEXT,
        "bytes of a key or a tensor's name": header_limits.MAX_NAME,
        "dimensions of a tensor": header_limits.MAX_DIMENSIONS,
        "elements of a tensor": header_limits.MAX_ELEMENTS,
    }
    lines = ["| At most | |", "| --- | ---: |"]
    return "\n".join([*lines, *(f"| {what} | {limit:,} |" for what, limit in rows.items())])
