"""How long the page stands still while it gets what was made to hold it: answers, a long list of models, files.

    python -m benchmarks.hostile [WORDS]

Only answers are sent whose names have these words, if any are given. What is counted is the longest task of the page's main thread, layout included, in milliseconds of its processor time: another program that
runs at the same time does not count. A server says each answer as fast as it can. A frame that shows a drawing is another process in Chromium,
and does not hold the page.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks import chromium, report, sites
from benchmarks.chat import model_server, opened
from benchmarks.chromium import Tasks
from benchmarks.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

AIM = 100.0
PIECE = 1000
"""Characters that the server says at a time."""
MODELS = 20_000
FIELDS = """<div data-lab-evidence="text" data-name="f0" data-label="x"></div>

<div data-lab-evidence="sheet"></div>
"""


class Answer(NamedTuple):
    """An answer that is made to hold the page."""

    name: str
    text: str


LONG = 2_000_000


def _long(name: str, unit: str, before: str = "") -> Answer:
    """2 MB of one thing, again and again."""
    return Answer(f"2 MB of {name}", before + unit * ((LONG - len(before)) // len(unit)))


def _nested(depth: int) -> str:
    """A list in a list, so deep."""
    return "".join(f"{'  ' * level}- x\n" for level in range(depth))


def _use(count: int) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg"><g id="z"/>{"<use href=&z/>".replace("&", "#") * count}</svg>'


ANSWERS = (
    Answer("200,000 tags `<svg` that do not end", "<svg " * 200_000),
    Answer("40,000 tags `<svg` that do not end", "<svg " * 40_000),
    Answer("60,000 empty lines in a drawing", "<svg>" + "\n" * 60_000),
    Answer("60,000 lines of a space in a drawing", "<svg>" + "\n " * 60_000),
    Answer("60,000 lines of two backticks in a drawing", "<svg>\n" + "``\n" * 60_000),
    Answer("100,000 drawings inside each other", "<svg>" * 100_000),
    Answer("13,000 copies by `<use>`", _use(13_000)),
    Answer(
        "20,000 attributes of one element",
        f"<svg>{'<g ' + ' '.join(f'a{n}=1' for n in range(20_000))}/></svg>",
    ),
    Answer("20,000 elements", f"<svg>{'<g/>' * 20_000}</svg>"),
    Answer("a line of 200,000 words", "word " * 200_000),
    _long("words in one line", "word "),
    _long("one word", "x"),
    _long("paragraphs", "Some words of a paragraph, *one* of them in italics.\n\n"),
    _long("a table's rows", "| 1 | 2 | 3 |\n", "| a | b | c |\n| - | - | - |\n"),
    _long("tables", "| a | b |\n| - | - |\n| 1 | 2 |\n\n"),
    _long("code in one block", "x = [1, 2]  # a line\n", "```python\n"),
    _long("blocks of code", "```python\nx = [1, 2]\n```\n\n"),
    _long("nested lists", _nested(40)),
    _long("items of a list", "- an item\n"),
    _long("`>`", ">"),
    _long("`*`", "*"),
    _long("`*a `", "*a "),
    _long("`_a`", "_a"),
    _long("backticks", "`"),
    _long("runs of backticks", "` `` ``` ```` "),
    _long("`[`", "["),
    _long("`[a](`", "[a]("),
    _long("`<`", "<"),
    _long("`<a `", "<a "),
    _long("`$`", "$"),
    _long("formulas", "$x^2$ "),
    _long("`|`", "|"),
    _long("`&amp;`", "&amp;"),
    _long("addresses", "https://example.org/ "),
    _long("empty lines", "\n"),
)


def _pieces(prompt: str) -> tuple[int, list[str]]:
    text = ANSWERS[int(prompt)].text
    return 0, [text[i : i + PIECE] for i in range(0, len(text), PIECE)]


def answers(page: Page, words: str) -> Iterator[tuple[str, str, str]]:
    """A row for each answer whose name has the words."""
    tasks = Tasks(page)
    for number, (name, text) in enumerate(ANSWERS):
        if words not in name:
            continue
        tasks.start()
        page.evaluate(
            """async (number) => {
                const root = document.querySelector("quantlab-chat");
                [...root.querySelectorAll("button")].find((button) => button.textContent === "Clear").click();
                const box = root.querySelector(".quantlab-chat-bottom textarea");
                box.value = String(number);
                box.form.requestSubmit();
                while (!root.querySelector(".quantlab-chat-figures")) await new Promise((resolve) => setTimeout(resolve, 50));
                await new Promise((resolve) => setTimeout(resolve, 300));
            }""",
            number,
        )
        yield _row(f"An answer: {name}", len(text), tasks.longest())


def models(page: Page) -> tuple[str, str, str]:
    """The row of the list."""
    tasks = Tasks(page)
    tasks.start()
    page.evaluate(
        """async () => {
            const root = document.querySelector("quantlab-chat");
            [...root.querySelectorAll("button")].find((button) => button.textContent === "Check the connection").click();
            const status = root.querySelector(".quantlab-chat-status");
            while (!status.textContent.includes("20,000")) await new Promise((resolve) => setTimeout(resolve, 50));
            await new Promise((resolve) => setTimeout(resolve, 300));
        }"""
    )
    length = len(json.dumps([{"name": f"model-{n}"} for n in range(MODELS)]))
    return _row(f"A server that lists {MODELS:,} models", length, tasks.longest())


def _evidence(fields: int, text: str) -> str:
    """A file of evidence."""
    common = {"kind": "text", "label": "x", "at": "2026-11-21T12:00:00.000Z", "value": text}
    return json.dumps(
        {
            "format": "quantlab-evidence",
            "version": 1,
            "label": "",
            "page": {"title": "", "url": ""},
            "saved": common["at"],
            "fields": [{**common, "name": f"f{n}"} for n in range(fields)],
        }
    )


FILES = (
    ("100,000 fields", _evidence(100_000, "")),
    ("a field of 10 million characters", _evidence(1, "x" * 10_000_000)),
    ("1,000 fields of 7 million characters", _evidence(1_000, "x" * 7_000)),
)


def evidence(page: Page, folder: Path) -> Iterator[tuple[str, str, str]]:
    """A row for each file of evidence; they are written to a folder, as sending them to the page would be a task of it, too."""
    tasks = Tasks(page)
    said = page.locator("quantlab-evidence-sheet .lab-evidence-said")
    for name, text in FILES:
        file = folder / "x.json"
        file.write_text(text, encoding="utf-8")
        said.evaluate("element => (element.textContent = '')")
        tasks.start()
        page.locator("quantlab-evidence-sheet input[type=file]").set_input_files(file)
        page.wait_for_function(
            "() => document.querySelector('quantlab-evidence-sheet .lab-evidence-said').textContent"
        )
        page.wait_for_timeout(300)
        yield _row(f"A file of evidence: {name}", len(text), tasks.longest())


def _row(name: str, length: int, task: float) -> tuple[str, str, str]:
    return name, f"{length:,}", f"{task:.0f} ({report.verdict(task, AIM)})"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("words", nargs="?", default="")
    words = parser.parse_args().words
    print(report.machine(chromium.version()), end="\n\n")
    with (
        tempfile.TemporaryDirectory() as folder,
        chromium.playwright() as browser,
        model_server(_pieces, [f"model-{n}" for n in range(MODELS)]) as url,
    ):
        root = Path(folder)
        sites.of_one_page(
            root, f'<div data-quantlab-chat data-endpoint="{url}" data-models="m"></div>\n'
        )
        server = Server(root / "site")
        with chromium.profile(browser, root / "profile") as context:
            page = opened(context, server.url)
            rows = [*answers(page, words), *([] if words else [models(page)])]
        server.close()
        if not words:
            (root / "files").mkdir()
            sites.of_one_page(root / "files", FIELDS)
            server = Server(root / "files/site")
            with chromium.profile(browser, root / "evidence") as context:
                page = context.new_page()
                page.goto(server.url, wait_until="networkidle")
                page.locator("quantlab-evidence-sheet[data-ready]").wait_for()
                rows += evidence(page, root)
            server.close()
    head = ("What arrives", "characters", f"longest task, ms (aim {AIM:.0f})")
    print(report.table(head, rows))


if __name__ == "__main__":
    main()
