"""The contest in the page: two interpreters, weights anew, errors, and no way round."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from mkdocs_quantlab.engine.core.live_code import source
from mkdocs_quantlab.engine.core.widget import widget
from tests.browser.test_code import Panel

ABSMAX4 = source(widget("quantization-challenge").live.objects["absmax4"])
KEEPS = """
kept = []
def encode(weights):
    kept.append(list(weights))
    return b""
def decode(data):
    return kept.pop(0)
"""


class Contest:
    """The widget and its code."""

    def __init__(self, lab):
        self.widget = lab.widget("quantlab-1")
        self.panel = Panel(self.widget)


@pytest.fixture
def own(visit):
    found = Contest(visit("material", "contest"))
    found.panel.edit()
    return found


def run(own, code):
    own.panel.write(code)
    own.panel.press("Run")


def test_a_run_is_scored_on_weights_of_its_own(own):
    expect(own.widget.result).to_contain_text("The starting code")
    seen = set()
    for comment in "ab":
        run(own, f"{ABSMAX4}# {comment}\n")
        expect(own.panel.said).to_have_text("The figure is drawn with this code.", timeout=30_000)
        expect(own.widget.result).to_contain_text(
            re.compile(r"Your code keeps 2[01]\.\d\d dB of Gaussian weights at 4\.500 bits")
        )
        seen.add(own.widget.root.locator("tbody").first.inner_text())
    assert len(seen) == 2
    own.widget.set("distribution", "laplace")
    expect(own.widget.result).to_contain_text("of Laplace weights at 4.500 bits")
    own.panel.press("Restore the original")
    expect(own.widget.result).to_contain_text("The starting code")


def test_what_the_encoder_keeps_is_not_there(own):
    run(own, KEEPS)
    expect(own.panel.said).to_have_text("Line 7: IndexError: pop from empty list", timeout=30_000)
    expect(own.widget.result).to_contain_text("The starting code")


def test_the_browser_is_out_of_reach(own):
    run(own, "import js\n" + ABSMAX4)
    expect(own.panel.said).to_contain_text("Line 1: ModuleNotFoundError", timeout=30_000)


def test_the_encoder_sees_no_seed(own):
    """The frames that called it hold the weights, which it has anyway, and no generator."""
    run(
        own,
        ABSMAX4.replace(
            'data = b""',
            "import sys\n    f = sys._getframe()\n    while f: assert not {'seed', 'rng'} & set(f.f_locals); f = f.f_back\n    data = b\"\"",
            1,
        ),
    )
    expect(own.panel.said).to_have_text("The figure is drawn with this code.", timeout=30_000)


def test_errors_and_endless_code(own):
    run(own, "def encode(weights):\n    return weights\n")
    expect(own.panel.said).to_contain_text(
        "encode returned a list; it must return bytes", timeout=30_000
    )
    run(own, "while True: pass")
    expect(own.panel.said).to_have_text("The code was stopped after 10 seconds.", timeout=40_000)
    run(own, ABSMAX4 + "#\n")
    expect(own.widget.result).to_contain_text("Your code keeps", timeout=30_000)
