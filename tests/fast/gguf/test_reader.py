"""What is read from whole files, and how many bytes of them are asked for."""

from __future__ import annotations

import hashlib
import itertools
import subprocess
import sys

import pytest

from mkdocs_quantlab.engine.gguf import cursor, reader
from mkdocs_quantlab.engine.gguf.errors import GgufError
from mkdocs_quantlab.engine.gguf.header import Array, Tensor
from mkdocs_quantlab.engine.gguf.ranges import read_file, read_ranges, read_stream
from mkdocs_quantlab.engine.gguf.reader import RUN, SHORT, Wanted, lengths, read_header
from tests.gguf_samples import SCALARS, SMALL, everything
from tests.gguf_writer import Writer, big_header


class Asked:
    """Gives ranges of a file, and counts."""

    def __init__(self, file):
        self.file = file
        self.ranges = []

    def __call__(self, start, stop):
        self.ranges.append((start, stop))
        return self.file[start:stop]

    @property
    def bytes(self):
        return sum(stop - start for start, stop in self.ranges)


def read(file, wanted=reader.ESSENTIAL):
    return read_ranges(Asked(file), len(file), wanted)


@pytest.fixture(scope="module")
def large():
    """A header of 14 MB."""
    return big_header()


@pytest.mark.parametrize("big_endian", [False, True])
@pytest.mark.parametrize("version", [1, 2, 3])
def test_every_version_and_byte_order(version, big_endian):
    file = everything(version, big_endian=big_endian)
    header = read(file)
    assert (header.version, header.big_endian, header.size) == (version, big_endian, len(file))
    for type_, value in SCALARS.items():
        assert header.metadata[f"scalar.{type_}"] == value
        assert header.types[f"scalar.{type_}"] == type_
        array = header.metadata[f"array.{type_}"]
        assert (array.type, array.length, array.values) == (type_, 2, (value, SMALL[type_]))
        assert header.types[f"array.{type_}"] == "array"
    assert header.metadata["array.empty"] == Array("string", 0, 0, ())
    nested = header.metadata["array.nested"]
    assert (nested.type, nested.length) == ("array", 2)
    assert [inner.values for inner in nested.values] == [("x", "yz"), (1, 2, 3)]
    assert [tensor.name for tensor in header.tensors] == [f"blk.{n}.weight" for n in range(5)]
    assert header.tensors[1] == Tensor("blk.1.weight", (256,), 12, 512)
    assert header.tensors[3].parameters == 1  # no dimensions, one number
    assert header.tensors[4].size is None  # of a type that nobody knows
    assert header.data_start % 64 == 0
    assert header.data_start + 512 + 192 + 128 + 64 == len(file)


def test_a_key_and_a_string_that_are_no_text():
    file = Writer().file([(b"ke\xffy", "string", b"\x80abc")])
    assert read(file).metadata == {r"ke\xffy": r"\x80abc"}


def test_floats_that_are_no_numbers():
    file = Writer().file([("a", "float32", float("inf")), ("b", "float64", float("nan"))])
    assert str(read(file).metadata) == "{'a': inf, 'b': nan}"


def test_a_file_with_nothing_in_it():
    header = read(Writer().file())
    assert (header.metadata, header.tensors, header.data_start) == ({}, (), 32)


def test_tensors_in_any_order_and_with_gaps():
    table = [("b", (8,), 0, 128), ("a", (8,), 0, 0)]
    header = read(Writer().file([], table, bytes(160)))
    assert [tensor.offset for tensor in header.tensors] == [128, 0]


def test_zero_elements():
    table = [("a", (0, 2**63), 0, 0), ("b", (8,), 0, 0)]
    assert [t.size for t in read(Writer().file([], table, bytes(32))).tensors] == [0, 32]


def arrays(count):
    words = [f"word {n}" for n in range(count)]
    file = Writer().file(
        [
            ("words", "array", ("string", words)),
            ("numbers", "array", ("uint16", [n % 65536 for n in range(count)])),
            ("after", "bool", True),
        ]
    )
    return file, words


def test_long_arrays_are_stepped_over():
    file, words = arrays(SHORT + 1)
    header = read(file)
    size = sum(8 + len(word) for word in words)
    assert header.metadata["words"] == Array("string", SHORT + 1, size)
    assert header.metadata["numbers"] == Array("uint16", SHORT + 1, 2 * (SHORT + 1))
    assert header.metadata["after"] is True


def test_arrays_that_are_asked_for_are_kept():
    file, words = arrays(2 * RUN + 100)
    header = read(file, Wanted(keep=["words", "numbers"]))
    assert header.metadata["words"].values == tuple(words)
    assert header.metadata["numbers"].values == tuple(range(2 * RUN + 100))


def test_short_arrays_are_kept_but_not_without_end():
    entries = [(f"a{n}", "array", ("uint8", bytes(SHORT))) for n in range(200)]
    kept = [array.values is not None for array in read(Writer().file(entries)).metadata.values()]
    assert kept == [n < reader.SHORT_IN_ALL // SHORT for n in range(200)]


@pytest.mark.parametrize("block", [64, 1000, cursor.FIRST])
def test_digests_tell_in_which_run_arrays_differ(monkeypatch, block):
    monkeypatch.setattr(cursor, "FIRST", block)
    monkeypatch.setattr(cursor, "LARGEST", 2 * block)
    file, words = arrays(2 * RUN + 100)
    wanted = Wanted(digest=["words", "numbers"])
    metadata = read(file, wanted).metadata
    first_run = b"".join(map(Writer().string, words[:RUN]))
    digest = hashlib.blake2b(first_run, digest_size=8).hexdigest()
    assert metadata["words"].digests[0] == digest
    assert len(metadata["words"].digests) == len(metadata["numbers"].digests) == 3
    assert metadata["words"].values is None
    other = read(file.replace(b"word 5000", b"ward 5000"), wanted).metadata
    same = [a == b for a, b in zip(metadata["words"].digests, other["words"].digests, strict=True)]
    assert same == [True, False, True]
    assert metadata["numbers"] == other["numbers"]


@pytest.mark.parametrize("wanted", [Wanted(), Wanted(keep=["some.array"], digest=["some.array"])])
@pytest.mark.parametrize(("first", "largest"), [(1, 1), (7, 30), (64, 64), (512, 4096)])
def test_blocks_of_any_size_give_the_same_header(monkeypatch, first, largest, wanted):
    file = everything(1, big_endian=True)
    whole = read(file, wanted)
    monkeypatch.setattr(cursor, "FIRST", first)
    monkeypatch.setattr(cursor, "LARGEST", largest)
    assert read(file, wanted) == whole


def test_more_than_was_asked_for_may_be_sent():
    file = everything()
    reading = read_header(len(file))
    assert next(reading)[0] == 0
    with pytest.raises(StopIteration) as end:
        reading.send(memoryview(file))
    assert end.value.value == read(file)


def test_a_file_and_a_stream(tmp_path):
    path = tmp_path / "model.gguf"
    path.write_bytes(everything())
    with path.open("rb") as stream:
        assert read_file(path) == read_file(str(path)) == read_stream(stream) == read(everything())


def test_too_few_bytes():
    file = everything()
    with pytest.raises(GgufError, match=r"bytes were asked for and 100 came"):
        read_ranges(lambda start, stop: file[start : start + 100], len(file))


def test_a_large_header_costs_its_bytes_once(large):
    asked = Asked(large)
    header = read_ranges(asked, len(large))
    assert header.metadata["tokenizer.ggml.merges"].length == 500_000
    assert len(asked.ranges) <= 16
    assert asked.bytes <= header.data_start


def test_reading_the_text_of_a_large_header_costs_its_bytes_once(large):
    keys = ["tokenizer.ggml.tokens", "tokenizer.ggml.merges"]
    asked = Asked(large)
    header = read_ranges(asked, len(large), Wanted(digest=keys))
    assert len(header.metadata["tokenizer.ggml.tokens"].digests) == 64
    assert len(asked.ranges) <= 16
    assert asked.bytes <= header.data_start


def test_a_further_file_of_a_model_costs_little(large):
    hints = lengths(read(large).metadata)
    asked = Asked(large)
    header = read_ranges(asked, len(large), Wanted(hints=hints))
    assert header == read(large)
    assert len(asked.ranges) <= 8
    assert asked.bytes <= 500_000


def hinted(tokens, count=None, tail=(), data=64):
    entries = [("tokens", "array", ("string", tokens)), ("after", "uint32", 7), *tail]
    return Writer().file(entries, [("w", (16,), 0, 0)], bytes(data))


WORDS = [f"word {n:04}" for n in range(6000)]


def test_hints_are_of_arrays_whose_bytes_do_not_follow_from_their_length():
    assert lengths(read(everything()).metadata) == {
        ("array.string", "string", 2): 16 + len(SCALARS["string"].encode()),
        ("array.empty", "string", 0): 0,
        ("array.nested", "array", 2): 12 + 19 + 12 + 12,
        ("some.array", "string", 3): 28,
    }


@pytest.mark.parametrize("off", [-1, 1, -17, 17, -40000, 40000, 2**40])
def test_a_wrong_hint_is_found_out(off):
    file = hinted(WORDS)
    right = read(file)
    size = right.metadata["tokens"].size
    wrong = {("tokens", "string", len(WORDS)): size + off}
    assert read(file, Wanted(hints=wrong)) == right


def test_a_wrong_hint_that_lands_on_an_entry_is_found_out():
    """Text within the array that reads as the rest of a header, for a file of another size."""
    writer = Writer()
    rest = writer.entry("after", "uint32", 9) + writer.tensor("w", (16,), 0, 0)
    tokens = [*WORDS[:100], rest, *WORDS[100:]]
    file = hinted(tokens)
    size = sum(8 + len(word) for word in WORDS[:100]) + 8
    header = read(file, Wanted(hints={("tokens", "string", len(tokens)): size}))
    assert header.metadata["after"] == 7
    assert header == read(file)


def test_hints_for_another_array_are_not_used():
    file = hinted(WORDS)
    asked = Asked(file)
    hints = {("tokens", "string", 5999): 3, ("words", "string", 6000): 3}
    assert read_ranges(asked, len(file), Wanted(hints=hints)) == read(file)


def test_digests_of_an_array_with_a_hint_are_not_made():
    file = hinted(WORDS)
    hints = lengths(read(file).metadata)
    header = read(file, Wanted(digest=["tokens"], hints=hints))
    assert header.metadata["tokens"].digests == ()
    assert read(file, Wanted(keep=["tokens"], hints=hints)).metadata["tokens"].values == tuple(
        WORDS
    )


def test_the_reader_imports_little():
    """It starts with the page's Python."""
    code = (
        "import sys; import mkdocs_quantlab.engine.gguf.ranges\n"
        "assert not {'hashlib', 'pathlib', 'mmap', 'random', 'logging'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-I", "-c", code], check=True)


def test_alignment_of_the_data():
    for alignment, entries in itertools.product((8, 32, 1024), range(3)):
        extra = [(f"e{n}", "uint8", 1) for n in range(entries)]
        file = Writer().file(
            [("general.alignment", "uint32", alignment), *extra],
            [("w", (2,), 0, 0)],
            bytes(8),
            alignment,
        )
        assert read(file).data_start == len(file) - 8
