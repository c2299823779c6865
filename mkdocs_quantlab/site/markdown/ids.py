"""The `id` of each directive's element, to which links and fields for evidence refer."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.core.schema import OptionError
from mkdocs_quantlab.site.markdown.directives import EVIDENCE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mkdocs_quantlab.site.markdown.directives import Found

_ID = re.compile(
    r"""<!--.*?-->|<[a-z][\w-]*(?:[^<>"']|"[^"]*"|'[^']*')*?\sid\s*=\s*["']?([^"'\s>]+)""",
    re.DOTALL | re.IGNORECASE,
)


def identifier(page: Sequence[Found], at: int) -> str:
    """The `id` of a directive's element: the author's, or one by its place among the page's directives.

    Fields for evidence do not count: they are added to labs later, and links to figures must stay what they are.
    """
    number = sum(found.name != EVIDENCE for found in page[: at + 1])
    return page[at].attributes.get("id", f"quantlab-{number}")


def written_ids(html: str, page: Sequence[Found]) -> Counter[str]:
    """How often each `id` is in a page's HTML before its directives are replaced; empty if no `id` of theirs is in it."""
    if not any(identifier(page, at) in html for at in range(len(page))):
        return Counter()
    return Counter(match[1] for match in _ID.finditer(html) if match[1])


def check_identifier(page: Sequence[Found], at: int, written: Counter[str]) -> None:
    """Looks whether a directive's `id` is the only one of the page.

    Raises:
        OptionError: It is not.
    """
    found, name = page[at], identifier(page, at)
    by_place = {
        identifier(page, i): i
        for i, each in enumerate(page)
        if each.name != EVIDENCE and "id" not in each.attributes
    }
    if "id" in found.attributes:
        if name in by_place:
            other = page[by_place[name]].name
            raise OptionError(
                f"the `id` `{name}` is the one that `data-{other}` on this page gets by its place: choose a different `id`"
            )
        if written[name] > 1:
            raise OptionError(
                f"the `id` `{name}` is on several elements of this page: choose a different `id`"
            )
    elif (
        by_place.get(name) == at
        and written[name]
        and not any(each.attributes.get("id") == name for each in page)  # which is told itself
    ):
        raise OptionError(
            f"its `id` would be `{name}`, which another element of this page has: give the directive an `id`"
        )
