"""Parts of finished pages that need no search: this package's elements, and what a page shares with the page before it.

Figures are most of a page with a lab, the theme's lines are most of the others, and a search looks at each character.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_START = re.compile(r"<(quantlab-[a-z-]+)(?=[\s>])")


def replace_elements(
    html: str, replace: Callable[[str], str], names: Iterable[str] | None = None
) -> str:
    """The page with other text in place of elements, which end at the first end tag of their name.

    Args:
        html: The page.
        replace: Given an element's HTML, what stands in its place.
        names: Names of the elements; None for all of this package's.
    """
    parts = []
    done = at = 0
    while found := _START.search(html, at):
        at = found.end()
        end_tag = f"</{found[1]}>"
        end = html.find(end_tag, at)
        if end < 0 or (names is not None and found[1] not in names):
            continue
        at = end + len(end_tag)
        parts += [html[done : found.start()], replace(html[found.start() : at])]
        done = at
    return "".join([*parts, html[done:]]) if parts else html


class NewLines:
    """Texts one after another, as a site's pages, each without the lines that the text before it has, too."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def of(self, text: str) -> str:
        """The lines of a text that the text before it does not have, in any order."""
        lines = set(text.split("\n"))
        new = lines - self._known
        self._known = lines
        return "\n".join(new)

    def forget(self) -> None:
        """Takes all lines of the next text as new: something was found in this one, which the next may have, too."""
        self._known = set()
