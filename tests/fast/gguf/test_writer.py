"""What is written, against what was read, against gguf-py, and against what llama.cpp takes."""

from __future__ import annotations

import struct

import gguf
import numpy as np
import pytest

from mkdocs_quantlab.engine.gguf.errors import GgufError
from mkdocs_quantlab.engine.gguf.header import Array, Tensor
from mkdocs_quantlab.engine.gguf.quantize import read_everything
from mkdocs_quantlab.engine.gguf.writer import head, write
from tests.gguf_samples import everything
from tests.paths import ROOT

DEMO = sorted((ROOT / "docs/models").glob("*.gguf"))
F32 = Tensor("x", (32, 2), 0, 0)


def written(data):
    """The file as the writer has it, from what the reader found."""
    header = read_everything(lambda start, stop: data[start:stop], len(data))
    start = header.data_start
    tensors = [
        (tensor, data[start + tensor.offset : start + tensor.offset + tensor.size])
        for tensor in header.tensors
    ]
    return write(header.metadata, header.types, tensors)


def test_there_are_demo_files():
    assert len(DEMO) == 4


@pytest.mark.parametrize("path", DEMO, ids=lambda path: path.stem)
def test_a_file_read_and_written_is_the_same(path):
    data = path.read_bytes()
    assert written(data) == data


@pytest.mark.parametrize("alignment", [8, 32, 64])
def test_every_type_of_value_is_written_as_it_was(alignment):
    data = everything(alignment=alignment)
    # The sample's last tensor has a type that nobody knows, and so no size.
    header = read_everything(lambda start, stop: data[start:stop], len(data))
    known = [tensor for tensor in header.tensors if tensor.size is not None]
    made = head(header.metadata, header.types, known)
    file = made + bytes(10_000)
    again = read_everything(lambda start, stop: file[start:stop], len(file))
    assert again.metadata == header.metadata
    assert list(again.metadata) == list(header.metadata)
    assert again.types == header.types
    assert again.tensors == tuple(known)
    assert len(made) == again.data_start
    assert len(made) % alignment == 0


def test_a_file_is_that_of_gguf_py(tmp_path):
    path = tmp_path / "theirs.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_block_count(2)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_token_list(["a", "späte", "量"])
    writer.add_token_scores([0.0, -1.5, 2.0])
    writer.add_token_types([1, 2, 3])
    writer.add_add_bos_token(False)
    writer.add_int64("some.number", -5)
    x = np.arange(70, dtype=np.float16).reshape(2, 35)
    y = np.arange(5, dtype=np.float32)
    writer.add_tensor("x", x)
    writer.add_tensor("y", y)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    types = {
        "general.architecture": "string",
        "llama.block_count": "uint32",
        "llama.attention.layer_norm_rms_epsilon": "float32",
        **dict.fromkeys(
            ("tokenizer.ggml.tokens", "tokenizer.ggml.scores", "tokenizer.ggml.token_type"), "array"
        ),
        "tokenizer.ggml.add_bos_token": "bool",
        "some.number": "int64",
    }
    values = [
        "llama",
        2,
        1e-5,
        Array("string", 3, 0, ("a", "späte", "量")),
        Array("float32", 3, 0, (0.0, -1.5, 2.0)),
        Array("int32", 3, 0, (1, 2, 3)),
        False,
        -5,
    ]
    ours = write(
        dict(zip(types, values, strict=True)),
        types,
        [(Tensor("x", (35, 2), 1, 0), x.tobytes()), (Tensor("y", (5,), 0, 0), y.tobytes())],
    )
    assert ours == path.read_bytes()


@pytest.mark.parametrize(
    ("metadata", "types", "tensors", "said"),
    [
        ({}, {}, [(F32, bytes(255))], "`x` takes 256 bytes as F32; there are 255"),
        (
            {"a": Array("string", 9, 90)}, {"a": "array"}, [],
            "the elements of `a` were not kept when it was read",
        ),
        ({"a": 256}, {"a": "uint8"}, [], "`a` is 256, which is not a uint8"),
        ({"general.alignment": 33}, {"general.alignment": "uint32"}, [], "33; it has to be a power of 2"),
        ({}, {}, [(F32._replace(type=999), b"")], "`x` has the type 999, whose size is unknown"),
    ],
)  # fmt: skip
def test_what_cannot_be_written_is_said(metadata, types, tensors, said):
    with pytest.raises(GgufError, match=said):
        write(metadata, types, tensors)


def test_an_empty_file_is_a_header():
    assert write({}, {}, []) == (b"GGUF" + struct.pack("<IQQ", 3, 0, 0)).ljust(32, b"\0")


def test_gguf_py_reads_it(tmp_path):
    metadata = {
        "general.architecture": "llama",
        "a.flag": True,
        "a.small": -3,
        "a.large": 2**40,
        "a.words": Array("string", 2, 0, ("ä", "")),
    }
    types = dict(zip(metadata, "string bool int8 uint64 array".split(), strict=True))
    tensors = [
        (Tensor("first", (3,), 0, 0), bytes(range(12))),
        (Tensor("second", (2, 2), 0, 0), bytes(range(16))),
    ]
    path = tmp_path / "file.gguf"
    path.write_bytes(write(metadata, types, tensors))
    reader = gguf.GGUFReader(path)
    assert reader.fields["a.small"].contents() == -3
    assert reader.fields["a.large"].contents() == 2**40
    assert reader.fields["a.words"].contents() == ["ä", ""]
    assert reader.fields["a.flag"].contents() is True
    read = {tensor.name: tensor.data.tobytes() for tensor in reader.tensors}
    assert read == {tensor.name: data for tensor, data in tensors}
    assert [tensor.data_offset % 32 for tensor in reader.tensors] == [0, 0]
