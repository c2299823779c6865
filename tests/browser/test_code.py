"""The Python of a figure: read, edited, run, and brought by a link."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from mkdocs_quantlab.engine.core.live_code import source
from mkdocs_quantlab.engine.core.widget import answer, widget

pytestmark = pytest.mark.xdist_group("browser")

GRID = "quantization-grid-explorer"
SYMMETRIC = source(widget(GRID).editable.objects["symmetric"])
TRUNCATED = SYMMETRIC.replace("stored(weight, self.scale)", "int(weight / self.scale)")
assert TRUNCATED != SYMMETRIC


class Panel:
    """The part of a widget that shows its code."""

    def __init__(self, grid):
        self.grid = grid
        self.root = grid.root.locator(".quantlab-code")
        self.said = self.root.locator("p[role=status]")
        self.text = self.root.locator(".cm-content")
        self.wrong = self.root.locator(".quantlab-wrong")

    def press(self, name):
        self.root.get_by_role("button", name=name).click()

    def edit(self):
        self.root.locator("summary").click()
        self.press("Edit")
        expect(self.text).to_be_visible()

    def write(self, code):
        """Puts code into the editor by the clipboard's way, which indents nothing."""
        self.text.click()
        self.grid.page.keyboard.press("Control+a")
        self.grid.page.keyboard.insert_text(code)


@pytest.fixture
def panel(visit):
    return Panel(visit().grid)


def test_the_code_can_be_read_and_nothing_is_fetched_for_it(visit):
    lab = visit()
    panel = Panel(lab.grid)
    panel.root.locator("summary").click()
    expect(panel.root.locator("pre code")).to_have_text(SYMMETRIC)
    assert not [url for url in lab.requests if "editor" in url]
    assert lab.python_requests() == []


def test_edited_code_draws_the_figure_and_goes_away_again(panel):
    grid = panel.grid
    panel.edit()
    expect(panel.text).to_contain_text("class Symmetric")
    panel.write(TRUNCATED)
    panel.press("Run")
    expect(panel.said).to_have_text("The figure is drawn with this code.")
    assert grid.figure() == grid.same(answer(GRID, {}, code=TRUNCATED)["html"])
    grid.set("bits", "3")  # which has a frame, of the engine's own code
    expect(grid.result).to_contain_text("at 3 bits")
    grid.settle()
    assert grid.figure() == grid.same(answer(GRID, {"bits": "3"}, code=TRUNCATED)["html"])
    panel.press("Restore the original")
    grid.settle()
    assert grid.figure() == grid.same(answer(GRID, {"bits": "3"})["html"])
    expect(panel.said).to_be_empty()


def test_the_keyboard_runs_it_and_is_not_caught(panel):
    panel.edit()
    panel.write(TRUNCATED)
    panel.grid.page.keyboard.press("Control+Enter")
    expect(panel.said).to_have_text("The figure is drawn with this code.")
    panel.grid.page.keyboard.press("Tab")
    expect(panel.root.get_by_role("button", name="Run")).to_be_focused()


def test_an_error_is_shown_at_its_line(panel):
    before = panel.grid.figure()
    panel.edit()
    panel.write(SYMMETRIC.replace("q = stored(weight", "q = nothing(weight"))
    panel.press("Run")
    expect(panel.said).to_contain_text(
        re.compile(r"^Line 14: NameError: name 'nothing' is not defined")
    )
    expect(panel.wrong).to_contain_text("nothing(weight")
    assert panel.grid.figure() == before
    panel.write("def")
    panel.press("Run")
    expect(panel.said).to_contain_text("Line 1: SyntaxError")
    panel.grid.start_over()
    expect(panel.text).to_contain_text("stored(weight, self.scale)")
    assert panel.grid.figure() == before


def test_code_without_end_is_ended_and_the_next_runs(panel):
    panel.edit()
    panel.write(SYMMETRIC.replace("q = stored(", "while True: pass\n        q = stored("))
    panel.press("Run")
    expect(panel.said).to_have_text("The code was stopped after 10 seconds.", timeout=30_000)
    panel.write(TRUNCATED)
    panel.press("Run")
    expect(panel.said).to_have_text("The figure is drawn with this code.")


def test_another_scheme_has_its_own_code(panel):
    grid = panel.grid
    panel.edit()
    panel.write(TRUNCATED)
    panel.press("Run")
    expect(panel.said).to_have_text("The figure is drawn with this code.")
    grid.set("scheme", "nf4")
    expect(panel.text).to_contain_text("class Coded")
    expect(grid.result).to_contain_text("NF4")
    grid.settle()
    assert grid.figure() == grid.same(answer(GRID, {"scheme": "nf4"})["html"])
    grid.set("scheme", "symmetric")
    expect(panel.text).to_contain_text("int(weight / self.scale)")
    expect(panel.said).to_have_text("The figure is drawn with this code.")


def test_a_link_brings_code_but_does_not_run_it(visit):
    lab = visit()
    panel = Panel(lab.grid)
    panel.edit()
    panel.write(TRUNCATED + "# ä €\n")
    panel.press("Run")
    expect(panel.said).to_have_text("The figure is drawn with this code.")
    link = lab.grid.link.get_attribute("href")
    assert "quantlab-2.code=" in link
    lab.page.goto("about:blank")
    lab.page.goto(link)
    expect(panel.said).to_contain_text("has not been run")
    expect(panel.text).to_contain_text("# ä €")
    assert panel.grid.figure() == panel.grid.same(answer(GRID, {})["html"])
    assert lab.page.evaluate("tally.workers") == 0
    panel.press("Run")
    expect(panel.said).to_have_text("The figure is drawn with this code.")
    assert panel.grid.figure() == panel.grid.same(answer(GRID, {}, code=TRUNCATED)["html"])
