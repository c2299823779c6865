"""Tables of `compatibility.md` and `guide/after-material.md`, from what the tests run and from the locked versions."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from tests.compatibility import (
    BROWSERS,
    BY_HAND,
    ENGINES,
    PLUGINS,
    PLUGINS_ALONE,
    PLUGINS_BY_HAND,
    THEMES,
    THEMES_BY_HAND,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

NAMES = {
    "mkdocs": "MkDocs",
    "properdocs": "ProperDocs",
    "zensical": "Zensical",
    "markdown": "Python-Markdown",
    "mkdocs-material": "Material for MkDocs",
}


def locked(package: str) -> str:
    """The version that the tests install."""
    text = Path("requirements/dev.txt").read_text(encoding="utf-8")
    match = re.search(rf"(?m)^{re.escape(package)}==([^\s\\]+)", text)
    if match is None:
        raise LookupError(f"requirements/dev.txt does not have {package}")
    return match[1]


def pythons() -> str:
    """The versions of Python on which the workflow runs the tests."""
    text = Path(".github/workflows/test.yml").read_text(encoding="utf-8")
    match = re.search(r"(?m)^\s+python: \[(.+)\]", text)
    assert match
    versions = re.findall(r"[\d.]+", match[1])
    return f"{versions[0]} to {versions[-1]}"


def _table(head: str, rows: Sequence[tuple[str, ...]]) -> str:
    columns = head.count("|") - 1
    lines = [head, "|" + " --- |" * columns, *("| " + " | ".join(row) + " |" for row in rows)]
    return "\n".join(lines) + "\n"


def builds() -> str:
    """What sites are built with."""
    rows = [("Python, to build", pythons(), "the workflow runs the fast tests on each")]
    rows += [(NAMES[name], locked(name), what) for name, what in ENGINES.items()]
    rows.append((NAMES["markdown"], locked("markdown"), "the Markdown extension; 3.6 and newer"))
    for theme, what in THEMES.items():
        package = "mkdocs-material" if theme == "material" else "mkdocs"
        rows.append((f"Theme `{theme}`", f"{NAMES[package]} {locked(package)}", what))
    rows += [(f"Plugin `{name}`", "with the theme or its package", "builds, and figures compute") for name in sorted({*PLUGINS, *PLUGINS_ALONE})]  # fmt: skip
    return _table("| | Tested | Notes |", rows)


def browsers() -> str:
    """Browsers, tested and derived."""
    rows = [
        (name, f"{each.engine}: {each.covers}" if each.covers else "not in the tests", each.least, each.why)
        for name, each in BROWSERS.items()
    ]  # fmt: skip
    return _table("| Browser | Tests | Least version, derived | The feature that decides |", rows)


def forks() -> str:
    """Forks that were tried by hand."""
    return _table(
        "| Fork | Packages | Theme in `mkdocs.yml` | Tried with |",
        [(name, *each) for name, each in BY_HAND.items()],
    )


def by_hand() -> str:
    """Themes and plugins that were tried by hand."""
    rows = [(f"Theme `{name}`", *each) for name, each in THEMES_BY_HAND.items()]
    rows += [(f"Plugin `{name}`", *each) for name, each in PLUGINS_BY_HAND.items()]
    return _table("| | Tried with | Result |", rows)
