"""Front matter that MkDocs drops: where it is not valid YAML, MkDocs shows it as the page's first paragraph, without a warning."""

from __future__ import annotations

import json
import re

import yaml
from mkdocs.utils.meta import YAML_RE
from yaml import SafeLoader


def problem(text: str) -> tuple[int, str] | None:
    """What is wrong with a page's front matter, and its line, from 1; None if it is valid or absent.

    Args:
        text: The page's file.
    """
    match = YAML_RE.match(text)
    if match is None:
        return None
    try:
        read = yaml.load(match[1], SafeLoader)  # a SafeLoader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        at = mark.line if mark else 0
        reason = getattr(error, "problem", None) or "it cannot be read"
        lines = match[1].splitlines()
        hint = _quoted(lines[at]) if at < len(lines) else ""
        line = text.count("\n", 0, match.start(1)) + at + 1
        return line, f"MkDocs ignores this front matter, which is not valid YAML ({reason}){hint}"
    if read is None or isinstance(read, dict):
        return None
    line = text.count("\n", 0, match.start(1)) + 1
    return line, "MkDocs ignores this front matter, which has no `name: value` lines"


def _quoted(line: str) -> str:
    """How to write a value that has a colon in it."""
    match = re.fullmatch(r"([\w-]+):\s+([^\"'\s].*?: .*?)\s*", line)
    if not match:
        return ""
    return (
        f": put the value in quotes, as in `{match[1]}: {json.dumps(match[2], ensure_ascii=False)}`"
    )
