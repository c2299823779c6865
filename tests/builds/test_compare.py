"""Comparisons of files in built pages, and on the command line."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner

from mkdocs_quantlab.cli import main
from mkdocs_quantlab.fast import accuracy
from tests.calls import answer, draw
from tests.gguf_files import weights, write_gguf
from tests.pages import figure, found, resources

CONFIG = """
plugins:
  - quantlab:
      models:
        f32: {folder}/tiny-F32.gguf
        q4: {folder}/tiny-Q4_K_M.gguf
        q8: {folder}/tiny-Q8_0.gguf
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    write_gguf(folder / "tiny-F32.gguf", "F32", file_type=0)
    write_gguf(folder / "tiny-Q4_K_M.gguf", file_type=15)
    write_gguf(folder / "tiny-Q8_0.gguf", "Q8_0", file_type=7)
    write_gguf(folder / "other.gguf", "Q8_0", layers=3, words=41)
    return folder


@pytest.fixture
def page(build_page, files):
    return lambda directive: build_page(directive, CONFIG.format(folder=files.as_posix()))


def test_all_models_of_the_site(page):
    code, output, html = page("<div data-gguf-compare></div>")
    assert code == 0, output
    assert "q4</strong>" in html
    assert json.loads(resources(html))["names"] == ["f32", "q4", "q8"]
    assert set(found(html)) == {("model", name) for name in ("f32", "q4", "q8")}
    # In the page the same figure comes from what travelled with it.
    again = answer("draw", draw("gguf-compare", {}, json.loads(resources(html))))
    assert again["html"] == figure(html)


def test_errors_against_a_reference(page):
    options = {"models": "q4 q8", "reference": "f32", "tensor": "blk.1.ffn_down.weight"}
    attributes = " ".join(f'data-{key}="{value}"' for key, value in options.items())
    code, output, html = page(f"<div data-gguf-compare {attributes}></div>")
    assert code == 0, output
    given = found(html)
    expected = accuracy(weights()["blk.1.ffn_down.weight"], "Q4_K").snr_db
    assert given["levels", "q4", "f32"]["blk.1.ffn_down.weight"] == round(expected, 3)
    assert given["levels", "q4", "f32"]["blk.1.attn_norm.weight"] is None
    assert f"{expected:.2f} dB" in figure(html)
    assert figure(html).count('class="quantlab-histogram"') == 2
    again = answer("draw", draw("gguf-compare", options, json.loads(resources(html))))
    assert again["html"] == figure(html)


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ('data-models="q4 q9"', "`models`: there is no model `q9`; the models are `f32`, `q4`, `q8`"),
        ('data-models="q4" data-reference="f16"', "`reference`: there is no model `f16`; the models are"),
        ('data-models="q4" data-tensor="output.weight"', "`tensor` needs a `reference`"),
        (
            'data-models="q4" data-reference="f32" data-tensor="blk.1.ffn_dawn.weight"',
            "`tensor`: `q4` and `f32` have no `blk.1.ffn_dawn.weight` in one shape (did you mean `blk.1.ffn_down.weight`?)",
        ),
    ],
)  # fmt: skip
def test_mistakes(page, attributes, message):
    code, output, _ = page(f"<div data-gguf-compare {attributes}></div>")
    assert code != 0
    assert f"index.md:3: {message}" in " ".join(output.split())
    assert "Traceback" not in output


def run(*arguments):
    result = CliRunner().invoke(main, ["gguf", "compare", *map(str, arguments)])
    return result.exit_code, result.output


def test_on_the_command_line(files):
    code, output = run(files / "tiny-Q4_K_M.gguf", files / "tiny-Q8_0.gguf")
    assert code == 0
    assert re.search(
        r"tiny-Q4_K_M\.gguf +\S+ kB +[\d,]+ +4\.\d{4} +Q4_K_M +Q4_K_M +Q4_K \(100 %\)", output
    )
    assert re.search(r"Q8_0 +\S+tiny-Q8_0\.gguf +\d+ +\S+ % +\S+ %", output)
    assert "All have the same tensors. The tokenizers are the same." in output
    assert re.search(r"general\.file_type +15 \(Q4_K_M\) +7 \(Q8_0\)", output)


def test_what_is_not_one_model_is_status_1(files):
    code, output = run(files / "tiny-Q8_0.gguf", files / "other.gguf")
    assert code == 1
    assert "they are not the same model. The tokenizers differ." in output


def test_json(files):
    code, output = run("--json", files / "tiny-Q8_0.gguf", files / "other.gguf")
    assert code == 1
    found = json.loads(output)
    assert found["same_architecture"] is True
    assert found["same_tensors"] is False
    assert found["same_tokenizer"] is False
    first = found["models"][0]
    assert first["size"] == (files / "tiny-Q8_0.gguf").stat().st_size
    assert first["label"]["file_type"] == "Q8_0"
    assert sum(share["parameters"] for share in first["types"]) == first["parameters"]


def test_what_cannot_be_read_is_status_2(files):
    code, output = run(files / "missing.gguf")
    assert code == 2
    assert "missing.gguf" in output
    assert "Traceback" not in output
