"""Memory: a context comes from a frame, everything else from Python."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def lab(visit):
    return visit("material", "memory")


def test_a_row_lights_its_bar(lab):
    memory = lab.widget("quantlab-1")
    row = memory.root.locator("tr[data-item='Q4_K_M']")
    row.hover()
    lit = memory.root.locator(".is-lit[data-item='Q4_K_M']")
    expect(lit).to_have_count(2)
    assert set(lit.evaluate_all("all => all.map(e => e.tagName.toLowerCase())")) == {"tr", "g"}
    expect(memory.detail).to_contain_text("1,073,741,824 of cache")


def test_another_context_comes_from_a_frame(lab):
    memory = lab.widget("quantlab-1")
    expect(memory.result).to_contain_text("Q6_K")
    memory.set("context", "16384")
    # 2 GiB of cache leave room for the next smaller recipe only.
    expect(memory.result).to_contain_text("Q5_K_M")
    expect(memory.result).to_contain_text("16,384 tokens")
    assert lab.python_requests() == []


def test_a_smaller_cache_makes_room(lab):
    memory = lab.widget("quantlab-1")
    memory.set("memory", "10")
    memory.settle()
    expect(memory.result).to_contain_text("Q8_0")
    memory.set("cache", "q8_0")
    memory.settle()
    # 8.5 of 16 bits.
    expect(memory.root.locator("tr[data-item='Q8_0']")).to_contain_text("0.53")
    memory.set("memory", "0")
    memory.settle()
    assert "memory takes a number from" in memory.status.inner_text()
