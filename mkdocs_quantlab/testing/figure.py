"""Whether a figure is HTML that may stand in any page."""

from __future__ import annotations

from html.parser import HTMLParser

from mkdocs_quantlab.engine.core.html import VOID

BLOCKED = {"script", "style", "link", "iframe", "object", "embed", "form", "html", "head", "body"}
"""Elements that a figure must not have: they would act on the page around it, or do nothing when the figure is drawn again."""


def mistakes(html: str) -> str:
    """What is wrong with a figure, as a sentence; the empty text for nothing."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    if reader.open:
        reader.wrong.append(f"`<{reader.open[-1]}>` is not closed")
    return "; ".join(reader.wrong[:3])


class _Reader(HTMLParser):
    """Follows start and end tags."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if tag in BLOCKED:
            self.wrong.append(f"a figure cannot have `<{tag}>`")
        if "id" in names:
            self.wrong.append(
                f"`<{tag}>` has an `id`: a figure may be on a page twice, and identifiers are unique"
            )
        self.wrong += [
            f"`<{tag}>` has the attribute `{name}`, and figures run no script"
            for name in names
            if name.startswith("on")
        ]
        self.wrong += [
            f"`<{tag}>` has the attribute `{name}` twice"
            for name in sorted(set(names))
            if names.count(name) > 1
        ]
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
