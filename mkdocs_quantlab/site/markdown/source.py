"""Where in an author's Markdown file something is that was found in the page's HTML."""

from __future__ import annotations

import re

_FENCE = re.compile(r"^[ \t>]*(`{3,}|~{3,})")


def line_of(tag: str, nth: int, source: str) -> int | None:
    """The line of the author's file on which a start tag stands, from 1.

    Args:
        tag: The start tag's text.
        nth: How many start tags of the same text the page has before it.
        source: The author's file.

    Returns:
        The line, or None where the tag is not in the file: a macro or an included file made it.
    """
    pattern = re.compile(r"\s+".join(map(re.escape, tag.split())))
    lines = [match.start() for match in pattern.finditer(without_code(source))]
    if not lines:
        return None
    return source.count("\n", 0, lines[min(nth, len(lines) - 1)]) + 1


def without_fences(source: str) -> str:
    """The source with fences blanked out, each character at its place."""
    lines = source.splitlines(keepends=True)
    fence = ""
    for i, line in enumerate(lines):
        match = _FENCE.match(line)
        if fence:
            lines[i] = _blank(line)
            if match and match[1].startswith(fence) and not line[match.end() :].strip():
                fence = ""
        elif match:
            fence = match[1]
            lines[i] = _blank(line)
    return "".join(lines)


def without_code(source: str) -> str:
    """The source with fences, comments and inline code blanked out, each character at its place."""
    text = without_fences(source)
    for pattern in (r"<!--.*?-->", r"(`+)(?!`).+?(?<!`)\1(?!`)", r"(?is)<(pre|textarea)\b.*?</\1>"):
        text = re.sub(pattern, lambda m: _blank(m[0]), text, flags=re.DOTALL)
    return text


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)
