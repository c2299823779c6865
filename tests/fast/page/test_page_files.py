"""A reader's own files, read as the page's worker has them read."""

from __future__ import annotations

import pytest

from tests.calls import answer, read_as_page
from tests.gguf_files import write_gguf


def read(*paths, names=()):
    """The last outcome, and how many bytes were asked for."""
    names = names or [path.name for path in paths]
    return read_as_page([(name, p.read_bytes()) for name, p in zip(names, paths, strict=True)])


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("parts")
    write_gguf(folder / "split.gguf", tensors_a_part=4)
    return sorted(folder.glob("split-*.gguf"))


def test_models_are_named_for_their_files_in_one_word(tmp_path):
    path = write_gguf(tmp_path / "my own, model.gguf")
    found, sent = read(path)
    (found,) = found["answer"]["models"]
    assert found["name"] == "my-own-model"
    assert found["file"] == "my own, model.gguf"
    assert found["metadata"]["tokenizer.ggml.tokens"]["array"]["digests"]
    assert sent < path.stat().st_size / 2


def test_parts_in_any_order_are_one_model_beside_others(tmp_path, parts):
    other = write_gguf(tmp_path / "other.gguf")
    models = read(*reversed(parts), other)[0]["answer"]["models"]
    assert [(model["name"], model["parts"], len(model["tensors"])) for model in models] == [
        ("split", 3, 9),
        ("other", 1, 9),
    ]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["split-00001-of-00003.gguf"], "split-00001-of-00003.gguf: it is split into 3 parts; missing: 2, 3"),
        (["split-00007-of-00003.gguf"], "split-00007-of-00003.gguf: the name says part 7 of 3; parts count from 1"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_parts_is_said_of_the_file(parts, names, message):
    assert read(parts[0], names=names)[0]["error"]["message"] == message


def test_what_is_no_gguf_is_said_of_the_file(tmp_path):
    path = tmp_path / "page.gguf"
    path.write_text("<!DOCTYPE html>" + "<p>" * 100)
    assert read(path)[0]["error"]["message"].startswith("page.gguf: ")


def test_a_reading_can_be_given_up_while_another_goes_on(tmp_path):
    path = write_gguf(tmp_path / "a.gguf")
    files = {"files": [{"name": "a.gguf", "size": path.stat().st_size}]}
    first, second = (answer("read_headers", files) for _ in range(2))
    assert first["reading"] != second["reading"]
    assert answer("end_reading", {"reading": first["reading"]}) == {}
    data = path.read_bytes()[second["start"] : second["stop"]]
    found = answer("continue_reading", {"reading": second["reading"]}, data)
    assert found["models"][0]["name"] == "a"
