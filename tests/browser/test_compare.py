"""Comparisons of the author's models: a tensor lights up in all maps, and parts are chosen without Python."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def lab(visit):
    return visit("material", "compare")


def test_a_cell_lights_its_tensor_in_every_map(lab):
    compare = lab.widget("quantlab-1")
    maps = compare.root.locator(".quantlab-map")
    expect(maps).to_have_count(2)
    cell = maps.first.locator("[data-item]").nth(3)
    cell.hover()
    item = cell.get_attribute("data-item")
    expect(compare.root.locator(f".quantlab-map .is-lit[data-item='{item}']")).to_have_count(2)
    expect(compare.detail).to_contain_text(
        "blk.0.attn_v.weight, 256 × 64: f32 F32, 32 bits; q4 Q4_K, 4.5 bits"
    )


def test_arrow_keys_go_through_a_map(lab):
    compare = lab.widget("quantlab-1")
    first = compare.root.locator(".quantlab-map").first.locator("[data-item]").nth(1)
    first.focus()
    lab.page.keyboard.press("ArrowDown")
    expect(compare.detail).to_contain_text("blk.1.attn_norm.weight")
    lab.page.keyboard.press("ArrowRight")
    expect(compare.detail).to_contain_text("blk.1.attn_q.weight")


def test_parts_are_chosen_without_python(lab):
    compare = lab.widget("quantlab-1")
    part = compare.root.locator(".quantlab-part")
    for name in ("sizes", "types", "labels", "map", "metadata"):
        compare.set("show", name)
        shown = part.filter(visible=True)
        expect(shown).to_have_count(1)
        expect(shown).to_have_attribute("data-part", name)
    assert lab.python_requests() == []


def test_other_models_of_those_that_came_with_the_page(lab):
    compare = lab.widget("quantlab-1")
    compare.set("models", "q4")
    compare.settle()
    expect(compare.result).to_contain_text("q4 stores")
    compare.set("models", "q5")
    compare.settle()
    assert compare.status.inner_text().startswith("models: q5 is not in the data of this figure")


def test_without_script_everything_is_there(visit):
    lab = visit("material", "compare", java_script_enabled=False)
    root = lab.page.locator("quantlab-widget")
    expect(root.locator(".quantlab-part").filter(visible=True)).to_have_count(5)
    root.get_by_text("All 9 tensors").click()
    expect(root.get_by_text("blk.1.ffn_down.weight, 512 × 256")).to_be_visible()
