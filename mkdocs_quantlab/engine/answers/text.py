"""An answer's text: compared without case, accents and punctuation, and counted."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

_WORD = re.compile(r"\w+(?:['\u2019\-]\w+)*")
_ITEM = re.compile(r"(?m)^([ \t]*)(?:[-*+\u2022]|\d{1,4}[.)])[ \t]+\S")
_FENCE = re.compile(r"(?ms)^[ \t]*(`{3,}|~{3,})[^\n`]*\n(.*?)(?:^[ \t]*\1|\Z)")
_REASONING = re.compile(r"(?s)\A\s*<(think|thinking|thought|reasoning)>.*?(?:</\1>|\Z)")


def without_reasoning(text: str) -> str:
    """The answer without what a model wrote between marks such as `<think>` before it."""
    return _REASONING.sub("", text, count=1).strip()


def plain(text: str, exact: Collection[str]) -> str:
    """The text as it is compared: single spaces, and without what need not be exact.

    Args:
        text: A text.
        exact: What must be as it was written: any of `case`, `accents` and `punctuation`.
    """
    # Composed and decomposed characters are the same text; compatibility forms, such as full-width digits, are, too.
    text = unicodedata.normalize("NFKD", text)
    if "case" not in exact:
        text = unicodedata.normalize("NFKD", text.casefold())
    if "accents" in exact:
        text = unicodedata.normalize("NFC", text)
    else:
        text = "".join(c for c in text if not unicodedata.combining(c))
    if "punctuation" not in exact:
        text = "".join(" " if unicodedata.category(c)[0] == "P" else c for c in text)
    return " ".join(text.split())


def contains(text: str, part: str) -> bool:
    """Whether `part` is in `text` as whole words, both `plain`."""
    at = text.find(part)
    while at >= 0:
        end = at + len(part)
        if not (at and _is_word(text[at - 1], part[0])) and not (
            end < len(text) and _is_word(part[-1], text[end])
        ):
            return True
        at = text.find(part, at + 1)
    return False


def _is_word(one: str, other: str) -> bool:
    """Whether two neighbours belong to one word. Scripts without spaces, from Thai and Chinese to kana, have no words to keep apart."""
    return all(c.isalnum() and not "\u0e00" <= c <= "\u0eff" and c < "\u3040" for c in one + other)


def count_words(text: str) -> int:
    """Words and numbers; those joined by a hyphen or an apostrophe are one."""
    return sum(1 for _ in _WORD.finditer(text))


def count_lines(text: str) -> int:
    """Lines that are not empty."""
    return sum(1 for line in text.splitlines() if line.strip())


def count_items(text: str) -> int:
    """Items of Markdown lists at the outermost level."""
    indents = [len(found[1].expandtabs(4)) for found in _ITEM.finditer(text)]
    outermost = min(indents, default=0) + 1
    return sum(indent <= outermost for indent in indents)


def fences(text: str) -> list[str]:
    """What is in fences of code."""
    return [found[2] for found in _FENCE.finditer(text)]
