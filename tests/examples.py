"""The examples of the documentation, as they stand in its Markdown."""

from __future__ import annotations

import re
from textwrap import dedent
from typing import TYPE_CHECKING, NamedTuple

from tests.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
_FENCE = re.compile(
    r"(?ms)^(?P<indent> *)```(?P<language>\w+)(?P<said>[^\n]*)\n(?P<text>.*?)^ *```$"
)


class Example(NamedTuple):
    """A fence, or a piece of code in a sentence.

    Attributes:
        page: The file, relative to the repository.
        line: Where its text begins, from 1.
        language: What its fence says; empty for code in a sentence.
        title: The name of the file it is to be, if the fence says one.
        text: What is in it, without the fence's indentation.
    """

    page: str
    line: int
    language: str
    title: str
    text: str

    @property
    def place(self) -> str:
        """Where it is, as errors name it."""
        return f"{self.page}:{self.line}"


def fences(*languages: str, pages: tuple[Path, ...] = PAGES) -> list[Example]:
    """The fences of some languages, but for code that runs when the documentation is built."""
    found = []
    for page in pages:
        source = page.read_text(encoding="utf-8")
        for match in _FENCE.finditer(source):
            if match["language"] not in languages or "exec=" in match["said"]:
                continue
            title = re.search(r'title="(.*?)"', match["said"])
            found.append(
                Example(
                    page.relative_to(ROOT).as_posix(),
                    source.count("\n", 0, match.start("text")) + 1,
                    match["language"],
                    title[1] if title else "",
                    dedent(match["text"]),
                )
            )
    return found


def inline(pattern: str) -> list[Example]:
    """Code in sentences and tables that a pattern matches as a whole."""
    found = []
    for page in PAGES:
        source = page.read_text(encoding="utf-8")
        # Fences keep their lines and lose their text.
        text = _FENCE.sub(lambda fence: "\n" * fence[0].count("\n"), source)
        for match in re.finditer(r"(`+)(?P<code>.+?)\1", text):
            if re.fullmatch(pattern, match["code"].strip()):
                line = text.count("\n", 0, match.start()) + 1
                name = page.relative_to(ROOT).as_posix()
                found.append(Example(name, line, "", "", match["code"].strip()))
    return found
