"""Fields of options that are texts, for what has no widget: the chat and the evidence."""

from __future__ import annotations

import json
from typing import Any

from mkdocs_quantlab.engine.core.schema import Field


class Text(Field[str]):
    """Any text."""

    @property
    def allowed(self) -> str:
        return "a text"

    def parse(self, text: str) -> str:
        return text.strip()


class Texts(Field[tuple[str, ...]]):
    """Texts separated by `|`, or a JSON list of texts."""

    @property
    def allowed(self) -> str:
        return "texts separated by `|`, or a JSON list of texts"

    def parse(self, text: str) -> tuple[str, ...]:
        entries = json_list(text, self)
        if entries is None:
            entries = [part.strip() for part in text.split("|") if part.strip()]
        for entry in entries:
            if not isinstance(entry, str) or not entry.strip():
                raise self.refuse(str(entry))
        return tuple(str(entry).strip() for entry in entries)

    def format(self, value: tuple[str, ...]) -> str:
        return json.dumps(value, ensure_ascii=False)


def json_list(text: str, field: Field[Any]) -> list[object] | None:
    """The list that a text is in JSON, or None where it is not meant as one."""
    if not text.lstrip().startswith("["):
        return None
    try:
        return list(json.loads(text))
    except ValueError:
        raise field.refuse(text) from None
