"""Sites to measure: Material, with text like a course's, and labs in it."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SECTION = 30
"""Pages in a folder, so that no page carries a menu of all pages."""

QUIET = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
"""Material prints an announcement otherwise."""

WORDS = (
    "weight scale block bits layer model tensor error range value integer bucket outlier memory "
    "token quality format file size header row column matrix rounding step sample"
).split()


def _text(rng: random.Random, words: int) -> str:
    return " ".join(rng.choices(WORDS, k=words)).capitalize() + "."


def _directives(number: int) -> tuple[str, str]:
    """Two directives whose options no other page has."""
    rng = random.Random(number)
    largest = rng.uniform(0.5, 2)
    single = (
        f'<div data-quantization-explorer data-bits="{2 + number % 7}" data-max="{largest:.6f}" '
        f'data-weight="{rng.uniform(-largest, largest):.6f}"></div>'
    )
    weights = " ".join(f"{rng.gauss(0, 0.3):.4f}" for _ in range(16))
    layer = (
        f'<div data-quantization-grid-explorer data-bits="{2 + number % 7}" '
        f'data-weights="{weights}"></div>'
    )
    return single, layer


def page(number: int, *, lab: bool) -> str:
    """A page's Markdown: about 700 words with headings, lists, a table and code."""
    rng = random.Random(f"text {number}")
    single, layer = _directives(number) if lab else ("", "")
    parts = [f"# Page {number}", _text(rng, 60)]
    for section in range(4):
        parts += [
            f"## {_text(rng, 4)[:-1]}",
            _text(rng, 80),
            "\n".join(f"- {_text(rng, 8)}" for _ in range(5)),
            "```python\nscale = max(map(abs, w)) / (2 ** (bits - 1) - 1)\nq = [round(x / scale) for x in w]\n```",
            "| Bits | Error |\n|---|---|\n"
            + "\n".join(f"| {b} | {rng.random():.4f} |" for b in range(2, 6)),
            (single, layer, "", "")[section],
        ]
    return "\n\n".join(part for part in parts if part) + "\n"


def configuration(plugins: Sequence[str], **more: object) -> str:
    """`mkdocs.yml`. JSON is YAML."""
    return json.dumps(
        {
            "site_name": "Measured",
            "theme": {"name": "material", "font": False, "features": ["navigation.prune"]},
            "markdown_extensions": ["admonition", "tables", "md_in_html", "pymdownx.superfences"],
            "plugins": list(plugins),
            **more,
        },
        indent=1,
    )


def course(folder: Path, pages: int, *, labs: bool) -> None:
    """Writes a site of `pages` pages; with `labs`, every third has two widgets, and the plugin is on."""
    for number in range(1, pages + 1):
        path = folder / "docs" / f"part-{(number - 1) // SECTION + 1:03}" / f"page-{number:04}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page(number, lab=labs and number % 3 == 0), encoding="utf-8")
    (folder / "docs" / "index.md").write_text("# Course\n\nWelcome.\n", encoding="utf-8")
    plugins = ["search", "quantlab"] if labs else ["search"]
    (folder / "mkdocs.yml").write_text(configuration(plugins), encoding="utf-8")


def of_one_page(root: Path, text: str) -> None:
    """Writes and builds a site of one page, with search and quantlab, into `root/site`."""
    (root / "docs").mkdir()
    (root / "docs" / "index.md").write_text(text, encoding="utf-8")
    (root / "mkdocs.yml").write_text(configuration(["search", "quantlab"]), encoding="utf-8")
    build(root)


def build(folder: Path, *arguments: str, python: str = sys.executable) -> None:
    """Runs `mkdocs build` in a process of its own."""
    done = subprocess.run(
        [python, "-m", "mkdocs", "build", "--quiet", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env=QUIET,
    )
    if done.returncode:
        raise SystemExit(f"the site in {folder.name} could not be built:\n{done.stderr[-2000:]}")
