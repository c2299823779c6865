"""A reader's own files, read as the page's worker has them read."""

from __future__ import annotations

import json

import pytest

from mkdocs_quantlab.engine.page_files import read_headers
from tests.gguf_files import write_gguf


def read(*paths, names=()):
    """What the worker is told, and how many bytes it was asked for."""
    named = [
        [name, path.stat().st_size]
        for name, path in zip(names or [path.name for path in paths], paths, strict=True)
    ]
    reading = read_headers(json.dumps(named))
    sent = 0
    try:
        asked = next(reading)
        while True:
            number, start, stop = json.loads(asked)
            data = paths[number].read_bytes()[start:stop]
            sent += len(data)
            asked = reading.send(data)
    except StopIteration as end:
        return json.loads(end.value), sent


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("parts")
    write_gguf(folder / "split.gguf", tensors_a_part=4)
    return sorted(folder.glob("split-*.gguf"))


def test_models_are_named_for_their_files_in_one_word(tmp_path):
    path = write_gguf(tmp_path / "my own, model.gguf")
    (found,), sent = read(path)[0]["models"], read(path)[1]
    assert found["name"] == "my-own-model"
    assert found["file"] == "my own, model.gguf"
    assert found["metadata"]["tokenizer.ggml.tokens"]["array"]["digests"]
    assert sent < path.stat().st_size / 2


def test_parts_in_any_order_are_one_model_beside_others(tmp_path, parts):
    other = write_gguf(tmp_path / "other.gguf")
    models = read(*reversed(parts), other)[0]["models"]
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
    assert read(parts[0], names=names)[0] == {"message": message}


def test_what_is_no_gguf_is_said_of_the_file(tmp_path):
    path = tmp_path / "page.gguf"
    path.write_text("<!DOCTYPE html>" + "<p>" * 100)
    assert read(path)[0]["message"].startswith("page.gguf: ")
