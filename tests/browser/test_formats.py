"""The table of formats: a row and its point belong together, and a change of the sample needs no Python."""

import json

import pytest
from playwright.sync_api import expect

from mkdocs_quantlab.engine.core.resources import Resources
from mkdocs_quantlab.engine.core.widget import answer


@pytest.fixture
def lab(visit):
    return visit("material", "formats")


def test_a_row_lights_its_point(lab):
    formats = lab.widget("quantlab-1")
    row = formats.root.locator("tr[data-item]").nth(2)
    name = row.get_attribute("data-item")
    row.hover()
    lit = formats.root.locator(f".is-lit[data-item='{name}']")
    expect(lit).to_have_count(2)
    assert set(lit.evaluate_all("all => all.map(e => e.tagName.toLowerCase())")) == {"tr", "g"}
    expect(formats.detail).to_contain_text("dB")


def test_another_distribution_comes_from_a_frame(lab):
    formats = lab.widget("quantlab-1")
    before = formats.figure()
    formats.set("distribution", "laplace")
    assert formats.figure() != before
    expect(formats.result).to_contain_text("Laplace")
    assert lab.python_requests() == []


def test_a_parameter_count_changes_the_sizes(lab):
    formats = lab.widget("quantlab-1")
    formats.set("parameters", "1e9")
    formats.settle()
    row = formats.root.locator("tr", has_text="Q8_0").first
    # 8.5 bits each.
    expect(row).to_contain_text("1.06")
    formats.set("parameters", "-1")
    formats.settle()
    assert "parameters takes a number from" in formats.status.inner_text()


def test_what_was_measured_on_a_tensor_is_enough_to_redraw(visit):
    formats = visit("material", "measured").widget("quantlab-1")
    expect(formats.result).to_contain_text("On blk.0.attn_q.weight of f32")
    resources = Resources.from_json(
        json.loads(formats.root.get_attribute("data-resources").replace("\n", " "))
    )
    options = {"tensor": "f32:blk.0.attn_q.weight", "sort": "snr", "formats": "Q4_K IQ2_S Q5_1 F16"}
    formats.set("sort", "snr")
    formats.set("formats", options["formats"])
    formats.settle()
    assert formats.figure() == formats.same(
        answer("quantization-formats", options, resources)["html"]
    )
    formats.set("tensor", "f32:blk.1.attn_q.weight")
    formats.settle()
    assert "is not in the data of this figure" in formats.status.inner_text()
    formats.set("distribution", "laplace")
    formats.settle()
    expect(formats.result).to_contain_text("On Laplace weights")
    assert formats.control("tensor").input_value() == ""
    formats.start_over()
    expect(formats.result).to_contain_text("On blk.0.attn_q.weight of f32")
