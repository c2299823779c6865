"""String literals of TypeScript: a tokenizer that knows comments, templates and regular expressions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = re.compile(
    r"""
      (?P<space>\s+|//[^\n]*|/\*.*?\*/)
    | (?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    | (?P<template>`)
    | (?P<word>[\w$#.]+)
    | (?P<sign>.)
    """,
    re.VERBOSE | re.DOTALL,
)
REGEX = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
PART = re.compile(r"(?:[^`\\$]|\\.|\$(?!\{))*", re.DOTALL)
BEFORE_REGEX = ("return", "typeof", "case", "in", "of", "await")


class Literal(NamedTuple):
    """A string or a template; `{}` is the place of each of a template's expressions."""

    line: int
    text: str
    before: str
    """The token before it."""


def literals(source: str) -> Iterator[Literal]:
    """The string literals of a file, without those of types that are strings."""
    yield from _Scanner(source).scan(0)


class _Scanner:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0

    def scan(self, depth: int) -> Iterator[Literal]:
        """Literals up to the end, or up to the brace that closes a template's expression."""
        before = "("
        while self.at < len(self.source):
            match = TOKEN.match(self.source, self.at)
            assert match
            start, text = self.at, match[0]
            is_value = re.fullmatch(r"[\w$#.]+|[)\]}\"]", before) and before not in BEFORE_REGEX
            if text == "/" and not is_value and (regex := REGEX.match(self.source, start)):
                self.at = regex.end()
                before = '"'
                continue
            self.at = match.end()
            if match["space"]:
                continue
            if match["string"]:
                yield Literal(self.line(start), _unescaped(text[1:-1]), before)
                before = '"'
                continue
            if match["template"]:
                yield from self.template(start, before)
                before = '"'
                continue
            depth += (text == "{") - (text == "}")
            if depth < 0:
                return
            before = text

    def template(self, start: int, before: str) -> Iterator[Literal]:
        """A template, then the literals in its expressions."""
        parts, inside = [], []
        while True:
            part = PART.match(self.source, self.at)
            assert part
            parts.append(_unescaped(part[0]))
            self.at = part.end()
            if self.source[self.at] == "`":
                self.at += 1
                break
            self.at += len("${")
            inside += self.scan(0)
        yield Literal(self.line(start), "{}".join(parts), before)
        yield from inside

    def line(self, at: int) -> int:
        return self.source.count("\n", 0, at) + 1


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: {"n": "\n", "t": "\t"}.get(found[1], found[1]), text)
