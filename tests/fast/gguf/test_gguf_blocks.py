"""Blocks out of files, in the block explorer."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from mkdocs_quantlab.engine.core.resources import Resources
from mkdocs_quantlab.engine.core.schema import OptionError
from mkdocs_quantlab.engine.core.widget import answer, frames, widget
from mkdocs_quantlab.engine.ggml import TYPES, decode, encode
from mkdocs_quantlab.engine.gguf.blocks import BlocksOf, Stored, parse_name, span
from mkdocs_quantlab.engine.gguf.header import Tensor

NAME = "quantization-block"
KEY = "q4:blk.0.ffn_up.weight[3]"
WEIGHTS = np.random.default_rng(3).standard_normal(256).astype(np.float32).tolist()


def resources(type_, data):
    given = Resources(["q4"], {BlocksOf(KEY): Stored(type_, data)}).to_json()
    return Resources.from_json(json.loads(json.dumps(given)))


def draw(type_, data, **options):
    return answer(NAME, {"tensor": KEY, **options}, resources(type_, data))


def code(html):
    """What is shown in hexadecimal, to copy."""
    found = re.findall(r"<pre><code>(.*?)</code>", html, re.DOTALL)
    return [bytes.fromhex(text) for text in found]


# Q8_1 and Q8_K hold intermediate results, and are never in files.
@pytest.mark.parametrize(
    "type_",
    [t for t, entry in TYPES.items() if entry.block_size > 1 and t not in ("Q8_1", "Q8_K")],
)
def test_a_block_is_shown_as_it_is_stored(type_):
    entry = TYPES[type_]
    data = encode(type_, WEIGHTS) if entry.can_encode else bytes(range(1, 1 + entry.block_bytes))
    drawn = draw(type_, data)
    assert code(drawn["html"]) == [data[: entry.block_bytes]]
    assert drawn["values"]["format"] == type_
    assert "as the file has them" in drawn["html"]
    assert "RMSE" not in drawn["html"]


def test_another_format_encodes_what_was_read_back():
    data = encode("Q8_0", WEIGHTS)
    drawn = draw("Q8_0", data, format="Q4_K", compare="Q8_0")
    weights = decode("Q8_0", data)
    assert code(drawn["html"]) == [encode("Q4_K", weights), data[:34]]


def test_weights_take_the_place_of_those_of_the_file():
    own = " ".join(["1"] * 256)
    drawn = draw("Q6_K", encode("Q6_K", WEIGHTS), weights=own)
    assert code(drawn["html"]) == [encode("Q6_K", [1.0] * 256)]
    only_decoded = bytes(range(TYPES["IQ2_XXS"].block_bytes))
    drawn = draw("IQ2_XXS", only_decoded, weights=own)
    assert code(drawn["html"]) == [encode("Q4_0", [1.0] * 32)]


def test_numbers_that_are_no_blocks_give_weights():
    drawn = draw("F16", encode("F16", WEIGHTS), format="Q6_K")
    assert code(drawn["html"]) == [encode("Q6_K", decode("F16", encode("F16", WEIGHTS)))]


def test_every_format_comes_with_a_block_that_only_decodes():
    data = bytes(range(1, 1 + TYPES["IQ2_XXS"].block_bytes))
    found = frames(widget(NAME), {"tensor": KEY}, resources("IQ2_XXS", data))
    assert "Q4_0" in found


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tensor": KEY, "preset": "laplace"}, "exclude each other"),
        ({"tensor": "q4"}, r"`tensor`: a block is named as in .*; found `q4`"),
        ({"tensor": "q4:x[a]"}, r"found `q4:x\[a\]`"),
        ({"tensor": "q4:other"}, "is not in the data of this figure"),
        ({"tensor": KEY, "format": "Q4_K"}, "`tensor` must fill a block of Q4_K, .* found 32 weights"),
    ],
)  # fmt: skip
def test_mistakes(options, message):
    with pytest.raises(OptionError, match=message):
        answer(NAME, options, resources("Q8_0", encode("Q8_0", WEIGHTS[:32])))


TENSORS = {"a": Tensor("a", (512, 2), TYPES["Q8_0"].id, 0), "odd": Tensor("odd", (4,), 99, 0)}


def test_blocks_up_to_256_weights():
    assert span(parse_name("m:a[1]"), TENSORS) == ("Q8_0", 34, 34 * 9)
    assert span(parse_name("m:a[30]"), TENSORS) == ("Q8_0", 34 * 30, 34 * 32)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("m:b", "`m` has no tensor `b`"),
        ("m:ood", "did you mean `odd`"),
        ("m:odd", "`odd` of `m` is type 99, which cannot be decoded"),
        ("m:a[32]", "`a` has 32 blocks, counted from 0; found 32; the nearest is `31`"),
    ],
)
def test_blocks_that_are_not_there(name, message):
    with pytest.raises(LookupError, match=message):
        span(parse_name(name), TENSORS)
