"""Keeps figures out of the index of MkDocs' own search, which does not know `data-search-exclude`.

Figures are numbers: whoever searches for one would find every page with a figure.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_OURS = re.compile(r"<(quantlab-(?:widget|chat|objectives))\b.*?</\1>", re.DOTALL)
# A comment is in no index, and stays where it is while others change the page around it.
_MARK = "<!--quantlab-hidden-{}-->"


def hide(html: str) -> tuple[str, list[str]]:
    """The page with marks in place of what is not to be found, and that, in order."""
    hidden: list[str] = []

    def mark(found: re.Match[str]) -> str:
        hidden.append(found[0])
        return _MARK.format(len(hidden) - 1)

    return _OURS.sub(mark, html), hidden


def show(html: str, hidden: Sequence[str]) -> str:
    """The page as it was before `hide`, but for what others changed meanwhile."""
    for number, text in enumerate(hidden):
        html = html.replace(_MARK.format(number), text)
    return html
