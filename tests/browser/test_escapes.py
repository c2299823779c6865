"""Code of readers reaches nothing: what it may try is in `escapes.yml`, and none of it has an effect.

`escapes.py` has the same for other browsers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser import escapes
from tests.browser.escapes import ALONE, AWAY, BATCHES, TRUNCATED_LINE, Attempts
from tests.live import drawn

if TYPE_CHECKING:
    from playwright.sync_api import Page

DRAWN = "The figure is drawn with this code."


class Tab:
    """Playwright's page as `escapes.Reader` has it."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self, url: str) -> None:
        self.page.goto(url, wait_until="domcontentloaded")

    def run(self, function: str, *args: Any) -> Any:
        return self.page.evaluate(f"args => ({function})(...args)", list(args))


@pytest.fixture
def lab(visit):
    found = visit("mkdocs")
    found.allow(".")  # what is refused is told on the console
    found.wanted.append(AWAY)  # and as a request, which the server does not get
    return found


@pytest.fixture
def attempts(lab):
    return Attempts(Tab(lab.page), lab.server, lab.page.url)


def test_nothing_is_reached_and_nothing_goes_on(lab, attempts):
    for batch in BATCHES:
        assert attempts.run(escapes.code(lab.server.origin, batch)) == DRAWN
        lab.page.wait_for_timeout(500)  # for what goes on after the run
        assert attempts.reached() == []
    attempts.draws("0.25")
    # Nor is anything left for what runs next.
    assert attempts.run(TRUNCATED_LINE) == DRAWN
    assert lab.grid.figure() == lab.grid.same(drawn(escapes.GRID, {}, escapes.TRUNCATED))


def test_nothing_that_is_forged_or_broken_is_shown(lab, attempts):
    for name, text in ALONE.items():
        said = attempts.run(escapes.code(lab.server.origin, {name: text}))
        assert said, name
        assert "pwned" not in lab.grid.figure(), name
        assert attempts.reached() == [], name
    attempts.draws("0.25")
    assert attempts.run(TRUNCATED_LINE) == DRAWN
    assert lab.grid.figure() == lab.grid.same(drawn(escapes.GRID, {}, escapes.TRUNCATED))


# What a worker might say in place of an answer, `ID` being the call's number.
FORGED = [
    "undefined",
    "null",
    "0",
    "'pwned'",
    "[]",
    "{}",
    "new Map()",
    "new Error('pwned')",
    "new ArrayBuffer(9)",
    "{type: 'ready'}",
    "{type: 'here'}",
    "{type: 'blocked'}",
    "{type: 'fetched'}",
    "{type: 'failed', message: {pwned: 1}}",
    "{type: 'failed', message: '<img src=x onerror=pwned=1>'.repeat(1e5)}",
    "{type: 'call', id: ID, method: 'draw', params: '{}'}",
    "{type: 'outcome'}",
    '{type: \'outcome\', id: ID + 1, outcome: \'{"answer": {"values": "pwned"}}\'}',
    '{type: \'outcome\', id: String(ID), outcome: \'{"answer": {"values": "pwned"}}\'}',
    "{type: 'outcome', id: ID, outcome: {answer: {values: 'pwned'}}}",
    '{type: \'outcome\', id: ID, outcome: \'{"answer": {"html": "<img src=x onerror=pwned=1>"}}\'}',
    '{type: \'outcome\', id: ID, outcome: \'{"answer": {"values": {"html": "pwned"}}}\'}',
    '{type: \'outcome\', id: ID, outcome: \'{"answer": {"values": "<b>pwned</b>"}}\'}',
    '{type: \'outcome\', id: ID, outcome: \'{"answer": {"values": "{\\\\"__proto__\\\\": 1}"}}\'}',
    '{type: \'outcome\', id: ID, outcome: \'{"__proto__": {"answer": {"values": "pwned"}}}\'}',
    '{type: \'outcome\', id: ID, outcome: \'{"error": {"message": "<img src=x onerror=pwned=1>", "line": "1"}}\'}',
    "{type: 'outcome', id: ID, outcome: '{'}",
    "{type: 'outcome', id: ID, outcome: '['.repeat(1e6)}",
    "{type: 'outcome', id: ID, outcome: 'x'.repeat(5e7)}",
]

FORGER = """
onmessage = ({ports: [port]}) => {
  port.postMessage({type: 'ready'});
  port.onmessage = ({data: {id: ID, params}}) => {
    const shape = [() => SHAPES][0]()[Number(JSON.parse(params).code.match(/SHAPE (\\d+)/)[1])];
    port.postMessage(shape);
    for (let i = 0; i < 1000; i++) port.postMessage(shape);
  };
};
"""


def test_forged_answers_are_refused(lab, server):
    worker = FORGER.replace("SHAPES", f"[{', '.join(FORGED)}]")
    with server.replaced("live_worker.js", 200, worker.encode()):
        forged = Attempts(Tab(lab.page), server, lab.page.url, checked=False)
        before = lab.grid.figure()
        for number, shape in enumerate(FORGED):
            said = forged.run(f"# SHAPE {number}")
            assert said, shape
            assert said != DRAWN, shape
            assert len(said) < 1100, shape
            assert lab.grid.figure() == before, shape
        assert forged.reached() == []
    forged.draws("0.25")
