"""Recipes: a cell writes its rule out, another recipe needs no Python, another shape does."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def lab(visit):
    return visit("material", "recipe")


def test_a_cell_writes_out_its_rule_and_lights_its_group(lab):
    recipe = lab.widget("quantlab-1")
    cell = recipe.root.locator(".quantlab-map [data-item]").nth(5)
    name = cell.get_attribute("data-item")
    written = recipe.root.locator(f"[data-detail-of='{name}']").text_content()
    assert written.startswith("attn_v of layers 0-3, 6, 9")
    cell.hover(position={"x": 5, "y": 5})
    expect(recipe.detail).to_have_text(written)
    expect(recipe.root.locator(f".quantlab-map .is-lit[data-item='{name}']")).to_have_count(1)


def test_arrow_keys_go_through_the_map(lab):
    recipe = lab.widget("quantlab-1")
    cells = recipe.root.locator(".quantlab-map").first.locator("[data-item]")
    cells.first.focus()
    expect(recipe.detail).to_contain_text("rope_freqs")
    lab.page.keyboard.press("ArrowRight")
    expect(recipe.detail).to_contain_text("token_embd: Q4_K")


def test_a_neighbouring_recipe_comes_from_a_frame(lab):
    recipe = lab.widget("quantlab-1")
    recipe.set("recipe", "Q4_1")
    expect(recipe.result).to_contain_text("Q4_1 stores Llama-3.1-8B")
    assert lab.python_requests() == []


def test_a_number_makes_another_model(lab):
    recipe = lab.widget("quantlab-1")
    recipe.set("layers", "16")
    recipe.settle()
    expect(recipe.result).to_contain_text("Llama-3.1-8B with 16 layers")
    recipe.set("heads", "33")
    recipe.settle()
    assert "heads takes a divisor of embedding, 4096" in recipe.status.inner_text()


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_wider_than_the_page(lab, width):
    lab.page.set_viewport_size({"width": width, "height": 900})
    assert lab.page.evaluate("document.documentElement.scrollWidth") <= width
