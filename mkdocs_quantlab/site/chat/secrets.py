"""Keys and passwords in places that everyone can read: in options, and in the finished site."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mkdocs_quantlab.engine.core.schema import OptionError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

PUBLIC = "everything in a built site is public; readers who need a key paste it into the page"

# Beginnings that hosts of models give their keys.
_KEY = re.compile(
    r"(?<![A-Za-z0-9_-])(?:(?:sk|pk|nvapi|xai|pplx)-[A-Za-z0-9_-]{20,}|(?:hf|gsk|ghp|glpat|r8)[_-][A-Za-z0-9_]{20,}|AIza[A-Za-z0-9_-]{35})"
)
# What people call an option or a part of an address that holds one.
_NAME = r"(?:api[-_]?)?key|(?:access[-_]?|auth[-_]?|bearer[-_]?)?token|secret|passw(?:or)?d|auth(?:orization)?"
_OPTION = re.compile(rf"(?:\w+[-_])?(?:{_NAME}|headers?)", re.IGNORECASE)
_QUERY = re.compile(rf"[?&](?:\w+[-_])?(?:{_NAME}|sig(?:nature)?)=", re.IGNORECASE)
_VARIABLE = re.compile(r"KEY|TOKEN|SECRET|PASSW(?:OR)?D", re.IGNORECASE)
# Shorter ones are words that a page may well contain.
_SHORTEST = 12
_TEXTS = frozenset(".css .html .js .json .map .md .mjs .svg .txt .xml .yaml .yml".split())


def refuse_secrets(strings: Mapping[str, str]) -> None:
    """Looks for secrets in options.

    Raises:
        OptionError: There is one; its value is not repeated.
    """
    for name, text in strings.items():
        if _OPTION.fullmatch(name):
            raise OptionError(f"`{name}` is not an option: {PUBLIC}", name)
        if _KEY.search(text):
            raise OptionError(f"`{name}` holds what looks like a key: {PUBLIC}", name)


def refuse_secret_address(name: str, text: str) -> None:
    """Looks for secrets in an address.

    Raises:
        OptionError: It has a name and password, or a query that is called as keys are.
    """
    if "@" in urlsplit(text).netloc:
        raise OptionError(f"`{name}` holds a name or password before the `@`: {PUBLIC}", name)
    if _QUERY.search(text):
        raise OptionError(f"`{name}` holds a key behind its `?`: {PUBLIC}", name)


def leaks(root: Path, hosts: Iterable[str], files: Iterable[Path] | None = None) -> Iterator[str]:
    """Secrets in files that others can read.

    What looks like a key, values of secret environment variables, and passwords and keys in
    addresses of the model servers.

    Args:
        root: The folder that places are told from, as a built site's.
        hosts: The model servers' host names.
        files: Which to look through; else all texts below `root`.

    Yields:
        Place and kind of each; never its value.
    """
    variables = {
        name: value
        for name, value in os.environ.items()
        if _VARIABLE.search(name) and len(value) >= _SHORTEST and "/" not in value
    }
    patterns = {"what looks like a key": _KEY}
    for host in hosts:
        patterns[f"a password in an address of {host}"] = re.compile(
            rf"//[^\s/@\"'<>]+@{re.escape(host)}"
        )
        patterns[f"a key in an address of {host}"] = re.compile(
            rf"//{re.escape(host)}[^\s\"'<>]*{_QUERY.pattern}", re.IGNORECASE
        )
    if files is None:
        files = (p for p in sorted(root.rglob("*")) if p.suffix in _TEXTS and p.is_file())
    for file in files:
        text = file.read_text(encoding="utf-8", errors="replace")
        found = {kind: match.start() for kind, p in patterns.items() if (match := p.search(text))}
        found |= {
            f"the value of the environment variable {name}": text.index(value)
            for name, value in variables.items()
            if value in text
        }
        for kind, at in found.items():
            yield f"{file.relative_to(root).as_posix()}:{text.count(chr(10), 0, at) + 1}: {kind}"
