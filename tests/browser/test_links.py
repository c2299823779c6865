"""Links that carry a widget's state, and Reset."""

import pytest
from playwright.sync_api import expect

from mkdocs_quantlab.engine.core.widget import answer

EXPLORER = "quantization-explorer"
GRID = "quantization-grid-explorer"

CASES = [
    ("index", "quantlab-1", {"bits": "7"}, False),
    ("index", "quantlab-1", {"max": "2", "weight": "1.5", "bits": "3"}, True),
    ("index", "quantlab-2", {"bits": "16", "view": "error"}, False),
    ("index", "quantlab-2", {"preset": "laplace", "count": "20", "seed": "9", "block": "4"}, True),
    ("index", "quantlab-2", {"weights": "1, 2; -3.5", "bits": "2"}, True),
    ("own", "single", {"bits": "6"}, False),
    ("own", "single", {"weight": "-0.25"}, True),
    ("own", "layer", {"preset": "gaussian"}, True),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_link_carries_the_state(warm_visit, visit, site, case):
    page, identifier, options, needs_python = case
    url = site("material").page(page)
    # The other reader's browser has Python at hand; the new reader's has nothing.
    first = warm_visit.beside(url)
    widget = first.widget(identifier)
    initial = widget.figure()
    for name, value in options.items():
        widget.set(name, value)
        widget.settle()
    changed = widget.figure()
    assert changed != initial
    link = widget.link.get_attribute("href")
    first.page.close()
    assert link.startswith(url)
    assert link.endswith(f"#{identifier}")
    for name in options:
        assert f"{identifier}.{name}=" in link

    second = visit(page=page, query=link.removeprefix(url))
    restored = second.widget(identifier)
    restored.settle()
    assert restored.figure() == changed
    for name, value in options.items():
        for control in restored.control(name, "").all():
            if control.get_attribute("type") == "radio":
                expect(control).to_be_checked(checked=control.get_attribute("value") == value)
            else:
                expect(control).to_have_value(value)
    assert bool(second.python_requests()) is needs_python

    restored.start_over()
    assert restored.figure() == initial
    assert restored.link.get_attribute("href") == f"{url}#{identifier}"


def test_copying_the_link(visit):
    lab = visit(permissions=["clipboard-read", "clipboard-write"])
    explorer = lab.explorer
    explorer.set("bits", "6")
    explorer.link.click()
    expect(explorer.status).to_have_text("Link copied.")
    copied = lab.page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{lab.page.url}?quantlab-1.bits=6#quantlab-1"
    # It was copied, not followed.
    assert "quantlab-1" not in lab.page.url


def test_a_link_that_cannot_be_copied(visit):
    lab = visit()
    lab.page.evaluate(
        "() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }"
    )
    lab.explorer.link.click()
    expect(lab.explorer.status).to_contain_text("did not allow")


def test_both_widgets_of_a_page_in_one_link(visit):
    lab = visit(query="?quantlab-1.bits=3&quantlab-2.bits=8&utm=x")
    expect(lab.explorer.result).to_contain_text("At 3 bits")
    expect(lab.grid.result).to_contain_text("at 8 bits")
    lab.explorer.set("bits", "5")
    link = lab.explorer.link.get_attribute("href")
    for part in ("quantlab-1.bits=5", "quantlab-2.bits=8", "utm=x"):
        assert part in link
    assert link.count("quantlab-1.") == 1


@pytest.mark.parametrize(
    ("query", "line"),
    [
        ("?quantlab-1.bits=9", "bits takes one of"),
        ("?quantlab-1.bits=constructor", "bits takes one of"),
        ("?quantlab-1.weight=0.5x", "weight takes a number"),
        ("?quantlab-2.weights=<b>bold</b>", "weights takes 1 to 256 numbers"),
        ("?quantlab-2.preset=gauss", "preset takes one of"),
    ],
)
def test_a_link_with_a_bad_state(visit, query, line):
    lab = visit(query=query)
    widget = lab.explorer if "quantlab-1" in query else lab.grid
    widget.settle()
    name = EXPLORER if "quantlab-1" in query else GRID
    assert widget.figure() == widget.same(answer(name, {})["html"])
    assert line in widget.status.inner_text()
    widget.start_over()
    assert widget.status.inner_text() == ""
    widget.set("bits", "3")
    expect(widget.result).to_contain_text("t 3 bits ")


def test_a_link_with_options_that_exclude_each_other(visit):
    lab = visit(query="?quantlab-2.preset=gaussian&quantlab-2.weights=1")
    grid = lab.grid
    grid.settle()
    # Either may win, or the page may say what is wrong; but the controls never belie the figure.
    if not grid.status.inner_text():
        weights = grid.control("weights").input_value()
        drawn = answer(GRID, {"preset": "gaussian"})["values"]["weights"]
        preset = {"1": None, drawn: "gaussian", answer(GRID, {})["values"]["weights"]: "toy"}[
            weights
        ]
        assert grid.control("preset").input_value() == (preset or "custom")
        options = {"preset": preset} if preset else {"weights": weights}
        assert grid.figure() == grid.same(answer(GRID, options)["html"])


def test_a_link_with_names_that_are_no_options(visit):
    lab = visit(query="?quantlab-1.colour=red&quantlab-1=4&quantlab-9.bits=2&bits=2")
    expect(lab.explorer.result).to_contain_text("At 4 bits")
    expect(lab.explorer.status).to_be_empty()
    assert lab.python_requests() == []


def test_a_reload_shows_what_the_address_says(visit):
    lab = visit()
    explorer = lab.explorer
    explorer.set("bits", "6")
    explorer.set("weight", "0.5")
    explorer.settle()
    lab.page.reload()
    explorer = lab.explorer
    expect(explorer.root.locator("[name=bits][value='4']")).to_be_checked()
    expect(explorer.control("weight")).to_have_value("0.156347")
    expect(explorer.result).to_contain_text("At 4 bits the weight 0.156347")
