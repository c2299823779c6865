"""Formats on the author's own tensor, in built pages."""

from __future__ import annotations

import json
import os

import gguf
import numpy as np
import pytest

from mkdocs_quantlab.engine.ggml import TYPES
from mkdocs_quantlab.engine.ggml.measured import BY_GGML, SNR
from mkdocs_quantlab.engine.views.losses import LevelsOf
from mkdocs_quantlab.engine.views.ratios import RatiosOf
from mkdocs_quantlab.fast import accuracy, dequantize, quantize
from mkdocs_quantlab.site.models.models import Models
from mkdocs_quantlab.site.models.resources import SiteResources
from tests.calls import answer, draw
from tests.gguf_files import weights, write_gguf
from tests.pages import figure, found, resources

CONFIG = """
plugins:
  - quantlab:
      models:
        f32: {folder}/tiny-F32.gguf
        q8: {folder}/tiny-Q8_0.gguf
        odd: {folder}/odd.gguf
        far: http://127.0.0.1:9/far.gguf
"""
TENSOR = "blk.1.ffn_down.weight"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    write_gguf(folder / "tiny-F32.gguf", "F32")
    write_gguf(folder / "tiny-Q8_0.gguf", "Q8_0")
    for file, type_ in (("odd", np.float32), ("odd16", np.float16)):
        writer = gguf.GGUFWriter(folder / f"{file}.gguf", "llama")
        for name, row, times in (
            ("narrow", 64, 1),
            ("crooked", 40, 1),
            ("zero", 256, 0),
            ("huge", 256, 1e6),
        ):
            drawn = np.random.default_rng(1).standard_normal((4, row), dtype=np.float32)
            with np.errstate(over="ignore"):
                writer.add_tensor(name, (drawn * np.float32(times)).astype(type_))
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
    return folder


@pytest.fixture
def page(build_page, files):
    return lambda attributes: build_page(
        f"<div data-quantization-formats {attributes}></div>",
        CONFIG.format(folder=files.as_posix()),
    )


@pytest.mark.parametrize("model", ["f32", "q8"])
def test_every_format_that_can_be_encoded_is_measured(page, model):
    key = f"{model}:{TENSOR}"
    code, output, html = page(f'data-tensor="{key}"')
    assert code == 0, output
    given = found(html)
    assert list(given) == [("ratios", key)]
    before = weights()[TENSOR]
    if model == "q8":
        before = dequantize(quantize(before, "Q8_0"), "Q8_0")
    measured = given["ratios", key]["snr"]
    assert set(measured) == set(SNR) - BY_GGML
    for name, level in measured.items():
        expected = accuracy(before, name).snr_db
        assert level == (None if expected == np.inf else round(expected, 3)), name
    # In the page the same figure, and others, come from what travelled with it.
    for options in ({}, {"sort": "snr"}, {"formats": "Q5_1 TQ1_0 F16", "parameters": "1e9"}):
        options["tensor"] = key
        again = answer("draw", draw("quantization-formats", options, json.loads(resources(html))))
        assert (again["html"] == figure(html)) == (len(options) == 1)


def test_rows_that_are_no_blocks_of_some_formats(page):
    code, output, html = page('data-tensor="odd:narrow"')
    assert code == 0, output
    measured = found(html)["ratios", "odd:narrow"]["snr"]
    assert set(measured) == {n for n in SNR if TYPES[n].block_size in (1, 32, 64)} - BY_GGML
    assert figure(html).count("blocks of 256, rows of 64") >= 5


@pytest.mark.parametrize(
    ("tensor", "message"),
    [
        ("f32:blk.1.ffn_dawn.weight", "`f32` has no tensor `blk.1.ffn_dawn.weight` (did you mean `blk.1.ffn_down.weight`?)"),
        ("f33:x", "there is no model `f33` (did you mean `f32`?); the models are `f32`, `q8`, `odd`, `far`"),
        ("f32:blk.0.attn_norm.weight", "`blk.0.attn_norm.weight` has one dimension"),
        ("odd:crooked", "`crooked` has rows of 40 weights, which are whole blocks of no format; the smallest hold 32"),
    ],
)  # fmt: skip
def test_tensors_that_cannot_be_measured(page, tensor, message):
    code, output, _ = page(f'data-tensor="{tensor}"')
    assert code != 0
    assert f"index.md:3: `tensor`: {message}" in " ".join(output.split())
    assert "Traceback" not in output


@pytest.mark.parametrize(
    ("tensor", "message"),
    [
        ("odd:zero", "odd.gguf: all weights of `zero` are 0"),
        ("far:x", "weights are read from local files only"),
    ],
)
def test_files_that_cannot_be_measured(page, tensor, message):
    code, output, _ = page(f'data-tensor="{tensor}"')
    assert code != 0
    assert "index.md:3: " in output
    assert message in " ".join(output.split())
    assert "Traceback" not in output


@pytest.fixture
def asked(files):
    models = Models({"f32": str(files / "tiny-F32.gguf")}, files)
    return lambda: SiteResources(models.named, lambda: models, pytest.fail).find(
        RatiosOf(f"f32:{TENSOR}")
    )


def test_it_is_measured_again_only_when_the_file_has_changed(files, asked):
    first = asked()
    assert asked() is first
    os.utime(files / "tiny-F32.gguf", ns=(0, 1))
    assert asked() == first
    assert asked() is not first


def test_what_has_no_ratio_is_no_number_that_json_lacks(files):
    models = Models({name: str(files / f"{name}.gguf") for name in ("odd", "odd16")}, files)
    asked = SiteResources(models.named, lambda: models, pytest.fail)
    lost = asked.find(LevelsOf("odd16", "odd"))
    assert lost["zero"] is None, "a copy is exact"
    assert 70 < lost["narrow"] < 80
    assert "huge" not in lost, "F16 has no such numbers"
    measured = asked.find(RatiosOf("odd:huge"))["snr"]
    assert not {"F16", "Q4_0"} & set(measured), "nor has it such scales"
    assert measured["BF16"] > 50
    json.dumps(asked.to_json(), allow_nan=False)
