"""Models out of one file or of the parts of a split one."""

from __future__ import annotations

import json

import gguf
import numpy as np
import pytest

from mkdocs_quantlab.engine.gguf.errors import GgufError
from mkdocs_quantlab.engine.gguf.model import Model, part_names
from mkdocs_quantlab.engine.gguf.ranges import read_file, read_ranges
from tests.gguf_samples import everything
from tests.gguf_writer import Writer


def header(file):
    return read_ranges(lambda start, stop: file[start:stop], len(file))


def part(number, *, count=3, tensors=None, total=3, extra=(), version=3):
    """A part as gguf-split writes it, of one tensor unless the first."""
    if tensors is None:
        tensors = {0: [], 1: ["a"], 2: ["b", "c"]}[number]
    entries = [
        ("split.no", "uint16", number),
        ("split.count", "uint16", count),
        ("split.tensors.count", "int32", total),
        *extra,
    ]
    table = [(name, (8,), 0, 32 * n) for n, name in enumerate(tensors)]
    return header(Writer(version).file(entries, table, bytes(32 * len(tensors))))


FIRST = [("general.architecture", "string", "llama")]


def parts(*order):
    names = part_names("m-00001-of-00003.gguf")
    return [(names[n], part(n, extra=FIRST if n == 0 else ())) for n in order]


def test_one_file():
    only = header(everything())
    model = Model.of_files("q4", [("https://host/folder/model.gguf?download=true", only)])
    assert (model.name, model.file, model.parts) == ("q4", "model.gguf", 1)
    assert (model.size, model.version, model.big_endian) == (only.size, 3, False)
    assert (model.metadata, model.types, model.tensors) == (only.metadata, only.types, only.tensors)
    assert Model.from_json(json.loads(json.dumps(model.to_json()))) == model


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1)])
def test_parts_in_any_order(order):
    model = Model.of_files("big", parts(*order))
    assert (model.file, model.parts) == ("m-00001-of-00003.gguf", 3)
    assert model.size == sum(h.size for _, h in parts(0, 1, 2))
    assert model.metadata["general.architecture"] == "llama"
    assert [tensor.name for tensor in model.tensors] == ["a", "b", "c"]


def test_a_merged_file_is_one_file():
    merged = part(0, count=0, tensors=["a"], total=1)
    assert Model.of_files("m", [("m.gguf", merged)]).parts == 1


REFUSED = {
    "missing": (parts(0, 2), "it is split into 3 parts; missing: 2"),
    "one alone": (parts(1), "it is split into 3 parts; missing: 1, 3"),
    "many missing": (
        [("x", part(0, count=65535))],
        "it is split into 65535 parts; missing: 2, 3, 4, 5, 6 and others",
    ),
    "twice": (
        [*parts(0, 1), ("copy.gguf", part(1))],
        "m-00002-of-00003.gguf and copy.gguf are both part 2",
    ),
    "of another model": (
        [*parts(0, 1), ("x.gguf", part(2, count=4))],
        "the parts are not of one model: m-00001-of-00003.gguf one of 3 and x.gguf one of 4",
    ),
    "no part": (
        [*parts(0, 1), ("x.gguf", header(everything()))],
        "m-00001-of-00003.gguf and x.gguf are both part 1",
    ),
    "number": (
        [("x.gguf", part(1, count=3)), ("y.gguf", part(2, count=2))],
        "`split.no` is 2 and `split.count` 2 in y.gguf; parts count from 0 to one less than the count",
    ),
    "tensors": (
        [*parts(0, 1), ("x.gguf", part(2, tensors=["b"]))],
        "the parts have 2 tensors; `split.tensors.count` says 3",
    ),
    "same tensor": (
        [*parts(0, 1), ("x.gguf", part(2, tensors=["a", "b"]))],
        "tensor `a` is in m-00002-of-00003.gguf and in x.gguf",
    ),
    "version": (
        [*parts(0, 1), ("x.gguf", part(2, version=2))],
        "x.gguf and m-00001-of-00003.gguf differ in version or byte order",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_parts_that_do_not_belong_together(name):
    files, message = REFUSED[name]
    with pytest.raises(GgufError) as error:
        Model.of_files("m", files)
    assert str(error.value) == message


def test_names_of_parts():
    assert part_names("model.gguf") == ["model.gguf"]
    assert part_names("a/b-00002-of-00003.gguf") == [
        f"a/b-0000{n}-of-00003.gguf" for n in (1, 2, 3)
    ]
    url = "https://host/m-00001-of-00002.gguf?download=true"
    assert part_names(url) == [url, url.replace("00001", "00002")]
    assert part_names("m-1-of-2.gguf") == ["m-1-of-2.gguf"]
    for wrong in ("m-00000-of-00002.gguf", "m-00003-of-00002.gguf"):
        with pytest.raises(GgufError, match=r"part [03] of 2; parts count from 1"):
            part_names(wrong)


def test_parts_that_gguf_pys_writer_split(tmp_path):
    writer = gguf.GGUFWriter(tmp_path / "m.gguf", "llama", split_max_tensors=2)
    writer.add_context_length(512)
    for name in "abcde":
        writer.add_tensor(name, np.zeros(32, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    files = sorted(path.name for path in tmp_path.glob("*.gguf"))
    assert files == part_names(files[1])
    model = Model.of_files("m", [(name, read_file(tmp_path / name)) for name in files])
    assert [tensor.name for tensor in model.tensors] == list("abcde")
    assert model.metadata["llama.context_length"] == 512
