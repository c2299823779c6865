"""Whether a figure is HTML that may stand in any page."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from mkdocs_quantlab.engine.core.fields import FloatList
from mkdocs_quantlab.engine.core.html import VOID
from mkdocs_quantlab.engine.core.schema import Field, OptionError
from mkdocs_quantlab.engine.core.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

BLOCKED = {"script", "style", "link", "iframe", "object", "embed", "form", "html", "head", "body"}
"""Elements that a figure must not have: they would act on the page around it, or do nothing when the figure is drawn again."""


MARKS = ("data-drag-x", "data-drag-y", "data-click", "data-paint", "data-scrub", "data-play")
"""Attributes of marks that set an option, whose name is their value."""


def mistakes(html: str, fields: Iterable[Field[Any]] | None = None) -> str:
    """What is wrong with a figure, as a sentence; the empty text for nothing.

    Args:
        html: The figure.
        fields: The widget's options, to check what marks set; None where that does not matter.
    """
    reader = _Reader(None if fields is None else {field.name: field for field in fields})
    reader.feed(html)
    reader.close()
    if reader.open:
        reader.wrong.append(f"`<{reader.open[-1]}>` is not closed")
    return "; ".join(reader.wrong[:3])


class _Reader(HTMLParser):
    """Follows start and end tags."""

    def __init__(self, fields: dict[str, Field[Any]] | None) -> None:
        super().__init__()
        self.fields = fields
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if tag in BLOCKED:
            self.wrong.append(f"a figure cannot have `<{tag}>`")
        if "id" in names:
            self.wrong.append(
                f"`<{tag}>` has an `id`, which must be unique, but a page may contain a figure twice"
            )
        self.wrong += [
            f"`<{tag}>` has the attribute `{name}`, and figures cannot contain scripts"
            for name in names
            if name.startswith("on")
        ]
        self.wrong += [
            f"`<{tag}>` has the attribute `{name}` twice"
            for name in sorted(set(names))
            if names.count(name) > 1
        ]
        if self.fields is not None:
            given = dict(attrs)
            for name in MARKS:
                if name in given:
                    self.wrong += _wrong_mark(name, given, self.fields)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            inside = f" inside `<{self.open[-1]}>`" if self.open else ""
            self.wrong.append(f"`</{tag}>` closes nothing{inside}")


def _wrong_mark(
    name: str, given: dict[str, str | None], fields: dict[str, Field[Any]]
) -> Iterable[str]:
    """What is wrong with what a mark sets."""
    option = given[name] or ""
    field = fields.get(option)
    what = f"a mark with `{name}`"
    if field is None:
        yield f"{what} sets the option `{option}`, which does not exist{did_you_mean(option, fields)}"
        return
    if name == "data-paint" and not isinstance(field, FloatList):
        yield f"{what} sets `{option}`, which is not a `FloatList`"
    if name.startswith("data-drag") and not field.in_form:
        yield f"{what} sets `{option}`, which has no control in the form"
    values = json.loads(given.get("data-values") or "[]")
    for value in [*values, *([given["data-value"]] if "data-value" in given else [])]:
        try:
            field.parse(value or "")
        except OptionError as error:
            yield f"{what} sets a value that is not taken: {error}"
