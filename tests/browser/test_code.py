"""The Python of a figure: read, edited, run, and brought by a link."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from mkdocs_quantlab.engine.core.widget import answer, widget
from tests.live import drawn, rows, text_of

GRID = "quantization-grid-explorer"
SYMMETRIC = text_of(GRID, "symmetric")
TRUNCATED = SYMMETRIC.replace("stored(weight, self.scale)", "int(weight / self.scale)")
assert TRUNCATED != SYMMETRIC


FRAME = "iframe[sandbox=allow-scripts]"
"""What the reader's code runs in."""


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
    assert grid.figure() == grid.same(drawn(GRID, {}, TRUNCATED))
    grid.set("bits", "3")  # which has a frame, of the engine's own code
    expect(grid.result).to_contain_text("at 3 bits")
    grid.settle()
    assert grid.figure() == grid.same(drawn(GRID, {"bits": "3"}, TRUNCATED))
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
    expect(panel.text).to_contain_text("class Codebook")
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
    assert panel.grid.figure() == panel.grid.same(drawn(GRID, {}, TRUNCATED))


def zeros(scheme):
    """Code of a scheme that reads every weight back as zero."""
    class_ = widget(GRID).live.objects[scheme].__name__
    return text_of(GRID, scheme) + (
        f"\n_store = {class_}.store\n"
        f"{class_}.store = lambda self, weight: _store(self, weight)._replace(value=0.0)\n"
    )


@pytest.mark.parametrize("scheme", ["nf4", "symmetric"])
def test_the_neighbours_rows_stay_as_they_are(panel, scheme):
    """NF4's class is also that of FP4 and FP8, and `Symmetric` has a part in INT8 with outliers apart."""
    grid = panel.grid
    grid.set("scheme", scheme)
    grid.settle()
    before = rows(grid.figure())
    panel.edit()
    panel.write(zeros(scheme))
    panel.press("Run")
    expect(panel.said).to_have_text("The figure is drawn with this code.")
    after = rows(grid.figure())
    ours = [row._replace(current=False) for row in after if not row.edited]
    assert ours == [row._replace(current=False) for row in before]
    mine = [row for row in after if row.edited]
    assert mine
    assert all(row.head.endswith(", your code") for row in mine)
    assert "0.00 dB" in mine[-1].cells
    expect(grid.result).to_contain_text("Your code in place of")
    expect(grid.root.get_by_role("group", name="Drawn with your code").first).to_be_visible()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("raise SystemExit\n", "Line 1: SystemExit"),
        ("import sys\nsys.exit(3)\n", "Line 2: SystemExit: 3"),
        ("\n\nraise KeyboardInterrupt('now')\n", "Line 3: KeyboardInterrupt: now"),
        ("import js\n", re.compile("^Line 1: ModuleNotFoundError")),
    ],
)
def test_what_would_end_the_interpreter_is_an_error(panel, code, said):
    before = panel.grid.figure()
    panel.edit()
    panel.write(code + SYMMETRIC)
    panel.press("Run")
    expect(panel.said).to_have_text(said)
    assert panel.grid.figure() == before
    panel.write(TRUNCATED)
    panel.press("Run")
    expect(panel.said).to_have_text("The figure is drawn with this code.")


def test_values_that_cannot_be_shown_are_an_error(panel):
    before = panel.grid.figure()
    panel.edit()
    panel.write(SYMMETRIC.replace("value = q * self.scale", "value = float('nan')"))
    panel.press("Run")
    expect(panel.said).to_have_text(
        "value is nan; it must be a finite number in the range of float32"
    )
    assert panel.grid.figure() == before


def test_figures_go_on_while_code_loops(visit):
    lab = visit()
    panel = Panel(lab.grid)
    panel.edit()
    panel.write("while True: pass\n" + SYMMETRIC)
    panel.press("Run")
    stop = lab.grid.root.get_by_role("button", name="Stop")
    expect(stop).to_be_visible()
    lab.explorer.set("weight", "0.5")
    lab.explorer.settle()
    expect(lab.explorer.result).to_contain_text("0.5")
    stop.click()
    expect(lab.grid.status).to_contain_text("Stopped.")
    panel.press("Restore the original")
    panel.write(TRUNCATED)
    panel.press("Run")
    expect(panel.said).to_have_text("The figure is drawn with this code.")


def test_the_interpreter_of_the_code_asks_for_nothing(visit):
    """The page fetches what it starts with; it itself sends no request, whatever the code tries."""
    lab = visit()
    panel = Panel(lab.grid)
    panel.edit()
    panel.write(TRUNCATED)
    panel.press("Run")
    expect(panel.said).to_have_text("The figure is drawn with this code.")
    started = len(lab.server.asked)
    assert any(url.endswith("/live_worker.js") for url in lab.server.asked)
    panel.write(TRUNCATED + "# again, in another interpreter\n")
    panel.press("Run")
    expect(panel.said).to_have_text("The figure is drawn with this code.")
    assert lab.server.asked[started:] == []


def test_edit_starts_what_a_run_needs(visit):
    lab = visit()
    panel = Panel(lab.grid)
    panel.edit()
    expect(lab.page.locator(FRAME)).to_have_count(1)
    started = [url.rpartition("/")[2] for url in lab.server.asked]
    assert "worker.js" in started
    assert "live_worker.js" in started


def test_a_frame_is_kept_for_other_code_unless_its_code_had_to_be_ended(panel):
    """The interpreter is another one each time: what the first code left in it, the second does not find."""
    page = panel.grid.page
    panel.edit()
    panel.write("import sys\nsys.left = 1\n" + TRUNCATED)
    panel.press("Run")
    expect(panel.said).to_have_text("The figure is drawn with this code.")
    page.locator(FRAME).evaluate("frame => frame.title = 'first'")
    panel.write("import sys\nassert not hasattr(sys, 'left')\n" + TRUNCATED)
    panel.press("Run")
    expect(panel.said).to_have_text("The figure is drawn with this code.")
    expect(page.locator(FRAME)).to_have_attribute("title", "first")
    panel.write("while True: pass\n" + SYMMETRIC)
    panel.press("Run")
    panel.grid.root.get_by_role("button", name="Stop").click()
    expect(panel.grid.status).to_contain_text("Stopped.")
    expect(page.locator(f"{FRAME}[title=first]")).to_have_count(0)


def test_the_same_inputs_are_not_run_again(panel):
    """Code may be slow: another view of the figure asks it nothing."""
    panel.edit()
    panel.write(
        "import time\nCOUNT = time.time()\n" + SYMMETRIC.replace("str(q),\n", "str(COUNT),\n", 1)
    )
    panel.press("Run")
    expect(panel.said).to_have_text("The figure is drawn with this code.")
    before = panel.grid.figure()
    panel.press("Run")
    panel.grid.settle()
    assert panel.grid.figure() == before


def test_bfloat16_is_not_drawn_with_the_code(panel):
    panel.edit()
    panel.write(TRUNCATED)
    panel.press("Run")
    expect(panel.said).to_have_text("The figure is drawn with this code.")
    panel.grid.set("bits", "16")
    expect(panel.said).to_have_text("This figure does not use the code.")
    panel.grid.settle()
    assert panel.grid.figure() == panel.grid.same(answer(GRID, {"bits": "16"})["html"])
