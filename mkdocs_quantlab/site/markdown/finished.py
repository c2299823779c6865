"""Directives that are left in a page's finished HTML, where they do nothing.

A quote that is not closed makes a directive text, which the Markdown extension finds in what it has converted. The cells of a notebook, and
what a template or another plugin adds to a page, never reach the extension: the plugin looks for them in the finished page,
and `quantlab doctor` in the finished site of an engine that runs no plugins. In all of these cases the page lacks its widget and does not say so.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from html import unescape
from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.site.markdown.source import line_of, without_code
from mkdocs_quantlab.site.markdown.spans import replace_elements

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mkdocs_quantlab.site.markdown.directives import Directives

# What is shown as text, or already reports such a mistake: how it begins, and how each kind ends.
_SKIPPED = re.compile(
    r'<(?:(code|pre|script|style|svg|template|textarea|title)\b|div class="quantlab-error"|!--)',
    re.IGNORECASE,
)
_ENDS = {
    "<!--": re.compile("-->"),
    '<div class="quantlab-error"': re.compile("</div>", re.IGNORECASE),
    **{
        f"<{name}": re.compile(rf"</{name}\s*>", re.IGNORECASE)
        for name in "code pre script style svg template textarea title".split()
    },
}
_QUOTED = re.compile(r"""(?P<quote>["']).*?(?P=quote)""", re.DOTALL)
# Quoted values may hold a `>`.
_TAG = re.compile(r"""<(/?[a-z][\w-]*)(?>[^<>"']+|"[^"]*"|'[^']*')*>""", re.IGNORECASE)
_TEXT = re.compile(r"&lt;div(?=\s)[^<]{,2000}", re.IGNORECASE)
_NAME = re.compile(r"data-([a-z][a-z0-9_-]*)")
_ATTRIBUTE = re.compile(r"\bdata-([a-z][a-z0-9_-]*)", re.IGNORECASE)


class Left(NamedTuple):
    """A directive that did nothing.

    Attributes:
        name: What `data-` names.
        is_text: Readers see it as text; else it is an empty element.
    """

    name: str
    is_text: bool


def _without_skipped(html: str) -> str:
    """The page with a space in place of what is skipped.

    If the end of one kind is missing, it is not looked for again, so that each character is examined only a few times.
    """
    parts = []
    done = at = 0
    unclosed = set()
    while found := _SKIPPED.search(html, at):
        at = found.end()
        kind = found[0].lower()
        if kind in unclosed:
            continue
        end = _ENDS[kind].search(html, at)
        if end is None:
            unclosed.add(kind)
            continue
        parts += [html[done : found.start()], " "]
        done = at = end.end()
    return "".join([*parts, html[done:]])


def left(html: str, directives: Directives) -> Iterator[Left]:
    """The directives of a finished page that no widget has replaced.

    Args:
        html: The page.
        directives: Those of the site.
    """
    html = replace_elements(html, lambda _: " ")
    # Most pages have none of these names at all.
    if not any(map(directives.is_ours, set(_NAME.findall(html.lower())))):
        return
    html = _without_skipped(html)
    for match in _TAG.finditer(html):
        # The values of attributes do not name directives.
        name = _named(_QUOTED.sub("", match[0]), directives) if match[1].lower() == "div" else None
        if name:
            yield Left(name, is_text=False)
    yield from _as_text(html, directives)


def left_as_text(html: str, directives: Directives) -> Iterator[Left]:
    """The directives that are text in a page's content, as the Markdown extension has converted it."""
    if _TEXT.search(html):
        yield from _as_text(_without_skipped(replace_elements(html, lambda _: " ")), directives)


def _as_text(html: str, directives: Directives) -> Iterator[Left]:
    for match in _TEXT.finditer(_TAG.sub("<>", html)):
        # A complete tag is meant to be read, as in a table of contents.
        if _lacks_quote(unescape(match[0].partition("&gt;")[0])):
            name = _named(match[0], directives)
            if name:
                yield Left(name, is_text=True)


def _named(text: str, directives: Directives) -> str | None:
    names = (match[1].lower() for match in _ATTRIBUTE.finditer(text))
    return next(filter(directives.is_ours, names), None)


def _lacks_quote(tag: str) -> bool:
    """Whether a start tag lacks a quote."""
    return any(quote in _QUOTED.sub("", tag) for quote in "\"'")


def problems(found: Iterable[Left], path: str, source: str) -> list[tuple[str, str]]:
    """Places and texts of such mistakes.

    Args:
        found: What is left in a page.
        path: Its file in the docs folder.
        source: What is in that file.
    """
    seen: Counter[Left] = Counter()
    told = []
    for each in found:
        nth = seen[each]
        seen[each] += 1
        if path.endswith(".ipynb"):
            problem = (
                f"the directive `data-{each.name}` has no effect in a notebook, which the Markdown extension "
                "does not see: put it on a Markdown page"
            )
        elif each.is_text:
            problem = (
                f"the directive `data-{each.name}` is text on the page: write "
                f"`<div data-{each.name} …></div>`, with both quotes around each value"
            )
        else:
            problem = (
                f"the directive `data-{each.name}` has no effect, because a template or another plugin added it "
                "after the Markdown was converted: write it in the page's Markdown"
            )
        told.append((_place(each, nth, path, source), problem))
    return told


def _place(each: Left, nth: int, path: str, source: str) -> str:
    if path.endswith(".ipynb"):
        cell = _cell(each, nth, source)
        return f"{path}: cell {cell}" if cell else path
    starts = list(_starts(each, source)) if each.is_text else []
    if starts:
        return f"{path}:{source.count(chr(10), 0, starts[min(nth, len(starts) - 1)]) + 1}"
    line = line_of(f"data-{each.name}", nth, source)
    return f"{path}:{line}" if line else path


def _starts(each: Left, markdown: str) -> Iterator[int]:
    """The offsets of start tags that name a directive: of those that lack a quote if the directive is text, else of the others."""
    tags = re.compile(rf"<div\s[^<>]*data-{re.escape(each.name)}\b[^<>]*", re.IGNORECASE)
    for match in tags.finditer(without_code(markdown)):
        if _lacks_quote(match[0]) == each.is_text:
            yield match.start()


def _cell(each: Left, nth: int, notebook: str) -> int | None:
    """The cell, from 1, in which a directive stands."""
    try:
        cells = [
            (number, "".join(cell["source"]))
            for number, cell in enumerate(json.loads(notebook)["cells"], 1)
            if cell["cell_type"] == "markdown"
        ]
    except (ValueError, KeyError, TypeError):
        return None
    found = [number for number, text in cells for _ in _starts(each, text)]
    return found[min(nth, len(found) - 1)] if found else None
