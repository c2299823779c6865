"""The block of bytes: what belongs together lights up together, and an edited weight is encoded again."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from mkdocs_quantlab.engine.core.widget import answer
from mkdocs_quantlab.engine.ggml import bits_of_weight, decode, encode
from mkdocs_quantlab.engine.gguf.ranges import read_file
from mkdocs_quantlab.engine.methods import samples


@pytest.fixture
def block(visit):
    return visit("material", "block").widget("quantlab-1")


def lit(block):
    """Names of the lit items, each once."""
    return set(
        block.root.locator(".is-lit").evaluate_all("all => all.map(one => one.dataset.item)")
    )


def test_a_weight_lights_its_bits_in_both_formats(block):
    block.root.locator("[data-item=w17]").first.hover()
    expect(block.detail).to_contain_text("weight 17 in Q4_K: d * sc * q - dmin * m = ")
    runs = {(b.byte, b.low) for b in bits_of_weight("Q4_K", 17)}
    names = lit(block)
    assert "w17" in names
    assert sum(name[0] == "r" for name in names) == len(runs)
    # Two bytes of scale, and a nibble.
    assert sum(name[0] == "s" for name in names) == 3
    block.root.locator("[data-item=w17]").last.hover()
    expect(block.detail).to_contain_text("weight 17 in Q4_0: d * (q - 8) = ")


def test_bits_light_their_weights(block):
    q4_0 = block.root.locator(".quantlab-block").last
    q4_0.locator(".quantlab-bytes").last.locator("i").nth(1).hover()
    expect(block.detail).to_contain_text("Q4_0, byte 2 (qs), bits 0 to 3: ")
    assert lit(block) >= {"w0"}
    assert "w16" not in lit(block)
    q4_0.locator(".quantlab-bytes").first.locator("i").first.hover()
    expect(block.detail).to_contain_text("scale of the block (32 weights)")
    assert {f"w{i}" for i in range(32)} <= lit(block)


def test_the_arrow_keys_go_through_all_weights(block):
    page = block.page
    first = block.root.locator("[data-item=w0]").first
    first.focus()
    page.keyboard.press("ArrowRight")
    expect(block.root.locator("[data-item=w1]").first).to_be_focused()
    page.keyboard.press("End")
    expect(block.root.locator("[data-item=w255]").first).to_be_focused()
    expect(block.detail).to_contain_text("weight 255 in Q4_K")


def test_there_and_back_needs_no_python(visit):
    """The primary control may be a menu, and what the author chose is in the page."""
    lab = visit("material", "legacy")
    block = lab.widget("quantlab-1")
    block.set("format", "Q4_1")
    expect(block.result).to_contain_text("Q4_1 stores")
    block.set("format", "Q4_0")
    assert block.figure() == block.same(answer("quantization-block", {})["html"])
    assert lab.python_requests() == []


def test_an_edited_weight_is_encoded_again(block):
    weights = samples.gaussian(256, 1)
    weights[3] = 0.9
    block.set("weights", " ".join(map(str, weights)))
    block.settle()
    shown = (
        block.root.locator(".quantlab-block").first.locator(".quantlab-byte b").all_inner_texts()
    )
    assert bytes.fromhex("".join(shown)) == encode("Q4_K", weights)
    block.set("weights", "1 2 3")
    expect(block.status).to_have_text(
        re.compile("must fill a block of Q4_K, which holds 256 weights")
    )
    assert block.control("weights").get_attribute("aria-invalid") == "true"


def shown(block):
    """The bytes of the first block."""
    cells = block.root.locator(".quantlab-block").first.locator(".quantlab-byte b")
    return bytes.fromhex("".join(cells.all_inner_texts()))


def test_a_block_of_a_file_is_encoded_again_when_it_is_edited(visit, models):
    block = visit("material", "stored").widget("quantlab-1")
    path = Path(models["q4"])
    header = read_file(path)
    (tensor,) = (each for each in header.tensors if each.name == "blk.0.attn_q.weight")
    start = header.data_start + tensor.offset + 144
    stored = path.read_bytes()[start : start + 144]
    assert shown(block) == stored
    weights = decode("Q4_K", stored)
    weights[3] = 0.9
    block.set("weights", " ".join(map(str, weights)))
    block.settle()
    assert shown(block) == encode("Q4_K", weights)
