"""HTML that passes unharmed through other tools: short lines, no blank lines, and no markup in attributes.

Regular expressions of other tools search pages line by line, some in quadratic time; themes wrap each `<table`, and find those in
attributes, too; CommonMark ends a block of HTML at a blank line.
"""

from __future__ import annotations

import json
import re

MAX_LINE = 4000
"""Characters of the longest line, but for words and tags that are longer."""

_TARGET = 2000
# The white space behind a start tag's name, which may be any.
_IN_TAG = re.compile(r"<[a-zA-Z][\w-]*( )")
# JSON has line breaks in no text: `browser/src/ui/attributes.ts` reads one as a space.
_IN_JSON = re.compile("( )")
_BLANK = re.compile(r"\n(?:[ \t]*\n)+")
_MARKUP = {char: f"\\u{ord(char):04x}" for char in "<>&'"}


def json_attribute(data: object) -> str:
    """Data as JSON in an attribute's value, with its single quotes."""
    text = json.dumps(data, ensure_ascii=False)
    for char, escaped in _MARKUP.items():
        text = text.replace(char, escaped)
    return f"'{_broken(text, _IN_JSON)}'"


def portable(html: str) -> str:
    """The same HTML in short lines, none of which is blank."""
    return _BLANK.sub(_without_blank_lines, _broken(html, _IN_TAG))


def _without_blank_lines(found: re.Match[str]) -> str:
    return "\n" + found[0][1:].replace("\n", "&#10;")


def _broken(text: str, place: re.Pattern[str]) -> str:
    """The text with line breaks in place of some of the spaces that `place` finds."""
    parts: list[str] = []
    line = done = 0
    while len(text) - line > _TARGET:
        newline = text.rfind("\n", line, line + _TARGET)
        if newline >= 0:
            line = newline + 1
            continue
        found = place.search(text, line + _TARGET)
        if not found:
            break
        parts.append(text[done : found.start(1)])
        line = done = found.end(1)
    return "\n".join([*parts, text[done:]])
