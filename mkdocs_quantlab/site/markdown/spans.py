"""Where this package's elements are in a page's HTML. Figures are most of a page with a lab, and regular expressions look at each character."""

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
