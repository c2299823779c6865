"""Broken files, hostile files, and files of other kinds: one error each, that says what is wrong."""

from __future__ import annotations

import contextlib
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mkdocs_quantlab.engine.gguf import cursor, limits, reader
from mkdocs_quantlab.engine.gguf.errors import GgufError
from mkdocs_quantlab.engine.gguf.ranges import read_ranges
from mkdocs_quantlab.engine.gguf.reader import Wanted
from tests.gguf_samples import everything
from tests.gguf_writer import Writer

W = Writer()
V1 = Writer(1)
ONE = [("w", (16,), 0, 0)]


def entry(type_, rest):
    """A file whose one entry is of a type by number."""
    return W.file([W.string("key") + W.number("I", type_) + rest])


def array(type_, count, rest=b""):
    return entry(9, W.number("I", type_) + W.length(count) + rest)


def nested(depth):
    value = ("uint8", [1])
    for _ in range(depth - 1):
        value = ("array", [value])
    return W.file([("key", "array", value)])


def aligned(type_, value):
    return W.file([("general.alignment", type_, value)], ONE, bytes(64))


def table(*tensors, data=64):
    return W.file([], tensors, bytes(data))


OTHERS = {
    b"": "the file is empty",
    b"GG": "the file ends after 2 bytes (an incomplete download?)",
    b"tjgg\x03\0\0\0": "not a GGUF file: it is an old GGML file (magic `ggjt`, before GGUF); llama.cpp reads",
    b"lmgg" + bytes(40): "an old GGML file (magic `ggml`",
    b"FUGG\3\0\0\0": "a GGUF whose magic has its bytes reversed",
    (900).to_bytes(8, "little") + b'{"__metadata__"': "a safetensors file",
    b"PK\3\4" + bytes(40): "a zip archive, as PyTorch writes checkpoints",
    b"\x80\x02}q\0": "a Python pickle",
    b"\n<!DOCTYPE html><title>Sign in": "a web page, perhaps an error or a login in place of the file",
    b"<HTML><body>": "a web page",
    b'{"error": "Not found"}': "JSON, perhaps a server's error",
    b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n": "a Git LFS pointer, not the file itself; `git lfs pull` fetches it",
    b"\x1f\x8b\x08\0": "not a GGUF file: it is compressed with gzip",
    b"\x7fELF": "it begins with the bytes 7f 45 4c 46, not",
    b"Entry not found": "not a GGUF file: it begins with the bytes 45 6e 74 72 (`Entr`), not 47 47 55 46 (`GGUF`)",
}


@pytest.mark.parametrize("file", OTHERS, ids=lambda file: repr(file[:12]))
def test_files_of_other_kinds(file):
    assert OTHERS[file] in refusal(file)


BROKEN = {
    "version 4": (b"GGUF" + W.number("I", 4) + bytes(16), "the header, at byte 4: version 4; versions 1, 2 and 3 are read"),
    "version 0": (b"GGUF" + bytes(20), "at byte 4: version 0; versions"),
    "no counts": (b"GGUF" + W.number("I", 3), "the header, at byte 8: the file ends within it, at byte 8 (an incomplete download?)"),
    "tensors, over the limit": (W.file(counts=(2**64 - 1, 0)), "at byte 8: 18,446,744,073,709,551,615 tensors; at most 100,000 are read"),
    "tensors, over the file": (W.file(counts=(100, 0)), "at byte 8: 100 tensors of 24 bytes or more, but the file has 8 more bytes"),
    "entries, over the limit": (W.file(counts=(0, 2**63)), "at byte 16: 9,223,372,036,854,775,808 metadata entries; at most 100,000 are read"),
    "entries, over the file": (W.file(counts=(0, 9)), "at byte 16: 9 metadata entries of 13 bytes or more, but the file has 0 more bytes"),
    "version 1, entries": (V1.file(counts=(0, 9)), "at byte 12: 9 metadata entries of 9 bytes or more"),
    "long key": (W.file([W.length(65536) + bytes(70000)]), "metadata entry 1 of 1, at byte 32: a string of 65,536 bytes; at most 65,535 are read"),
    "key beyond the file": (W.file([W.length(40) + bytes(20)]), "metadata entry 1 of 1, at byte 32: the file ends within it, at byte 52"),
    "empty key": (W.file([("", "bool", True)]), "metadata entry 1 of 1, at byte 24: the key is empty"),
    "same key": (W.file([("k", "bool", True), ("k", "bool", True)]), "metadata entry 2 of 2, `k`, at byte 38: the key occurs twice"),
    "value type": (entry(13, b""), "metadata entry 1 of 1, `key`, at byte 35: value type 13, whose length is unknown; known are 0 (uint8) to 12 (float64)"),
    "long string": (entry(8, W.length(10**15)), "`key`, at byte 47: a string of 1,000,000,000,000,000 bytes; at most 10,000,000 are read"),
    "string beyond the file": (entry(8, W.length(9) + b"12345678"), "`key`, at byte 47: the file ends within it, at byte 55"),
    "number beyond the file": (entry(10, b"1234567"), "`key`, at byte 39: the file ends within it, at byte 46"),
    "element type": (array(77, 1), "`key`, at byte 39: value type 77"),
    "elements, over the limit": (array(0, 2**40), "`key`, at byte 43: 1,099,511,627,776 elements; at most 4,194,304 are read"),
    "numbers, over the file": (array(4, 3, bytes(11)), "`key`, at byte 43: 3 elements of 4 bytes or more, but the file has 11 more bytes"),
    "strings, over the file": (array(8, 3, bytes(20)), "`key`, at byte 43: 3 elements of 8 bytes or more, but the file has 20 more bytes"),
    "arrays, over the file": (array(9, 3, bytes(20)), "3 elements of 12 bytes or more"),
    "string of an array beyond the file": (array(8, 2, W.length(100) + bytes(50)), "`key`, at byte 51: the file ends within it, at byte 109"),
    "string of a long array beyond the file": (array(8, 600, bytes(8 * 599) + W.length(2**64 - 1)), "`key`, at byte 4,843: the file ends within it, at byte 4,851"),
    "deep array": (nested(5), "arrays in arrays, more than 4 deep"),
    "many arrays in arrays": (W.file([("key", "array", ("array", [("array", [("uint8", b"")] * 100)] * 101))]), "more than 10,000 arrays in arrays"),
    "alignment 0": (aligned("uint32", 0), "`general.alignment` is 0; it has to be a power of 2"),
    "alignment 48": (aligned("uint32", 48), "`general.alignment` is 48; it has to be a power of 2"),
    "alignment of another type": (aligned("uint64", 32), "`general.alignment` is of the type uint64; it has to be a uint32"),
    "long name": (table(W.length(70000) + bytes(80000)), "tensor 1 of 1, at byte 32: a string of 70,000 bytes"),
    "dimensions": (table(("w", (1,) * 9, 0, 0)), "tensor 1 of 1, `w`, at byte 24: 9 dimensions; at most 8 are read"),
    "elements": (table(("w", (2**32, 2**32), 0, 0)), "tensor 1 of 1, `w`, at byte 24: 1.8e+19 elements; at most 9.2e+18 are read"),
    "rows": (table(("w", (250, 2), 12, 0)), "rows of 250 elements, not a multiple of Q4_K's blocks of 256"),
    "cut table": (W.file([], ONE)[:-9], "tensor 1 of 1, `w`, at byte 4"),
    "same name": (table(*ONE, *ONE), "tensor `w` occurs twice"),
    "not aligned": (table(("w", (1,), 0, 4)), "tensor `w` begins at byte 4 of the data, not at a multiple of the alignment, 32"),
    "overlap": (table(*ONE, ("v", (8,), 0, 32)), "tensor `v` begins at byte 32 of the data, within tensor `w`, which ends at byte 64"),
    "data cut": (table(*ONE, data=60), "its tensors end at byte 128, the file at byte 124: 4 bytes are missing (an incomplete download?)"),
    "no data": (W.file([], ONE), "bytes are missing (an incomplete download?)"),
    "data far away": (table(("w", (8,), 0, 2**60)), "its tensors end at byte 1,152,921,504,606,847,072, the file at byte 128"),
    "control characters": (W.file([("\x1b[2J\n" * 50, "array", ("uint8", b"1"))])[:-1], "\\x1b[2J\\n"),
}  # fmt: skip


def refusal(file, wanted=reader.ESSENTIAL):
    with pytest.raises(GgufError) as error:
        read_ranges(lambda start, stop: file[start:stop], len(file), wanted)
    message = str(error.value)
    assert message.isprintable()
    assert len(message) < 400
    return message


@pytest.mark.parametrize("name", BROKEN)
def test_broken_files(name):
    file, message = BROKEN[name]
    assert message in refusal(file)
    assert message in refusal(file, Wanted(keep=["key"], digest=["key"], hints={("a", "b", 1): 2}))


def test_every_truncation_is_refused():
    file = everything()
    for end in range(len(file)):
        assert refusal(file[:end])


@pytest.mark.parametrize("byte", [0, 1, 255])
@pytest.mark.parametrize(
    "head",
    [array(8, 10**6), array(10, 10**6), array(9, 10**6), W.file(counts=(limits.MAX_TENSORS, 2000))],
    ids=["strings", "numbers", "arrays", "tensors"],
)
def test_a_file_that_claims_to_be_endless(head, byte):
    """Bytes are made as they are asked for; what claims count costs neither memory nor time."""
    claimed = head[:16] + W.number("Q", 2000) + head[24:]
    sent = 0

    def fetch(start, stop):
        nonlocal sent
        assert stop - start <= cursor.LARGEST + limits.MAX_STRING
        sent += stop - start
        return (claimed[start:] + bytes([byte]) * (stop - start))[: stop - start]

    tracemalloc.start()
    try:
        with pytest.raises(GgufError):
            read_ranges(fetch, 2**62)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sent <= 16 << 20
    assert peak <= 16 << 20


@given(st.data())
@settings(max_examples=100)
def test_changed_files_are_read_or_refused(data):
    """Bytes changed, cut out and put in; each byte is asked for a few times at most."""
    file = bytearray(everything(data.draw(st.sampled_from([1, 2, 3]))))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(file)))
        stop = min(len(file), start + data.draw(st.integers(0, 9)))
        file[start:stop] = data.draw(st.binary(max_size=9))
    asked = 0

    def fetch(start, stop):
        nonlocal asked
        asked += stop - start
        return bytes(file[start:stop])

    wanted = Wanted(
        keep=data.draw(st.sampled_from([(), ("some.array",)])),
        digest=data.draw(st.sampled_from([(), ("some.array", "array.int8")])),
    )
    with contextlib.suppress(GgufError):
        header = read_ranges(fetch, len(file), wanted)
        assert header.data_start <= len(file) or not header.tensors
    assert asked <= 2 * len(file)
