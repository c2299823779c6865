"""Small files that have everything in them: what tests mutate, and what the fuzzer begins with."""

from __future__ import annotations

import itertools

from tests.gguf_writer import TYPES, Writer

SCALARS = {
    "uint8": 255, "int8": -128, "uint16": 65535, "int16": -32768, "uint32": 4294967295, "int32": -2147483648,
    "float32": 0.15625, "bool": True, "string": "späte Grüße 量化", "uint64": 2**64 - 1, "int64": -(2**63),
    "float64": 0.1,
}  # fmt: skip
"""A value of each type but array, at its type's limit where it has one."""

SMALL = {**SCALARS, "bool": False, "string": ""}


def everything(version=3, *, big_endian=False, alignment=64, nested=True):
    """A file with every type of value, alone and in arrays, and tensors of known types and an unknown one."""
    entries = [
        ("general.architecture", "string", "llama"),
        ("general.alignment", "uint32", alignment),
        *((f"scalar.{type_}", type_, SCALARS[type_]) for type_ in SCALARS),
        *(
            (f"array.{type_}", "array", (type_, [SCALARS[type_], SMALL[type_]]))
            for type_ in SCALARS
        ),
        ("array.empty", "array", ("string", [])),
        ("some.array", "array", ("string", ["a", "", "bcd"])),
    ]
    if nested:
        inner = [("string", ["x", "yz"]), ("int32", [1, 2, 3])]
        entries.append(("array.nested", "array", ("array", inner)))
    # Shape, type and bytes; the last type is one that nobody knows.
    rows = [((64, 2), 0, 512), ((256,), 12, 144), ((32, 1, 3), 8, 102), ((), 26, 4), ((5,), 999, 0)]
    starts = itertools.accumulate(
        (-(-size // alignment) * alignment for *_, size in rows), initial=0
    )
    tensors = [
        (f"blk.{number}.weight", shape, type_, start)
        for number, ((shape, type_, _), start) in enumerate(zip(rows, starts, strict=False))
    ]
    data = bytes(sum(-(-size // alignment) * alignment for *_, size in rows))
    return Writer(version, big_endian=big_endian).file(entries, tensors, data, alignment)


def seeds():
    """Inputs for the fuzzer, by name."""
    writer = Writer()
    split = [
        ("split.no", "uint16", 0),
        ("split.count", "uint16", 2),
        ("split.tensors.count", "int32", 1),
    ]
    return {
        "v3": b"\0" + everything(),
        "v3-big-endian": b"\x0f" + everything(big_endian=True),
        "small-blocks": b"\x10" + everything(),
        "small-blocks-and-digests": b"\x16" + everything(1, big_endian=True),
        "v2": b"\x06" + everything(2),
        "v1": b"\x0a" + everything(1),
        "nothing": b"\0" + writer.file(),
        "no-tensors": b"\1" + writer.file([("a", "bool", True)]),
        "split": b"\0" + writer.file(split, [("w", (2,), 0, 0)], bytes(8)),
        "hinted": b"\x18"
        + writer.file(
            [("some.array", "array", ("string", ["", "", ""]))], [("w", (2,), 0, 0)], bytes(32)
        ),
        "unknown-type": b"\0" + writer.file([writer.string("k") + writer.number("I", len(TYPES))]),
        "lfs": b"\0version https://git-lfs.github.com/spec/v1\n",
        "safetensors": b"\0" + (120).to_bytes(8, "little") + b'{"__metadata__":{}}',
    }
