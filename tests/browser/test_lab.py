"""Lab pages: the list of objectives remembers, says when it cannot, and all of it is there for every reader."""

import json

import pytest
from playwright.sync_api import expect

from tests.paths import AXE

THEMES = ["material", "mkdocs", "readthedocs"]
BLOCKED = """Object.defineProperty(window, 'localStorage', {
  get() { throw new DOMException('denied', 'SecurityError'); },
});"""
FULL = """Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };"""
KEPT = "Object.entries(localStorage).filter(([key]) => key.startsWith('quantlab-objectives'))"


def objectives(page):
    root = page.locator("quantlab-objectives")
    expect(root).to_have_attribute("data-ready", "")
    return root


def marks(page):
    return page.locator("quantlab-objectives input").evaluate_all("all => all.map(e => e.checked)")


def status(page, text):
    expect(objectives(page).get_by_role("status")).to_have_text(text)


@pytest.mark.parametrize("name", ["material", "mkdocs-flat", "readthedocs"])
def test_marks_outlive_a_reload_and_stay_with_their_page(visit, name):
    lab = visit(name, page="lab-1")
    page = lab.page
    status(page, "0 of 2 done. Kept in this browser only.")
    expect(page.get_by_role("button", name="Start over")).to_be_hidden()
    page.get_by_label("Objective 2 is done: Compare").check()
    status(page, "1 of 2 done. Kept in this browser only.")
    # The box at the end of the objective is the same mark.
    expect(page.get_by_label("Objective 2 is done", exact=True)).to_be_checked()
    page.reload()
    assert objectives(page)
    assert marks(page) == [False, True]
    page.get_by_label("Objective 1 is done", exact=True).check()
    assert marks(page) == [True, True]
    page.get_by_role("link", name="To the other lab").click()
    expect(page.locator("h1")).to_contain_text("Another lab")
    status(page, "0 of 1 done. Kept in this browser only.")
    page.get_by_label("Objective 1 is done: Round").check()
    page.get_by_role("link", name="To the first lab").click()
    expect(page.locator("h1")).to_contain_text("A lab")
    status(page, "2 of 2 done. Kept in this browser only.")
    page.get_by_role("button", name="Start over").click()
    assert marks(page) == [False, False]
    kept = dict(page.evaluate(KEPT))
    assert sorted(json.loads(value) for value in kept.values()) == [[], ["objective-1-round"]]


def test_the_pages_address_has_several_spellings(visit, site):
    lab = visit("mkdocs", page="lab-1")
    lab.page.get_by_label("Objective 1 is done: Round").check()
    lab.open(f"{site('mkdocs').url}lab-1/index.html?x=1#objective-2-compare")
    assert objectives(lab.page)
    assert marks(lab.page) == [True, False]


def test_two_tabs_agree(visit, site):
    lab = visit("mkdocs", page="lab-1")
    other = lab.beside(site("mkdocs").page("lab-1"))
    assert objectives(other.page)
    lab.page.get_by_label("Objective 1 is done: Round").check()
    status(other.page, "1 of 2 done. Kept in this browser only.")
    assert marks(other.page) == [True, False]


@pytest.mark.parametrize("script", [BLOCKED, FULL])
def test_storage_that_is_blocked_or_full_is_said(visit, site, script):
    lab = visit("mkdocs", page="plain")
    lab.page.add_init_script(script)
    lab.open(site("mkdocs").page("lab-1"))
    lab.page.get_by_label("Objective 1 is done: Round").check()
    status(
        lab.page,
        "1 of 2 done. This browser stores nothing for this page: the marks are lost when you leave it.",
    )
    assert marks(lab.page) == [True, False]


@pytest.mark.parametrize("kept", ["{", "null", '"x"', '["gone", 3]'])
def test_what_is_no_list_of_marks_counts_as_none(visit, kept):
    lab = visit("mkdocs", page="lab-1")
    lab.page.get_by_label("Objective 1 is done: Round").check()
    lab.page.evaluate(f"kept => {KEPT}.forEach(([key]) => localStorage.setItem(key, kept))", kept)
    lab.page.reload()
    status(lab.page, "0 of 2 done. Kept in this browser only.")


def test_by_keyboard(visit):
    page = visit("mkdocs", page="lab-1").page
    page.get_by_label("Objective 1 is done: Round").focus()
    page.keyboard.press("Space")
    assert marks(page) == [True, False]
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.hash") == "#objective-1-round"
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Start over")).to_be_focused()
    page.keyboard.press("Enter")
    assert marks(page) == [False, False]


def test_sections_are_landmarks(visit):
    page = visit("mkdocs", page="lab-1").page
    for name in ("Objective 1: Round", "Execute: Write it down"):
        expect(page.get_by_role("region", name=name)).to_be_visible()
    expect(page.get_by_role("navigation", name="Objectives")).to_be_visible()
    assert page.get_by_role("note").inner_text() == "Careful."


@pytest.mark.parametrize("name", [*THEMES, "material, dark", "mkdocs-dark"])
@pytest.mark.parametrize("lab_page", ["lab-1", "lab-2"])
def test_accessibility(visit, name, lab_page):
    name, _, dark = name.partition(", ")
    lab = visit(name, page=lab_page)
    # With a dark mode and no highlight.js, MkDocs's own darkmode.js stumbles.
    lab.allow("setting 'disabled'")
    if dark:
        lab.page.locator("label[for=__palette_1]").click()
    lab.page.get_by_label("Objective 1 is done: Round").check()
    lab.page.evaluate("Promise.all(document.getAnimations().map(a => a.finished.catch(() => {})))")
    lab.page.evaluate(AXE.read_text(encoding="utf-8"))
    found = lab.page.evaluate(
        """async () => (await axe.run({include: ['.lab-objectives', '.lab-objective']}, {resultTypes: ['violations']})).violations
          .map(v => `${v.id}: ${v.nodes.map(n => `${n.target} ${n.failureSummary}`).join('\\n')}`)"""
    )
    assert found == []


@pytest.mark.parametrize("theme", THEMES)
def test_a_phone(visit, theme):
    lab = visit(theme, page="lab-1", viewport={"width": 320, "height": 800})
    assert objectives(lab.page)
    assert lab.page.evaluate("document.documentElement.scrollWidth") <= 320
    # Numbers in discs are instead of the theme's own, not beside them.
    assert set(
        lab.page.locator(".lab-steps > li").evaluate_all(
            "all => all.map(e => getComputedStyle(e).listStyleType)"
        )
    ) == {'""'}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("script", [True, False])
def test_on_paper(visit, theme, script):
    lab = visit(theme, page="lab-1", java_script_enabled=script)
    page = lab.page
    root = page.locator("quantlab-objectives")
    if script:
        page.get_by_label("Objective 1 is done: Round").check()
    page.emulate_media(media="print")
    expect(root.get_by_role("link", name="Compare")).to_be_visible()
    expect(page.locator(".lab-steps li").first).to_be_visible()
    assert root.locator("button:visible, [role=status]:visible").count() == 0
    assert root.locator("input:visible").count() == (2 if script else 0)
    box = (
        root.locator("a").first.evaluate("e => getComputedStyle(e, '::before').content")
        if script
        else None
    )
    assert box in (None, "none")


def test_without_style_the_page_is_in_order(visit):
    lab = visit("mkdocs", page="lab-1", java_script_enabled=False)
    text = lab.page.locator("[role=main]").text_content()
    parts = ["Objectives", "Round", "Compare", "Objective 1: Round", "Explore: The line"]
    parts += ["Execute: By hand", "Compute the scale", "Objective 2: Compare", "Once."]
    at = 0
    for part in parts:
        at = text.index(part, at) + 1
