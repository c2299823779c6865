"""Empty `div`s whose attribute is a part of a directive's name, such as `data-chat` for `data-quantlab-chat`.

Such a short name may belong to another tool. It therefore does not end the build, as a misspelt directive does: the build asks the author.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SHORTEST = 4
"""Characters of a part that counts: `data-qat` may mean anything."""
_ATTRIBUTE = re.compile(r"\sdata-([a-z0-9_-]+)")


class Similar(NamedTuple):
    """A start tag that may be meant as a directive."""

    tag: str
    """The start tag's text."""
    name: str
    """The name after `data-`."""
    near: tuple[str, ...]
    """The directives whose names end with it."""

    @property
    def question(self) -> str:
        """What to ask the author."""
        meant = " or ".join(f"`data-{each}`" for each in self.near)
        return f"`data-{self.name}` is not a directive; did you mean {meant}?"


class SimilarNames:
    """Finds such elements.

    Args:
        names: The names of the site's directives.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._known = known = set(names)
        self._near: dict[str, tuple[str, ...]] = {}
        for name in sorted(known):
            words = name.split("-")
            for at in range(1, len(words)):
                part = "-".join(words[at:])
                if len(part) >= SHORTEST and part not in known:
                    self._near[part] = (*self._near.get(part, ()), name)
        parts = "|".join(map(re.escape, sorted(self._near, key=len, reverse=True)))
        # Code is escaped by now.
        self._element = re.compile(
            rf"<div(?=\s)[^<>]*?\sdata-({parts or '(?!)'})(?=[\s=>])[^<>]*>(?=\s*</div>)",
            re.IGNORECASE,
        )

    def find(self, html: str) -> Iterator[Similar]:
        """The elements in a page's content, which the extension has converted."""
        for match in self._element.finditer(html):
            if not self._known.isdisjoint(_ATTRIBUTE.findall(match[0].lower())):
                continue  # an option of a directive, such as `data-recipe`
            name = match[1].lower()
            yield Similar(match[0], name, self._near[name])
