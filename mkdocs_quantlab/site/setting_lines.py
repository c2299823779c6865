"""Where in a site's configuration a setting is: in `mkdocs.yml`, or in `zensical.toml`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

OURS = "quantlab"
_START = r"(?<![\w/-])quantlab[\"']?\s*:"
_START_TOML = r"markdown_extensions\s*\.\s*quantlab\b|(?<![\w/-])quantlab\s*="


def place_of_setting(file: Path | None, *keys: str) -> str:
    """A setting's place, as in `mkdocs.yml:12`.

    Args:
        file: The site's configuration, or None if it is not known.
        keys: The keys that lead to the setting, from one of our settings on. If the last ones are not in the file, the place is that
            of the ones before them.

    Returns:
        The file's name with the line, the name alone if the file has none of the keys, or `quantlab` if the file is not known.
    """
    try:
        source = file.read_text(encoding="utf-8", errors="replace") if file else ""
    except OSError:
        file = None
    if file is None:
        return OURS
    is_toml = file.suffix == ".toml"
    for end in range(len(keys), 0, -1):
        line = line_of_option(source, *keys[:end], is_toml=is_toml)
        if line:
            return f"{file.name}:{line}"
    return file.name


def line_of_option(source: str, *keys: str, is_toml: bool = False) -> int | None:
    """The line, from 1, of the last of nested keys, or None if it is missing.

    Args:
        source: The text of a configuration.
        keys: The keys that lead to the option, from one of our settings on.
        is_toml: The text is TOML, where a key is followed by `=`, or is a part of a dotted key or of a table's name.
    """
    text = re.sub(r"(?m)(?:^|(?<=\s))#.*", lambda comment: " " * len(comment[0]), source)
    # Other parts of a configuration have keys such as `language`, too.
    start = re.compile(_START_TOML if is_toml else _START).search(text)
    end = r"\s*[=.\]]" if is_toml else r"\s*:"
    found = start.end() if start else 0
    for key in keys:
        match = re.compile(rf"(?<![\w/-])({re.escape(key)})[\"']?{end}").search(text, found)
        if match is None:
            return None
        found = match.end(1)
    return text.count("\n", 0, found) + 1 if keys else None
