"""The header reader against ggml's C reader and gguf-py's."""

from __future__ import annotations

import itertools

import gguf
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mkdocs_quantlab.engine.gguf.errors import GgufError
from mkdocs_quantlab.engine.gguf.header import Array
from mkdocs_quantlab.engine.gguf.ranges import read_file
from mkdocs_quantlab.engine.gguf.reader import Wanted
from tests.gguf_samples import SCALARS, SMALL
from tests.gguf_writer import Writer, big_header
from tests.oracle.gguf_reference import GgufReader
from tests.oracle.reference import library


@pytest.fixture(scope="session")
def reference():
    path = library()
    if path is None:
        pytest.skip("the xllamacpp wheel, which carries ggml's C library, is not installed here")
    return GgufReader(path)


class EveryKey:
    """For `Wanted.keep`."""

    def __contains__(self, key):
        return True


def same(header, theirs):
    """Whether ggml's account of a file is ours."""
    metadata = {
        key: (value.type, value.values) if isinstance(value, Array) else value
        for key, value in header.metadata.items()
    }
    # Order matters, and NaN is equal to NaN.
    assert repr(metadata) == repr(theirs["metadata"])
    assert header.types == theirs["types"]
    assert header.version == theirs["version"]
    assert [
        (t.name, (*t.shape, 1, 1, 1, 1)[:4], t.type, t.offset, t.size) for t in header.tensors
    ] == theirs["tensors"]
    # Where there are no tensors ggml gives the header's end as it is.
    assert not header.tensors or header.data_start == theirs["data_start"]


@pytest.fixture
def written(tmp_path):
    """A file by gguf-py's writer: every type of value, tensors of several types."""
    path = tmp_path / "written.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    types = {t.name.lower(): t for t in gguf.GGUFValueType}
    for name, value in SCALARS.items():
        writer.add_key_value(f"scalar.{name}", value, types[name])
        both = [value, SMALL[name]]
        writer.add_key_value(f"array.{name}", both, types["array"], sub_type=types[name])
    writer.add_custom_alignment(128)
    rng = np.random.default_rng(1)
    for number, kind in enumerate(("F32", "F16", "Q8_0", "Q4_0", "BF16")):
        weights = rng.standard_normal((number + 1, 64)).astype(np.float32)
        type_ = gguf.GGMLQuantizationType[kind]
        stored = gguf.quants.quantize(weights, type_)
        writer.add_tensor(f"blk.{number}.weight", stored, raw_dtype=type_)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def test_a_file_of_gguf_pys_writer_is_read_as_ggml_reads_it(written, reference):
    header = read_file(written, Wanted(keep=EveryKey()))
    assert len(header.metadata) == 2 * len(SCALARS) + 2
    assert len(header.tensors) == 5
    same(header, reference.read(written))


def test_a_file_of_gguf_pys_writer_is_read_as_gguf_py_reads_it(written):
    header = read_file(written, Wanted(keep=EveryKey()))
    theirs = gguf.GGUFReader(written)
    fields = {key: f.contents() for key, f in theirs.fields.items() if not key.startswith("GGUF.")}
    ours = {
        key: list(value.values) if isinstance(value, Array) else value
        for key, value in header.metadata.items()
    }
    assert ours == fields
    assert [
        (t.name, list(t.shape), t.type, header.data_start + t.offset, t.size)
        for t in header.tensors
    ] == [
        (t.name, t.shape.tolist(), t.tensor_type, t.data_offset, t.n_bytes) for t in theirs.tensors
    ]


@pytest.mark.parametrize("big", [False, True])
def test_big_endian_files_are_read_as_gguf_py_reads_them(tmp_path, big):
    path = tmp_path / "model.gguf"
    endian = gguf.GGUFEndian.BIG if big else gguf.GGUFEndian.LITTLE
    writer = gguf.GGUFWriter(path, "llama", endianess=endian)
    writer.add_context_length(4096)
    writer.add_token_list(["a", "bcd"])
    writer.add_tensor("w", np.arange(64, dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    header = read_file(path)
    assert header.big_endian is big
    theirs = gguf.GGUFReader(path)
    assert (
        header.metadata["llama.context_length"] == theirs.fields["llama.context_length"].contents()
    )
    assert header.metadata["tokenizer.ggml.tokens"].values == ("a", "bcd")
    assert header.data_start == theirs.data_offset


def test_a_large_header_is_read_as_ggml_reads_it(tmp_path, reference):
    path = tmp_path / "big.gguf"
    path.write_bytes(big_header(tokens=20_000, merges=30_000))
    header = read_file(path, Wanted(keep=EveryKey()))
    same(header, reference.read(path))
    assert read_file(path).tensors == header.tensors


KEYS = st.text("abcdefgh._0", min_size=1, max_size=12)
RANGES = {"8": 8, "16": 16, "32": 32, "64": 64}


def values(type_):
    if type_ == "string":
        return st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=20)
    if type_ == "bool":
        return st.booleans()
    if type_.startswith("float"):
        return st.floats(width=int(type_[5:]), allow_nan=False)
    bits = int(type_.lstrip("uint"))
    low = 0 if type_[0] == "u" else -(1 << (bits - 1))
    return st.integers(low, low + (1 << bits) - 1)


SCALAR = st.sampled_from(list(SCALARS)).flatmap(lambda t: st.tuples(st.just(t), values(t)))
ARRAY = st.sampled_from(list(SCALARS)).flatmap(
    lambda t: st.tuples(st.just("array"), st.tuples(st.just(t), st.lists(values(t), max_size=6)))
)
ENTRIES = st.dictionaries(KEYS, SCALAR | ARRAY, max_size=8)


@given(ENTRIES, st.lists(st.integers(0, 40), max_size=5), st.data())
@settings(max_examples=80)
def test_what_ggml_takes_we_read_alike(reference, tmp_path_factory, entries, sizes, data):
    """Whole files, and files with some bytes changed."""
    padded = [-(-4 * size // 32) * 32 for size in sizes]
    offsets = itertools.accumulate(padded, initial=0)
    file = Writer(data.draw(st.sampled_from([2, 3]))).file(
        [(key, *value) for key, value in entries.items()],
        [(f"t{n}", (size,), 0, next(offsets)) for n, size in enumerate(sizes)],
        bytes(sum(padded)),
    )
    changes = data.draw(st.integers(0, 2))
    for _ in range(changes):
        place = data.draw(st.integers(0, len(file) - 1))
        changed = data.draw(st.sampled_from([0, 1, 8, 127, 128, 255]))
        file = file[:place] + bytes([changed]) + file[place + 1 :]
    path = tmp_path_factory.getbasetemp() / "drawn.gguf"
    path.write_bytes(file)
    theirs = reference.read(path)
    try:
        header = read_file(path, Wanted(keep=EveryKey()))
    except GgufError as error:
        header, refused = None, str(error)
    if header is None:
        # ggml looks at the data's end only when it loads them.
        assert theirs is None or "bytes are missing" in refused
        return
    assert theirs is not None or changes
    # C's strings end at a zero.
    if theirs is not None and r"\x00" not in repr(header):
        same(header, theirs)
