"""A model in the page: the time from the click to its first answer, cold and warm, and its speed in each format.

    python -m benchmarks.in_page [--rounds 5]

*Cold* is a browser profile that has seen nothing, *warm* the same profile in a browser that was started anew, *next* another prompt to the
model that is in memory. Each is from the press of the button to the answer's end. The server sends GitHub Pages' headers. Tokens per
second are llama.cpp's own, of the same greedy drawing in each format, in turns.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks import chromium, report, sites
from benchmarks.server import Server
from mkdocs_quantlab import builtin_models

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, BrowserType, Page

PROMPT = "Draw a pelican riding a bicycle."
FIRST = "drawing:Q8_0"
FORMATS = ("F16", "Q8_0", "Q6_K", "Q4_K_M", "Q4_0", "Q3_K_M", "Q2_K")


def opened(context: BrowserContext, url: str) -> Page:
    """The chat's page."""
    page = context.new_page()
    page.goto(url, wait_until="networkidle")
    page.locator("quantlab-chat[data-ready]").wait_for()
    return page


def ask(page: Page, model: str) -> dict[str, float]:
    """Asks a model, and gives the answer's figures as the chat saves them, with `seen`: milliseconds from the click."""
    page.get_by_role("combobox", name="Model", exact=True).select_option(model)
    page.get_by_label("Prompt (Enter sends").fill(PROMPT)
    count = page.locator(".quantlab-chat-figures").count()
    seen = page.evaluate(
        """async count => {
          const figures = document.getElementsByClassName('quantlab-chat-figures');
          const begun = performance.now();
          document.querySelector('.quantlab-chat-bottom [type=submit]').click();
          while (figures.length === count) await new Promise(resolve => setTimeout(resolve, 5));
          return performance.now() - begun;
        }""",
        count,
    )
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as JSON").first.click()
    turns = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))["turns"]
    return {**turns[-1]["answers"][-1]["figures"], "seen": seen}


def starts(browser: BrowserType, folder: Path, url: str, rounds: int) -> str:
    """First answers, cold and warm, and the one after."""
    times: dict[str, list[float]] = {"cold": [], "warm": [], "next": []}
    for number in range(rounds):
        for name in ("cold", "warm"):
            with chromium.profile(browser, folder / f"profile-{number}") as context:
                page = opened(context, url)
                times[name].append(ask(page, FIRST)["seen"])
                if name == "warm":
                    times["next"].append(ask(page, FIRST)["seen"])
    rows = [
        (name, *(f"{value:.0f}" for value in (median(found), min(found), max(found))))
        for name, found in times.items()
    ]
    return report.table(("From the click to the answer's end, ms", "median", "least", "most"), rows)


def speeds(page: Page, rounds: int) -> str:
    """Tokens per second by format."""
    rates: dict[str, list[float]] = {name: [] for name in FORMATS}
    loads: dict[str, list[float]] = {name: [] for name in FORMATS}
    tokens = {}
    for _ in range(rounds):
        for name in FORMATS:
            figures = ask(page, f"drawing:{name}")
            rates[name].append(figures["tokens"] / figures["generation"] * 1000)
            loads[name].append(figures["load"])
            tokens[name] = figures["tokens"]
    rows = [
        (
            name,
            f"{builtin_models.path(f'drawing:{name}').stat().st_size:,}",
            f"{tokens[name]:.0f}",
            f"{median(rates[name]):.0f}",
            f"{min(rates[name]):.0f} to {max(rates[name]):.0f}",
            f"{median(loads[name]):.0f}",
        )
        for name in FORMATS
    ]
    head = ("Format", "bytes", "tokens", "tokens per second, median", "range", "load, ms")
    return report.table(head, rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    print(report.machine(chromium.version()), end="\n\n")
    with tempfile.TemporaryDirectory() as folder, chromium.playwright() as browser:
        root = Path(folder)
        names = " ".join(f"drawing:{name}" for name in FORMATS)
        chat = f'<div data-quantlab-chat data-models="{names}" data-temperature="0"></div>\n'
        sites.of_one_page(root, chat)
        server = Server(root / "site")
        print(starts(browser, root, server.url, given.rounds), end="\n\n")
        with chromium.profile(browser, root / "speeds") as context:
            print(speeds(opened(context, server.url), given.rounds))
        server.close()


if __name__ == "__main__":
    main()
