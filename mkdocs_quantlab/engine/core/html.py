"""A small builder of HTML and SVG text. Escapes by default, so that nothing an author or reader types becomes markup."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, TypeAlias

from mkdocs_quantlab.engine.core.foreign import isolated

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Child: TypeAlias = "str | Iterable[Child] | None"
"""What an element may hold: text, HTML, several of them, or nothing."""
Attribute: TypeAlias = "str | int | float | bool | None"
"""The value of an attribute; None and False leave it out."""

VOID = frozenset({"br", "hr", "img", "input", "wbr"})


class Html(str):
    """A string of HTML; `tag` and `join` do not escape it.

    Strings that are added to it, on either side, or joined by it are escaped unless they are HTML, too.

        >>> tag("b", "1") + " < 2"
        '<b>1</b> &lt; 2'
    """

    __slots__ = ()

    def __html__(self) -> str:
        """The string itself; template engines such as Jinja call this method."""
        return self

    def __add__(self, other: Child) -> Html:
        return Html(str.__add__(self, text(other)))

    def __radd__(self, other: Child) -> Html:
        return Html(str.__add__(text(other), self))

    def join(self, children: Iterable[Child]) -> Html:
        """The children, separated by this string."""
        return Html(str.join(self, map(text, children)))


_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_QUOTES = {chr(34): "&quot;", "'": "&#x27;"}
# The module `html` brings a table of all named characters, which a page would fetch.
_IN_TEXT = str.maketrans(_ENTITIES)
_IN_ATTRIBUTES = str.maketrans(_ENTITIES | _QUOTES)
# A page with a lab has thousands of these, most of them with nothing to escape.
_is_special = re.compile("[&<>\"'\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]").search


def text(child: Child) -> str:
    """A child as HTML: HTML unchanged, other text escaped, iterables joined, None left out.

    A child is HTML if it is an `Html` or has a method `__html__`, like markupsafe's `Markup`.
    """
    if type(child) is str:
        return isolated(child).translate(_IN_TEXT) if _is_special(child) else child
    if type(child) is Html:
        return child
    if isinstance(child, str):
        if isinstance(child, Html):
            return child
        if hasattr(child, "__html__"):
            return str(child.__html__())
        return text(str(child))
    if child is None:
        return ""
    try:
        parts = iter(child)
    except TypeError:
        message = f"an element holds text, HTML, or several of these; found {child!r}"
        raise TypeError(message) from None
    return "".join([part if type(part) is Html else text(part) for part in parts])


@cache
def _attribute_name(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def join(*children: Child) -> Html:
    """Several children as one piece of HTML."""
    return Html("".join(map(text, children)))


def tag(name: str, /, *children: Child, **attributes: Attribute) -> Html:
    """An element.

    Underscores in attribute names become hyphens, a trailing one is dropped (`class_`, `for_`). An attribute
    that is None or False is left out, one that is True stands without a value.

        >>> tag("td", "a < b", class_="n", data_item="w1")
        '<td class="n" data-item="w1">a &lt; b</td>'
    """
    opening = start_tag(name, attributes) if attributes else f"<{name}>"
    if name in VOID:
        return Html(opening)
    # A page with a lab has thousands of elements, most of which hold one text or one element.
    inside = children[0] if len(children) == 1 else children
    return Html(f"{opening}{inside if type(inside) is Html else text(inside)}</{name}>")


def tags(name: str, children: Iterable[Child], /, **attributes: Attribute) -> Html:
    """Elements of the same name and attributes, one for each child.

    >>> tags("td", ["1", "2"])
    '<td>1</td><td>2</td>'
    """
    opening, closing = start_tag(name, attributes), f"</{name}>"
    return Html("".join([f"{opening}{text(child)}{closing}" for child in children]))


def start_tag(name: str, attributes: Mapping[str, Attribute]) -> str:
    """The start tag of an element; its attributes as `tag` takes them."""
    opening = f"<{name}"
    for key, value in attributes.items():
        if type(value) is str:
            opening += _attribute(key, value)
        elif value is True:
            opening += " " + _attribute_name(key)
        elif value is not None and value is not False:
            opening += _attribute(key, str(value))
    return opening + ">"


_READ = frozenset(
    {"alt", "aria-description", "aria-label", "aria-valuetext", "placeholder", "title"}
)
"""Attributes that people read or hear; the others are data."""


# Most attributes are the same in many elements.
@lru_cache(maxsize=4096)
def _attribute(key: str, value: str) -> str:
    name = _attribute_name(key)
    if _is_special(value):
        value = (isolated(value) if name in _READ else value).translate(_IN_ATTRIBUTES)
    return f' {name}="{value}"'
