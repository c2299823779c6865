"""Comparisons as they are drawn: what is said, and what belongs together."""

from __future__ import annotations

import re

import pytest

from mkdocs_quantlab.engine.core.schema import OptionError
from mkdocs_quantlab.engine.core.widget import answer
from mkdocs_quantlab.engine.gguf.header import place
from mkdocs_quantlab.engine.gguf.named import ModelOf
from mkdocs_quantlab.engine.views.losses import HistogramOf, LevelsOf
from mkdocs_quantlab.engine.views.tensor_maps import bits_class, level_class
from tests.gguf_models import model, resources

SMALL = model("small", "small-Q4_K_M.gguf", more={"blk.1.ffn_down.weight": "Q6_K"})
LARGE = model("large", "large-Q8_0.gguf", "Q8_0", general__file_type=15)


def draw(*models, **options):
    return answer("gguf-compare", options, resources(*models))["html"]


def result(html):
    return re.sub(r"<.*?>", "", re.search(r"<figcaption.*?>(.*?)</figcaption>", html)[1])


def test_the_result_in_a_sentence():
    times = f"{LARGE.size / SMALL.size:.2f}"
    assert result(draw(LARGE, SMALL)).startswith("small (")
    assert f"is {times} times smaller than large (" in result(draw(LARGE, SMALL))
    assert result(draw(LARGE, SMALL)).endswith(
        "All have the same tensors. The tokenizers are the same. "
        "The label of large does not match the tensors: see the labels."
    )
    assert result(draw(SMALL, SMALL._replace(name="twin"))).startswith(
        "All files have the same size."
    )
    assert result(draw(SMALL)).startswith(f"small stores {SMALL.parameters:,} weights in ")


def test_a_tensor_is_one_item_in_all_maps():
    html = draw(LARGE, SMALL)
    item = re.search(r'data-detail-of="(\w+)">blk\.1\.ffn_down\.weight,', html)[1]
    cells = re.findall(rf'<rect x="(\d+)" y="(\d+)" class="([\w-]+)" data-item="{item}">', html)
    assert [style for _, _, style in cells] == ["bits-8", "bits-6"]
    assert len({(x, y) for x, y, _ in cells}) == 1
    assert (
        "blk.1.ffn_down.weight, 1024 × 256: large Q8_0, 8.5 bits; small Q6_K, 6.5625 bits" in html
    )


def test_shares_of_weights_and_bytes_add_up():
    html = draw(SMALL)
    for bar in re.findall(r'aria-label="small, share of the \w+: (.*?)"', html):
        assert sum(float(x) for x in re.findall(r"([\d.]+) %", bar)) == pytest.approx(100, abs=0.2)


@pytest.mark.parametrize(
    ("tensor", "where"),
    [
        ("blk.3.attn_q.weight", (3, "attn_q")),
        ("blk.3.attn_q.bias", (3, "attn_q.bias")),
        ("v.blk.12.ffn_up.weight", (12, "v.ffn_up")),
        ("token_embd.weight", (-1, "token_embd")),
    ],
)
def test_places(tensor, where):
    assert place(tensor) == where


@pytest.mark.parametrize(
    ("bits", "style"),
    [(1.5625, 1), (2.0625, 2), (4.25, 4), (6.5625, 6), (8.5, 8), (16, 16), (32, 32), (64, 32)],
)
def test_colours_of_bits(bits, style):
    assert bits_class(bits) == f"bits-{style}"
    assert bits_class(None) == "bits-unknown"


@pytest.mark.parametrize(
    ("level", "style"),
    [(-3, 1), (7.99, 1), (8, 2), (21, 4), (39.9, 6), (45, 8), (float("inf"), 32)],
)
def test_colours_of_levels(level, style):
    assert level_class(level) == f"bits-{style}"
    assert level_class(None) == "bits-unknown"


def test_levels_by_kind_are_the_median_and_the_lowest():
    found = resources(SMALL, LARGE)
    found.found[LevelsOf("small", "large")] = {
        "blk.0.attn_q.weight": 20.0,
        "blk.1.attn_q.weight": 21.0,
        "token_embd.weight": 35.5,
        "blk.0.attn_norm.weight": None,
        "blk.1.attn_norm.weight": None,
    }
    html = answer("gguf-compare", {"models": "small", "reference": "large"}, found)["html"]
    rows = dict(re.findall(r"<code>([\w.]+)</code></th><td>(.*?)</td>", html))
    assert rows["attn_q"] == "20.50 dB (20.00 dB)"
    assert rows["token_embd"] == "35.50 dB"
    assert "attn_norm" not in rows
    assert "small Q4_K, 4.5 bits, 20.00 dB" in html
    assert "small F32, 32 bits, exact" in html


def test_the_histogram_of_a_tensor():
    found = resources(SMALL, LARGE)
    found.found[LevelsOf("small", "large")] = {"blk.0.attn_q.weight": 20.0}
    given = {"low": -1.0, "high": 1.0, "before": [1, 2, 1], "after": [0, 4, 0], "beyond": [5, 0]}
    found.found[HistogramOf("small", "large", "blk.0.attn_q.weight")] = given
    options = {"models": "small", "reference": "large", "tensor": "blk.0.attn_q.weight"}
    html = answer("gguf-compare", options, found)["html"]
    assert 'd="M0 100V75.0H1V50.0H2V75.0H3V100Z"' in html
    assert 'd="M0 100V100.0H1V0.0H2V100.0H3V100"' in html
    assert "Further out: 5 weights of large and 0 of small." in html
    del found.found[HistogramOf("small", "large", "blk.0.attn_q.weight")]
    with pytest.raises(OptionError, match=r"`tensor`: `small large blk.0.attn_q.weight` is not in"):
        answer("gguf-compare", options, found)


def test_the_readers_files_stand_beside_the_authors():
    found = resources(SMALL, LARGE)
    found.files = ("large",)
    html = answer("gguf-inspect", {}, found)["html"]
    assert result(html).startswith("large stores")
    html = answer("gguf-inspect", {"models": "small"}, found)["html"]
    assert "times smaller than large" in result(html)


def test_what_a_hostile_file_says_of_itself_is_text():
    nasty = "<img src=x onerror=alert(1)>"
    hostile = model(nasty, f"{nasty}.gguf", general__name=nasty, general__quantized_by=nasty)
    tensors = (*hostile.tensors, hostile.tensors[-1]._replace(name=f"blk.0.{nasty}.weight"))
    found = resources()
    found.found[ModelOf(nasty)] = hostile._replace(tensors=tensors)
    found.files = (nasty,)
    html = answer("gguf-inspect", {}, found)["html"]
    assert "<img" not in html
    assert "&lt;img" in html
