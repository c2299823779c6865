"""Everything by keyboard, and what pointing at a part of a figure shows."""

import pytest
from playwright.sync_api import expect

FOCUSED = """() => {
  const e = document.activeElement;
  if (e.dataset.dragX) return `${e.localName} ${e.dataset.dragX}`;
  if (e.dataset.item) return `${e.localName} ${e.dataset.item}`;
  return [e.localName, e.name, e.type === 'radio' ? e.value : e.type === 'range' ? 'slider' : '']
    .filter(Boolean).join(' ') + (e.localName === 'a' || e.localName === 'button' ? e.textContent : '');
}"""


def focused(page):
    return page.evaluate(FOCUSED)


def walk(page, key, until, most=40):
    """The stops of a key from here to the element that is described so."""
    stops = []
    while len(stops) < most:
        page.keyboard.press(key)
        stops.append(focused(page))
        if stops[-1] == until:
            break
    return stops


EXPLORER_STOPS = [
    "input bits 4",
    "select scheme",
    "input weight",
    "input weight slider",
    "input max",
    "input min",
    "buttonReset",
    "aCopy link to this state",
    "g weight",
    "g q-1",
    "div",
    "tr b2",
    "div",
    "summary",
]
GRID_STOPS = [
    "input bits 4",
    "select scheme",
    "input view stored",
    "input block layer",
    "select preset",
    "input count",
    "input seed",
    "textarea weights",
    "buttonReset",
    "aCopy link to this state",
    "li w0",
    "div",
    "tr b2",
    "div",
    "summary",
    "summary",
]


def test_tab_goes_through_everything_and_out_again(visit):
    page = visit().page
    page.get_by_role("link", name="Before").focus()
    there = [*EXPLORER_STOPS, "aBetween", *GRID_STOPS, "aAfter"]
    assert walk(page, "Tab", "aAfter") == there
    assert walk(page, "Shift+Tab", "aBefore") == [*there[-2::-1], "aBefore"]


def test_arrow_keys_choose_bits(visit):
    lab = visit()
    explorer, page = lab.explorer, lab.page
    explorer.root.locator("[name=bits][value='4']").focus()
    for key, bits in (("ArrowRight", 5), ("ArrowRight", 6), ("ArrowLeft", 5), ("ArrowLeft", 4)):
        page.keyboard.press(key)
        assert focused(page) == f"input bits {bits}"
        expect(explorer.result).to_contain_text(f"At {bits} bits ")
    assert lab.python_requests() == []


def test_the_focus_is_seen(visit):
    lab = visit()
    page = lab.page
    page.get_by_role("link", name="Before").focus()
    # A radio button lies, transparent, over the label that shows its focus.
    outline = """() => {
      const e = document.activeElement;
      const seen = e.type === 'radio' ? e.nextElementSibling : e;
      const style = getComputedStyle(seen);
      return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
    }"""
    for stop in EXPLORER_STOPS:
        page.keyboard.press("Tab")
        assert focused(page) == stop
        assert page.evaluate(outline), f"no outline on {stop}"


GROUPS = [
    # Widget, group, and from its first item: key, then the item it leads to.
    (
        "explorer",
        "svg[role=group]",
        "ArrowRight q0, ArrowDown q1, ArrowLeft q0, ArrowUp q-1, ArrowUp q-1, End q3, ArrowRight q3, Home q-1",
    ),
    (
        "explorer",
        "tbody",
        "ArrowDown b3, ArrowRight b4, ArrowUp b3, End b8, ArrowDown b8, Home b2, ArrowLeft b2",
    ),
    (
        "grid",
        "[data-view=stored] ol",
        "ArrowRight w1, ArrowDown w5, ArrowDown w9, ArrowLeft w8, ArrowUp w4, End w15, ArrowDown w15, Home w0",
    ),
    ("grid", "tbody", "End b16, ArrowUp b8, Home b2"),
]


@pytest.mark.parametrize(("which", "group", "moves"), GROUPS)
def test_arrow_keys_move_the_focus_in_a_group(warm, which, group, moves):
    widget = getattr(warm, which)
    items = widget.items(group)
    items.first.focus()
    for move in moves.split(", "):
        key, item = move.split()
        warm.page.keyboard.press(key)
        assert focused(warm.page).split()[-1] == item, move
        # Tab comes back to where the reader was.
        assert items.evaluate_all(
            "all => all.filter(e => e.tabIndex === 0).map(e => e.dataset.item)"
        ) == [item]
    expect(widget.detail).not_to_have_class("is-hint")


def test_arrow_keys_follow_a_grid_of_another_width(warm):
    grid, page = warm.grid, warm.page
    grid.set("preset", "gaussian")
    grid.set("count", "40")
    grid.settle()
    grid.items("[data-view=stored] ol").first.focus()
    page.keyboard.press("ArrowDown")
    assert focused(page) == "li w8"
    page.set_viewport_size({"width": 1280, "height": 700})
    page.keyboard.press("ArrowUp")
    assert focused(page) == "li w0"


def test_other_keys_are_left_to_the_browser(warm):
    item = warm.explorer.items("tbody").first
    prevented = """e => new Promise(resolve => {
      e.addEventListener('keydown', event => setTimeout(() => resolve(event.defaultPrevented)), {once: true});
    })"""
    for key, expected in (("ArrowDown", True), ("Alt+ArrowLeft", False), ("PageDown", False)):
        item.focus()
        # Listening starts before the key is pressed: the promise is kept in the page.
        item.evaluate(f"e => {{ window.pressed = ({prevented})(e); }}")
        if key.startswith("Alt"):
            item.dispatch_event(
                "keydown", {"key": "ArrowLeft", "altKey": True, "bubbles": True, "cancelable": True}
            )
        else:
            item.dispatch_event("keydown", {"key": key, "bubbles": True, "cancelable": True})
        assert warm.page.evaluate("window.pressed") is expected, key


def test_pointing_shows_the_arithmetic(warm):
    explorer, grid = warm.explorer, warm.grid
    bucket = explorer.root.locator("g[data-item=q1]")
    bucket.hover()
    expect(explorer.detail).to_have_text(
        "1 * 0.130029 = 0.130029; weights from 0.065014 to 0.195043 round to it"
    )
    expect(bucket).to_contain_class("is-lit")
    assert explorer.root.locator(".is-lit").count() == 1
    row = explorer.root.locator("tr[data-item=b8]")
    row.hover()
    expect(explorer.detail).to_contain_text("round(0.156347 / 0.007167) = 22")
    expect(row).to_contain_class("is-lit")
    expect(bucket).not_to_contain_class("is-lit")
    warm.page.get_by_role("heading", name="Lab").hover()
    expect(explorer.detail).to_contain_text("arrow keys")
    assert explorer.root.locator(".is-lit").count() == 0

    grid.root.locator("summary").first.click()
    grid.root.locator("[data-view=stored] [data-item=w1]").hover()
    arithmetic = "round(-0.72 / 0.130000) = -6; -6 * 0.130000 = -0.780000; error -0.060000"
    expect(grid.detail).to_have_text(arithmetic)
    # The weight in all three views, and its line among all arithmetic.
    assert grid.root.locator(".is-lit").count() == 4
    expect(grid.root.locator("details .is-lit")).to_have_text(arithmetic)


def test_focus_shows_the_arithmetic(warm):
    grid, page = warm.grid, warm.page
    grid.items("[data-view=stored] ol").first.focus()
    expect(grid.detail).to_contain_text("round(0.91 / 0.130000) = 7")
    page.keyboard.press("ArrowRight")
    expect(grid.detail).to_contain_text("round(-0.72 / 0.130000) = -6")
    expect(grid.root.locator("[data-view=stored] [data-item=w1]")).to_contain_class("is-lit")
    page.keyboard.press("Shift+Tab")
    expect(grid.detail).to_contain_text("arrow keys")
    assert grid.root.locator(".is-lit").count() == 0


def test_what_is_pointed_at_stays_lit_when_the_figure_changes(warm):
    grid = warm.grid
    grid.items("[data-view=stored] ol").nth(1).hover()
    expect(grid.detail).to_contain_text("round(-0.72 / 0.130000)")
    # By script: the mouse stays where it is.
    grid.root.locator("[name=bits][value='3']").evaluate("e => e.click()")
    expect(grid.detail).to_contain_text("round(-0.72 / 0.303333) = -2")
    assert grid.root.locator(".is-lit").count() == 4


def test_a_late_answer_does_not_take_the_focus_away(visit, server):
    lab = visit()
    explorer, page = lab.explorer, lab.page
    with server.held("python.zip"):
        explorer.set("weight", "0.5")
        explorer.items("tbody").first.focus()
        page.keyboard.press("ArrowDown")
        assert focused(page) == "tr b3"
    explorer.settle()
    expect(explorer.result).to_contain_text("the weight 0.5 ")
    assert focused(page) == "tr b3"
    page.keyboard.press("ArrowDown")
    assert focused(page) == "tr b4"


def test_view_switch_by_keyboard(visit):
    lab = visit()
    grid, page = lab.grid, lab.page
    grid.root.locator("[name=view][value=stored]").focus()
    page.keyboard.press("ArrowRight")
    expect(grid.root.locator("[data-view=reconstructed]")).to_be_visible()
    expect(grid.root.locator("[data-view=stored]")).to_be_hidden()
    page.keyboard.press("ArrowRight")
    expect(grid.root.locator("[data-view=error]")).to_be_visible()
    assert grid.root.locator(".quantlab-view:visible").count() == 1
    assert lab.python_requests() == []
