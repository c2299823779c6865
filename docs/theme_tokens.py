"""The properties that themes can set, from `browser/src/styles/tokens.css`; `guide/theming.md` prints them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

TOKENS = Path(__file__).parent.parent / "browser" / "src" / "styles" / "tokens.css"

ENTRY = re.compile(
    r"/\* ## (?P<section>[^*]+?) \*/"
    r"|/\* (?P<meaning>[^*]+?) \*/\s+(?:\.[\w-]+ \{\s+)?--ql-[\w-]+: var\((?P<name>--quantlab-[\w-]+), (?P<default>.+)\);"
)


class Token(NamedTuple):
    """A property that themes can set."""

    name: str
    section: str
    default: str
    """As CSS; `--ql-NAME` stands for another property's value."""
    meaning: str


def tokens() -> list[Token]:
    """All properties, in the order of the file."""
    found = []
    section = ""
    for entry in ENTRY.finditer(TOKENS.read_text(encoding="utf-8")):
        if entry["section"]:
            section = entry["section"]
        else:
            meaning = " ".join(entry["meaning"].split())
            found.append(Token(entry["name"], section, entry["default"], meaning))
    return found


def _shown(default: str) -> str:
    """A default, for a table: CSS, or the property whose value it is."""
    same = re.fullmatch(r"var\(--ql-([\w-]+)\)", default)
    if same:
        return f"as `--quantlab-{same[1]}`"
    plot = re.fullmatch(r"var\(--ql-plot, (.+)\)", default)
    return f"`{plot[1]}`; `0.68rem` in Material" if plot else f"`{default}`"


def tables() -> str:
    """A section and a table for each group."""
    lines: list[str] = []
    section = ""
    for token in tokens():
        if token.section != section:
            section = token.section
            lines += ["", f"### {section}", "", "| Property | Default | Where it is used |", "| --- | --- | --- |"]  # fmt: skip
        lines.append(f"| `{token.name}` | {_shown(token.default)} | {token.meaning} |")
    return "\n".join(lines)
