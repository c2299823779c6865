"""Figures drawn with edited code, as the page draws them, and their rows."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.engine.core import live_code
from mkdocs_quantlab.engine.core.widget import answer, built_in, widget

if TYPE_CHECKING:
    from mkdocs_quantlab.engine.core.protocol import LiveRun

LIVE = [
    (name, live.option, value)
    for name in built_in()
    if (live := widget(name).live)
    for value in live.objects
]
"""Every widget with code that can be edited, and every value of the option that chooses among its texts."""


def text_of(name: str, value: str) -> str:
    """The text that a reader is shown."""
    return live_code.source(widget(name).live.objects[value])


def run(name: str, options: dict[str, str], code: str, resources=None) -> LiveRun:
    """What the reader's code gives, step after step; all in this interpreter."""
    found = widget(name)
    given = found.options(options, resources)
    value = str(given.values[found.live.option])
    inputs = live_code.inputs(found.live, given)
    values = []
    for number in range(len(found.live.steps)):
        before = values[-1] if values else inputs
        values.append(live_code.step(found.live, value, number, code, before))
    return {"inputs": inputs, "values": values}


def drawn(name: str, options: dict[str, str], code: str, resources=None) -> str:
    """The figure with edited code."""
    return answer(name, options, resources, run=run(name, options, code, resources))["html"]


class Row(NamedTuple):
    """A row of a table."""

    table: str
    head: str
    cells: tuple[str, ...]
    edited: bool
    current: bool


class _Rows(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Row] = []
        self.caption = ""
        self.texts: list[str] | None = None
        self.attributes: dict[str, str | None] = {}

    def handle_starttag(self, tag, attrs):
        if tag == "caption":
            self.texts = [""]
        elif tag == "tr":
            self.texts, self.attributes = [], dict(attrs)
        elif tag in {"td", "th"}:
            self.texts.append("")

    def handle_data(self, data):
        if self.texts:
            self.texts[-1] += data

    def handle_endtag(self, tag):
        if tag == "caption":
            self.caption, self.texts = self.texts[0], None
        elif tag == "tr":
            head, *cells = self.texts
            self.texts = None
            edited = self.attributes.get("class") == "is-edited"
            current = self.attributes.get("aria-current") == "true"
            self.rows.append(Row(self.caption, head, tuple(cells), edited, current))


def rows(html: str) -> list[Row]:
    """The rows of all tables of a figure."""
    parser = _Rows()
    parser.feed(html)
    return parser.rows
