"""Whatever a reader's file holds, the page's Python has a figure of it, or one line that names the file, in bounded memory."""

from __future__ import annotations

import json
import re
import tracemalloc
from contextlib import suppress

import pytest

from mkdocs_quantlab.engine.core import dispatch
from mkdocs_quantlab.engine.gguf.errors import GgufError
from mkdocs_quantlab.engine.gguf.quantize import read_everything
from mkdocs_quantlab.engine.gguf.writer import head
from tests.calls import draw, read_as_page
from tests.crafted import FILES, LARGE

WIDGETS = {
    "gguf-inspect": {},
    "gguf-compare": {"models": ""},
    "gguf-recipe": {"model": ""},
    "model-memory": {"models": ""},
}


def _strictly(text):
    """JSON as browsers read it, which know no NaN."""

    def refuse(constant):
        raise AssertionError(f"JavaScript refuses {constant}")

    return json.loads(text, parse_constant=refuse)


def _is_one_line(message, name=""):
    (line,) = message.splitlines()
    assert name in line
    assert len(line) < 1000
    assert line.isprintable()
    return True


@pytest.mark.parametrize("name", FILES)
def test_the_page_reads_and_draws_crafted_files(name):
    found, _ = read_as_page([(name, FILES[name])])
    if "error" in found:
        assert _is_one_line(found["error"]["message"], name)
        return
    (model,) = found["answer"]["models"]
    _strictly(json.dumps(model))
    for widget, options in WIDGETS.items():
        given = dict.fromkeys(options, model["name"])
        resources = {
            "names": [],
            "files": [model["name"]],
            "found": [{"kind": "model", "key": [model["name"]], "value": model}],
        }
        text, _ = dispatch.call("draw", json.dumps(draw(widget, given, resources)))
        drawn = _strictly(text)
        if "error" in drawn:
            assert _is_one_line(drawn["error"]["message"], model["name"])
        else:
            html = drawn["answer"]["html"]
            assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", html)


@pytest.mark.parametrize("name", LARGE)
def test_large_headers_take_memory_in_proportion(name):
    """Neither the page's reader nor what quantizes makes objects of millions of elements."""
    content = LARGE[name]
    tracemalloc.start()
    try:
        found, _ = read_as_page([(name, content)])
        assert "error" not in found or _is_one_line(found["error"]["message"], name)
        read = tracemalloc.get_traced_memory()[1]
        del found
        tracemalloc.reset_peak()
        with suppress(GgufError):
            header = read_everything(lambda start, stop: content[start:stop], len(content))
            head(header.metadata, header.types, header.tensors)
        written = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert read < 8 * len(content) + 6_000_000
    assert written < 8 * len(content) + 6_000_000
