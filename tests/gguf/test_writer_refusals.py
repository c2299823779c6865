"""The writer of GGUF files: gguf-py reads what it wrote, and it refuses what would be a broken file."""

from __future__ import annotations

import gguf
import pytest

from mkdocs_quantlab.engine.gguf.errors import GgufError
from mkdocs_quantlab.engine.gguf.header import Array, Tensor
from mkdocs_quantlab.engine.gguf.writer import write

METADATA = {
    "general.architecture": "llama",
    "a.flag": True,
    "a.small": -3,
    "a.large": 2**40,
    "a.real": 0.5,
    "a.words": Array("string", 2, 0, ("ä", "")),
    "a.nested": Array("array", 2, 0, (Array("int32", 2, 8, (1, 2)), Array("int32", 0, 0, ()))),
}
TYPES = dict(zip(METADATA, "string bool int8 uint64 float32 array array".split(), strict=True))
F32 = 0
TENSORS = [
    (Tensor("first", (3,), F32, 0), bytes(range(12))),
    (Tensor("second", (2, 2), F32, 0), bytes(range(16))),
]


def test_gguf_py_reads_it(tmp_path):
    flat = {key: value for key, value in METADATA.items() if key != "a.nested"}
    path = tmp_path / "file.gguf"
    path.write_bytes(write(flat, TYPES, TENSORS))
    reader = gguf.GGUFReader(path)
    assert reader.fields["a.small"].contents() == -3
    assert reader.fields["a.large"].contents() == 2**40
    assert reader.fields["a.words"].contents() == ["ä", ""]
    assert reader.fields["a.flag"].contents() is True
    read = {tensor.name: tensor.data.tobytes() for tensor in reader.tensors}
    assert read == {tensor.name: data for tensor, data in TENSORS}
    assert [tensor.data_offset % 32 for tensor in reader.tensors] == [0, 0]


def test_we_read_it(read_back):
    header, content = read_back(write(METADATA, TYPES, TENSORS))
    assert header.types == TYPES
    assert header.metadata["a.nested"].values[0].values == (1, 2)
    for tensor, data in zip(header.tensors, (data for _, data in TENSORS), strict=True):
        start = header.data_start + tensor.offset
        assert content[start : start + len(data)] == data


@pytest.fixture
def read_back():
    from io import BytesIO

    from mkdocs_quantlab.engine.gguf.ranges import read_stream

    return lambda content: (read_stream(BytesIO(content)), content)


@pytest.mark.parametrize(
    ("metadata", "tensors", "message"),
    [
        ({"a": Array("string", 900, 9000)}, [], "elements of `a` were not kept"),
        ({}, [(Tensor("w", (3,), F32, 0), b"1234")], "`w` takes 12 bytes as F32; there are 4"),
    ],
)
def test_what_it_refuses(metadata, tensors, message):
    types = {"a": "array"}
    with pytest.raises(GgufError, match=message):
        write(metadata, types, tensors)
