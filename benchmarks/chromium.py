"""The browser that pages are measured in."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import BrowserContext, BrowserType, CDPSession, Page

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

MARK = "quantlab-benchmark"


def executable() -> str:
    """The installed Chromium or Chrome."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    raise SystemExit("no Chromium was found: install the package `chromium`")


def version() -> str:
    """Its name and version."""
    command = [executable(), "--version"]
    words = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return " ".join(words[:2])


@contextmanager
def playwright() -> Iterator[BrowserType]:
    """Playwright's handle on Chromium."""
    with sync_playwright() as running:
        yield running.chromium


@contextmanager
def profile(chromium: BrowserType, folder: Path, *arguments: str) -> Iterator[BrowserContext]:
    """A browser that keeps its caches in `folder`, as a reader's does on the disk."""
    context = chromium.launch_persistent_context(
        folder,
        executable_path=executable(),
        args=[*ARGUMENTS, *arguments],
        viewport={"width": 1280, "height": 900},
    )
    try:
        yield context
    finally:
        context.close()


class Tasks:
    """The tasks of a page's main thread while it is traced."""

    def __init__(self, page: Page) -> None:
        """Traces, once `start` is called."""
        self._page = page
        self._session: CDPSession = page.context.new_cdp_session(page)
        self._events: list[dict[str, Any]] = []
        self._is_over = False
        self._session.on("Tracing.dataCollected", lambda data: self._events.extend(data["value"]))
        self._session.on("Tracing.tracingComplete", lambda _: setattr(self, "_is_over", True))

    def start(self) -> None:
        """Begins anew."""
        self._events.clear()
        self._is_over = False
        categories = "toplevel,blink.user_timing"
        self._session.send("Tracing.start", {"categories": categories})
        self._page.evaluate("name => performance.mark(name)", MARK)

    def longest(self) -> float:
        """Ends, and gives the milliseconds of processor time of the longest task."""
        self._session.send("Tracing.end")
        while not self._is_over:
            self._page.wait_for_timeout(50)
        thread = next((e["pid"], e["tid"]) for e in self._events if e.get("name") == MARK)
        times = [
            event["tdur"] / 1000
            for event in self._events
            if (event["pid"], event["tid"]) == thread and "tdur" in event
        ]
        return max(times, default=0)
