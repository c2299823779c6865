"""The browser that pages are measured in."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import BrowserContext, BrowserType

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


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
