"""Marks that are dragged, clicked, painted, scrubbed and played, by mouse, finger and keyboard; and marks that move."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from playwright.sync_api import expect

# Every state has a frame, so that nothing here waits for Python; what changes another option is looked up in its control.
WIDGET = """
from __future__ import annotations

from mkdocs_quantlab import api
from mkdocs_quantlab.api import Choice, FloatList, Html, Real, Scale, click, drag, join, paint, play, result, scrub, tag

TITLE = "Marks"
PLACES = {n: str(n) for n in range(0, 11)}


class Options(api.Options):
    primary = "place"

    place = Choice(2, PLACES, label="Place", help="Where the mark is.", menu=True)
    height = Real(50, 0, 100, label="Height", help="How high it is.")
    weights = FloatList((1.0, 0.0, 1.0, 0.0), 8, 1, label="Weights", help="What is painted.")

    # As parts of a form's own interface are called, in whose place the form has its controls.
    reset = Choice(1, {1: "1"}, label="Reset", help="Nothing.")
    children = Choice(1, {1: "1"}, label="Children", help="Nothing.")
    lang = Choice(1, {1: "1"}, label="Lang", help="Nothing.")


def render(given: Options) -> Html:
    x = Scale(0, 10, 0.1, 0.9)
    y = Scale(0, 100, 0.9, 0.1)
    picture = tag(
        "svg",
        tag("rect", x=0, y=0, width="100%", height="100%", fill="none", stroke="gray"),
        tag(
            "circle",
            cx=x.percent(given.place),
            cy="30",
            r=8,
            **drag("place", x=x, label="Place", spoken=f"place {given.place}"),
        ),
        tag("circle", cx="95%", cy=y.percent(given.height), r=8, id="lift", **drag("height", y=y, label="Height", step=5)),
        width="100%",
        height=200,
    )
    strip = tag(
        "div",
        tag("span", str(given.place)),
        style="height: 30px; background: rgb(128 128 128 / 30%)",
        **scrub("place", PLACES, label="All places"),
    )
    cells = tag(
        "div",
        (
            tag(
                "span",
                style="display: inline-block; width: 40px; height: 40px; border: 1px solid",
                **paint("weights", i, 1 - weight, label=f"Weight {i}"),
            )
            for i, weight in enumerate(given.weights)
        ),
        style="display: grid; grid-template-columns: 44px 44px",
    )
    return join(
        result(f"The mark is at {given.place}."),
        picture,
        strip,
        cells,
        tag("button", "To seven", type="button", **click("place", 7)),
        tag("span", "To three", **click("place", 3)),
        tag("button", "Play", **play("place", range(7, 11), 30)),
    )
"""


@pytest.fixture(scope="module")
def page_of_marks(server, tmp_path_factory):
    """A site with a widget of its own that has every kind of mark."""
    folder = tmp_path_factory.mktemp("marks")
    (folder / "docs").mkdir()
    (folder / "widgets").mkdir()
    (folder / "widgets" / "marks.py").write_text(WIDGET, encoding="utf-8")
    (folder / "docs" / "index.md").write_text("# Marks\n\n<div data-marks></div>\n", "utf-8")
    theme = {"name": "mkdocs", "highlightjs": False}
    plugins = ["search", {"quantlab": {"pyodide": "off"}}]
    config = {"site_name": "Marks", "theme": theme, "plugins": plugins}
    (folder / "mkdocs.yml").write_text(json.dumps(config), encoding="utf-8")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    server.sites["marks"] = folder / "site"
    return f"{server.origin}/marks/"


@pytest.fixture
def marks(visit, page_of_marks):
    widget = visit(url=page_of_marks).widget("quantlab-1")
    # The script of marks comes after the page's own: until then nothing answers.
    expect(mark(widget, "[data-drag-x]")).to_have_role("slider")
    return widget


def mark(widget, selector):
    return widget.root.locator(f"figure {selector}")


def place(widget, at):
    """The mark is there: the figure says so, and so does the form."""
    expect(widget.result).to_have_text(f"The mark is at {at}.")
    expect(widget.control("place")).to_have_value(str(at))


def middle(locator):
    locator.scroll_into_view_if_needed()
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def step_of(widget):
    """Pixels between two places."""
    return mark(widget, "> svg").bounding_box()["width"] * 0.8 / 10


def test_dragging_by_mouse(marks):
    point = mark(marks, "[data-drag-x]")
    x, y = middle(point)
    point.evaluate("e => (e.sameElement = true)")
    mouse = marks.page.mouse
    mouse.move(x + 3, y + 3)
    mouse.down()
    place(marks, 2)  # where it is taken does not matter
    mouse.move(x + 3 + 3.2 * step_of(marks), y + 60, steps=5)
    place(marks, 5)
    assert point.evaluate("e => e.sameElement && e === document.activeElement")
    mouse.move(x + 5000, y)
    place(marks, 10)
    mouse.up()
    mouse.move(x, y)
    place(marks, 10)
    # As by the form's own control: it is in the link, and Reset takes it back.
    assert "quantlab-1.place=10" in marks.link.get_attribute("href")
    marks.start_over()
    place(marks, 2)


def test_dragging_upwards_keeps_to_steps_and_limits(marks):
    lift = mark(marks, "#lift")
    height = marks.control("height")
    x, y = middle(lift)
    tall = mark(marks, "> svg").bounding_box()["height"] * 0.8
    mouse = marks.page.mouse
    mouse.move(x, y)
    mouse.down()
    mouse.move(x, y - 0.22 * tall)
    expect(height).to_have_value("70")
    mouse.move(x, y - 900)
    expect(height).to_have_value("100")
    mouse.up()


@pytest.mark.parametrize("kind", ["drag-x", "scrub"])
def test_by_finger(visit, page_of_marks, kind):
    widget = visit(url=page_of_marks, has_touch=True).widget("quantlab-1")
    target = mark(widget, f"[data-{kind}]")
    assert target.evaluate("e => getComputedStyle(e).touchAction") == "pan-y"
    x, y = middle(target)
    to = x + 3 * step_of(widget) if kind == "drag-x" else x + 0.15 * target.bounding_box()["width"]
    send = widget.page.context.new_cdp_session(widget.page).send
    touch = lambda name, *points: send("Input.dispatchTouchEvent", {"type": name, "touchPoints": [{"x": x, "y": y} for x, y in points]})  # noqa: E731  # fmt: skip
    touch("touchStart", (x, y))
    touch("touchMove", ((x + to) / 2, y))
    touch("touchMove", (to, y))
    place(widget, 5 if kind == "drag-x" else 7)
    touch("touchEnd")


def test_dragging_by_keyboard(marks):
    point = mark(marks, "[data-drag-x]")
    expect(point).to_have_role("slider")
    expect(point).to_have_accessible_name("Place")
    point.focus()
    for key, at in [("ArrowRight", 3), ("ArrowUp", 4), ("ArrowLeft", 3), ("End", 10), ("ArrowRight", 10), ("PageDown", 0), ("Home", 0)]:  # fmt: skip
        point.press(key)
        place(marks, at)
        expect(point).to_be_focused()
        expect(point).to_have_attribute("aria-valuenow", str(at))
        expect(point).to_have_attribute("aria-valuetext", f"place {at}")
    assert [point.get_attribute(f"aria-value{end}") for end in ("min", "max")] == ["0", "10"]
    point.press("Control+ArrowRight")
    place(marks, 0)
    lift = mark(marks, "#lift")
    expect(lift).to_have_attribute("aria-orientation", "vertical")
    lift.press("ArrowUp")
    expect(marks.control("height")).to_have_value("55")
    expect(lift).to_have_attribute("aria-valuenow", "55")


def test_a_control_without_a_number_is_left_alone(marks):
    marks.control("height").fill("abc")
    mark(marks, "#lift").press("ArrowUp")
    expect(marks.control("height")).to_have_value("abc")


def test_clicking(marks):
    seven, three = (mark(marks, f"[data-click][data-value='{n}']") for n in (7, 3))
    seven.click()
    place(marks, 7)
    expect(seven).to_have_attribute("aria-pressed", "true")
    expect(three).to_have_attribute("aria-pressed", "false")
    expect(three).to_have_role("button")
    three.press("Enter")
    place(marks, 3)
    seven.press(" ")
    place(marks, 7)
    three.press(" ")
    place(marks, 3)


def test_painting(marks):
    cells = mark(marks, "[data-paint]")
    weights = marks.control("weights")
    mouse = marks.page.mouse
    mouse.move(*middle(cells.nth(0)))
    mouse.down()
    expect(weights).to_have_value("0 0 1 0")
    expect(marks.status).not_to_be_empty()  # which takes its room
    places = [middle(cells.nth(i)) for i in range(4)]
    mouse.move(*places[2], steps=4)
    expect(weights).to_have_value("0 0 0 0")
    # What the stroke began with is painted, whatever the others would become.
    mouse.move(*places[3], steps=4)
    mouse.up()
    expect(weights).to_have_value("0 0 0 0")
    mouse.move(*places[1])
    expect(weights).to_have_value("0 0 0 0")


def test_painting_by_keyboard(marks):
    cells = mark(marks, "[data-paint]")
    weights = marks.control("weights")
    assert cells.evaluate_all("all => all.map(e => e.tabIndex)") == [0, -1, -1, -1]
    cells.nth(0).focus()
    for key, at in [("ArrowRight", 1), ("ArrowRight", 1), ("ArrowDown", 3), ("ArrowLeft", 2), ("ArrowUp", 0), ("ArrowDown", 2)]:  # fmt: skip
        marks.page.keyboard.press(key)
        expect(cells.nth(at)).to_be_focused()
    marks.page.keyboard.press("Enter")
    expect(weights).to_have_value("1 0 0 0")


def test_scrubbing(marks):
    strip = mark(marks, "[data-scrub]")
    box = strip.bounding_box()
    mouse = marks.page.mouse
    mouse.move(box["x"] + box["width"] * 0.5 / 11, box["y"] + 5)
    mouse.down()
    place(marks, 0)
    for at in (4, 9):
        mouse.move(box["x"] + box["width"] * (at + 0.5) / 11, box["y"] + 80)
        place(marks, at)
    mouse.up()
    strip.press("ArrowLeft")
    place(marks, 8)
    expect(strip).to_have_role("slider")
    expect(strip).to_have_attribute("aria-valuenow", "8")
    strip.press("End")
    place(marks, 10)


def test_playing(marks):
    button = mark(marks, "[data-play]")
    expect(button).to_be_visible()
    marks.page.evaluate(
        "() => { window.seen = []; new MutationObserver(() => seen.push(document.querySelector('figure figcaption').textContent))"
        ".observe(document.querySelector('quantlab-widget figure'), {childList: true, subtree: true}); }"
    )
    button.click()
    place(marks, 10)
    expect(button).to_have_attribute("aria-pressed", "false")
    seen = marks.page.evaluate("[...new Set(seen)]")
    assert seen == [f"The mark is at {n}." for n in (7, 8, 9, 10)]


def test_playing_stops(visit, page_of_marks):
    shown = visit(url=page_of_marks)
    shown.page.clock.install(time=0)
    shown.open(page_of_marks)
    shown.page.clock.pause_at(60_000)
    marks = shown.widget("quantlab-1")
    button = mark(marks, "[data-play]")
    for end in (button.click, lambda: marks.set("place", "8"), marks.reset.click):
        marks.set("place", "2")
        button.click()
        place(marks, 7)
        expect(button).to_have_attribute("aria-pressed", "true")
        end()
        expect(button).to_have_attribute("aria-pressed", "false")
        now = marks.control("place").input_value()
        shown.page.clock.run_for(200)
        assert marks.control("place").input_value() == now


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_marks_with_keys_move(visit, page_of_marks, motion):
    marks = visit(url=page_of_marks, reduced_motion=motion).widget("quantlab-1")
    point = mark(marks, "[data-drag-x]")
    moving = "e => e.getAnimations().map(a => a.transitionProperty)"
    marks.page.evaluate("document.querySelector('[data-drag-x]').sameElement = true")
    found = point.evaluate(
        f"e => {{ const select = document.querySelector('select[name=place]'); select.value = '9';"
        f" select.dispatchEvent(new Event('input', {{bubbles: true}})); return ({moving})(e); }}"
    )
    assert found == (["cx"] if motion == "no-preference" else [])
    assert point.evaluate("e => e.sameElement")
    assert not mark(marks, "[data-scrub]").evaluate("e => 'sameElement' in e")


def test_without_script_marks_are_a_picture(visit, page_of_marks):
    page = visit(url=page_of_marks, java_script_enabled=False).page
    figure = page.locator("figure")
    assert figure.locator("[role], [tabindex]").count() == 0
    expect(figure.get_by_text("Play")).to_be_hidden()


def test_the_weight_is_dragged_on_the_number_line(warm):
    explorer = warm.explorer
    grip = mark(explorer, "[data-drag-x=weight]")
    x, y = middle(grip)
    mouse = warm.page.mouse
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + 40, y, steps=4)
    mouse.up()
    explorer.settle()
    weight = float(explorer.control("weight").input_value())
    wide = mark(explorer, ".quantlab-line").first.bounding_box()["width"]
    assert weight == pytest.approx(0.156347 + 40 * 2 * 0.9102 / (0.94 * wide), abs=0.01)
    expect(explorer.result).to_contain_text(f"the weight {weight:g} is stored")
    assert middle(grip)[0] == pytest.approx(x + 40, abs=2)
    expect(grip).to_have_attribute("aria-valuetext", f"{weight:g}")
    grip.press("Home")
    expect(explorer.result).to_contain_text("the weight -0.9102 is stored")
