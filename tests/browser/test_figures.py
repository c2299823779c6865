"""What the figures show, from frames and from the page's Python."""

import pytest
from playwright.sync_api import expect

from mkdocs_quantlab.engine.core.widget import answer

EXPLORER = "quantization-explorer"
GRID = "quantization-grid-explorer"


def test_upgrade(visit):
    lab = visit()
    for widget, names in (
        (lab.explorer, ["bits", "weight", "max"]),
        (lab.grid, ["bits", "view", "block", "preset", "count", "seed", "weights"]),
    ):
        assert widget.root.locator("form [hidden]:visible").count() == 0
        for name in names:
            expect(widget.control(name).first).to_be_visible()
        expect(widget.reset).to_be_visible()
        expect(widget.link).to_be_visible()
        expect(widget.stop).to_be_hidden()
        expect(widget.status).to_be_empty()
        expect(widget.detail).to_contain_text("arrow keys")
    assert lab.python_requests() == []


def test_explorer_numbers_come_from_frames(visit):
    lab = visit()
    explorer = lab.explorer
    expected = {"2": "0.000000", "4": "0.130029", "6": "0.146806", "8": "0.157672"}
    for bits, value in expected.items():
        explorer.set("bits", bits)
        expect(explorer.result.locator("strong")).to_have_text(value)
        expect(explorer.root.locator("tr[aria-current] td").nth(3)).to_have_text(value)
        assert explorer.figure() == explorer.same(answer(EXPLORER, {"bits": bits})["html"])
    assert lab.python_requests() == []


def test_grid_numbers_come_from_frames(visit):
    lab = visit()
    grid = lab.grid
    expected = {
        "2": "0.20290",
        "3": "0.07477",
        "4": "0.03897",
        "5": "0.02046",
        "6": "0.00820",
        "8": "0.00219",
    }
    for bits, value in expected.items():
        grid.set("bits", bits)
        expect(grid.result).to_contain_text(f"RMSE of {value} ")
        fact = grid.root.locator("dl > div").filter(has=grid.page.get_by_text("RMSE", exact=True))
        expect(fact.locator("dd")).to_have_text(value)
        expect(grid.root.locator("tr[aria-current] td").nth(2)).to_have_text(value)
    assert lab.python_requests() == []


def test_dragging_along_the_buttons(visit):
    lab = visit()
    explorer, mouse = lab.explorer, lab.page.mouse
    places = {}
    for bits in (4, 5, 7):
        box = explorer.root.locator(f"[name=bits][value='{bits}']").bounding_box()
        places[bits] = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    mouse.move(*places[4])
    mouse.down()
    for bits in (5, 7):
        mouse.move(*places[bits], steps=5)
        expect(explorer.result).to_contain_text(f"At {bits} bits")
    mouse.up()
    mouse.move(*places[5], steps=5)
    expect(explorer.result).to_contain_text("At 7 bits")
    expect(explorer.root.locator("[name=bits][value='7']")).to_be_checked()
    assert lab.python_requests() == []


def test_sentence_is_read_out(visit):
    explorer = visit().explorer
    explorer.set("bits", "6")
    live = explorer.root.locator(".quantlab-live")
    expect(live).to_have_attribute("role", "status")
    expect(live).to_contain_text("At 6 bits the weight 0.156347 is stored as the integer 5")


CASES = [
    (EXPLORER, {"weight": "0.5"}),
    (EXPLORER, {"weight": "-0.9102", "bits": "2"}),
    (EXPLORER, {"max": "2.5", "weight": "-1.75", "bits": "8"}),
    (EXPLORER, {"weight": "0"}),
    (EXPLORER, {"weight": "1e-7", "max": "1e-6", "bits": "3"}),
    (GRID, {"preset": "gaussian", "seed": "7"}),
    (GRID, {"preset": "gaussian", "count": "256", "seed": "999999", "bits": "16"}),
    (GRID, {"preset": "laplace", "count": "64", "seed": "3", "block": "8", "bits": "3"}),
    (GRID, {"preset": "outlier", "count": "33", "seed": "0", "block": "16", "bits": "2"}),
    (GRID, {"block": "4", "bits": "16"}),
    (GRID, {"block": "32", "bits": "7"}),
    (GRID, {"weights": "1 -1 0.5,-0.25; 3e-5", "block": "4"}),
    (GRID, {"weights": "0 0 0"}),
    (GRID, {"weights": "0.333333333"}),
]


@pytest.mark.parametrize(("name", "options"), CASES)
def test_python_draws_what_cpython_draws(warm, name, options):
    widget = warm.explorer if name == EXPLORER else warm.grid
    before = widget.figure()
    for option, value in options.items():
        widget.set(option, value)
        widget.settle()
    assert widget.figure() == widget.same(answer(name, options)["html"])
    assert widget.figure() != before
    expect(widget.status).to_be_empty()


def test_controls_follow_each_other(warm):
    explorer = warm.explorer
    slider = explorer.control("weight", "[type=range]")
    explorer.set("max", "2")
    explorer.settle()
    expect(slider).to_have_attribute("max", "2")
    explorer.set("weight", "1.5")
    expect(slider).to_have_value("1.5")
    slider.press("Home")
    expect(explorer.control("weight")).to_have_value("-2")
    explorer.settle()
    expect(explorer.result).to_contain_text("the weight -2 is stored as the integer -7")
    explorer.reset.click()
    expect(slider).to_have_attribute("max", "0.9102")
    for kind in ("[type=range]", ":not([type=range])"):
        expect(explorer.control("weight", kind)).to_have_value("0.156347")


def test_presets_and_own_weights_replace_each_other(warm):
    grid = warm.grid
    drawn = answer(GRID, {"preset": "outlier"})
    grid.set("preset", "outlier")
    expect(grid.control("weights")).to_have_value(drawn["values"]["weights"])
    grid.set("weights", "1 2 3")
    expect(grid.control("preset")).to_have_value("custom")
    expect(grid.control("count")).to_have_value("3")
    grid.set("preset", "outlier")
    expect(grid.control("weights")).to_have_value(drawn["values"]["weights"])
    expect(grid.control("count")).to_have_value("16")
    assert grid.figure() == grid.same(drawn["html"])


def test_back_to_the_toy_layer(warm):
    grid = warm.grid
    toy = grid.figure()
    for option, value in {"preset": "gaussian", "count": "64", "seed": "5"}.items():
        grid.set(option, value)
        grid.settle()
    assert grid.figure() != toy
    grid.set("preset", "toy")
    grid.settle()
    assert grid.status.inner_text() == ""
    assert grid.figure() == toy


def test_opened_details_stay_open(warm):
    grid = warm.grid
    grid.root.locator("summary").first.click()
    arithmetic = grid.root.locator("details li").first
    expect(arithmetic).to_be_visible()
    grid.set("bits", "3")
    expect(arithmetic).to_be_visible()
    grid.set("block", "4")
    grid.settle()
    expect(arithmetic).to_be_visible()
    expect(arithmetic).to_have_text(
        "round(0.91 / 0.303333) = 3; 3 * 0.303333 = 0.910000; error +0.000000"
    )


BAD = {
    "out of range": ("explorer", "weight", "1000.5"),
    "not in the slider's range": ("explorer", "weight", "5"),
    "negative": ("explorer", "max", "-1"),
    "empty": ("explorer", "weight", ""),
    "not whole": ("grid", "seed", "1.5"),
    "no weights": ("grid", "weights", " , "),
    "not a number": ("grid", "weights", "0.5 half 1"),
    "NaN": ("grid", "weights", "0.5 nan"),
    "infinite": ("grid", "weights", "inf"),
    "markup": ("grid", "weights", "<img src=x onerror=alert(1)>"),
    "too many": ("grid", "weights", "0.5 " * 10_000),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_value_is_explained_and_the_figure_kept(warm, case):
    which, option, value = BAD[case]
    widget = getattr(warm, which)
    before = widget.figure()
    widget.set(option, value)
    widget.settle()
    line = widget.status.inner_text()
    assert line.startswith(f"{option} ")
    assert "takes" in line
    assert "\n" not in line
    assert "`" not in line
    assert len(line) < 250
    # A sentence, not one whose end is missing because nothing was found.
    assert not line.rstrip().endswith("found")
    for control in widget.control(option).all():
        expect(control).to_have_attribute("aria-invalid", "true")
    assert widget.root.locator("[aria-invalid]").count() == widget.control(option, "").count()
    assert widget.figure() == before

    widget.set(option, "1")
    if option == "seed":
        widget.set("preset", "gaussian")
    if option == "weight":
        widget.set("max", "1")
    widget.settle()
    assert widget.status.inner_text() == ""
    assert widget.root.locator("[aria-invalid]").count() == 0
    assert widget.figure() != before


def test_words_in_a_number_box(warm):
    explorer = warm.explorer
    box = explorer.control("weight")
    explorer.set("max", "1")
    explorer.settle()
    box.press("ControlOrMeta+a")
    box.press("1")
    explorer.settle()
    box.press("e")  # what Chromium lets through, and hands on as no value at all
    explorer.settle()
    expect(box).to_have_attribute("aria-invalid", "true")
    expect(explorer.result).to_contain_text("the weight 1 ")  # the figure of the first key
    box.press_sequentially("-1")
    explorer.settle()
    expect(box).not_to_have_attribute("aria-invalid", "true")
    expect(explorer.result).to_contain_text("the weight 0.1 ")


def test_a_dragged_slider_is_not_answered_value_by_value(warm):
    explorer = warm.explorer
    explorer.set("weight", "0.1")
    explorer.settle()
    asked = len(warm.tally("posted"))
    explorer.control("weight", "[type=range]").evaluate(
        """slider => {
          for (let i = 1; i <= 30; i++) {
            slider.value = String(i / 50);
            slider.dispatchEvent(new Event('input', {bubbles: true}));
          }
        }"""
    )
    explorer.settle()
    expect(explorer.result).to_contain_text("the weight 0.6 ")
    assert explorer.figure() == explorer.same(answer(EXPLORER, {"weight": "0.6"})["html"])
    assert 1 <= len(warm.tally("posted")) - asked < 30


def test_a_frame_overtakes_python(warm):
    explorer = warm.explorer
    explorer.set("weight", "0.5")
    explorer.settle()
    answered = len(warm.tally("received"))
    explorer.set("weight", "0.25")
    explorer.start_over()
    warm.wait_for(f"tally.received.length > {answered}")
    assert explorer.figure() == explorer.same(answer(EXPLORER, {})["html"])
    expect(explorer.status).to_be_empty()
