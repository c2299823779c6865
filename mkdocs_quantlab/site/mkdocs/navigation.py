"""The navigation by the `order` of pages' front matter, for sites that write none themselves."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from mkdocs.structure.files import file_sort_key
from mkdocs.utils.meta import get_data

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mkdocs.structure.files import Files

ORDER = "order"
"""The key of a page's front matter that says its place."""


def read_orders(files: Files) -> tuple[dict[str, float], list[tuple[str, str]]]:
    """The order of each page in the navigation, infinity where a page names none, as MkDocs would list them.

    Returns:
        Orders by path in the docs folder; and places and texts of mistakes.
    """
    orders: dict[str, float] = {}
    problems = []
    for page in sorted(files.documentation_pages(), key=file_sort_key):
        if page.inclusion.is_in_nav():  # type: ignore[no-untyped-call]
            text = page.content_string
            try:
                orders[page.src_uri] = _order(text)
            except ValueError as error:
                orders[page.src_uri] = math.inf
                line = _line(text)
                problems.append((f"{page.src_uri}:{line}", str(error)))
    return orders, problems


def _order(text: str) -> float:
    """The page's place among its neighbours.

    Raises:
        ValueError: It is no number.
    """
    _, meta = get_data(text)
    order = meta.get(ORDER, math.inf)
    try:
        # YAML's booleans are numbers to Python, and front matter without dashes is all text.
        number = math.nan if isinstance(order, bool) else float(order)
    except (TypeError, ValueError):
        number = math.nan
    if math.isnan(number):
        raise ValueError(f"`{ORDER}` takes a number; found `{order}`")
    return number


def _line(text: str) -> int:
    found = re.search(rf"(?mi)^[\"']?{ORDER}[\"']?\s*:", text)
    return text.count("\n", 0, found.start()) + 1 if found else 1


def ordered(orders: Mapping[str, float]) -> list[str]:
    """Pages by folder, in each folder by order.

    A folder has the order of its index page, which comes first in it. Neighbours of the same order stay as they were.

    Args:
        orders: The order of each page, by its path in the docs folder.
    """
    first: dict[str, int] = {}
    folders: dict[str, float] = {}
    for place, (path, order) in enumerate(orders.items()):
        for prefix in _prefixes(path):
            first.setdefault(prefix, place)
        folder, _, name = path.rpartition("/")
        if _is_index(name):
            folders[folder] = order

    def key(path: str) -> list[tuple[float, int]]:
        *parents, _ = _prefixes(path)
        own = -math.inf if _is_index(path.rpartition("/")[2]) else orders[path]
        return [
            *((folders.get(each, math.inf), first[each]) for each in parents),
            (own, first[path]),
        ]

    return sorted(orders, key=key)


def _prefixes(path: str) -> list[str]:
    """A path's folders, outermost first, and the path itself."""
    parts = path.split("/")
    return ["/".join(parts[: depth + 1]) for depth in range(len(parts))]


def _is_index(name: str) -> bool:
    return name.rpartition(".")[0] in ("index", "README")
