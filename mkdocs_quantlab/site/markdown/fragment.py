"""Directives as a piece of HTML for any page: with the style sheet and the script that it needs."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from markdown import Markdown

from mkdocs_quantlab.site.assets import SCRIPT, STYLE
from mkdocs_quantlab.site.errors import LabError
from mkdocs_quantlab.site.markdown.directives import EVIDENCE
from mkdocs_quantlab.site.markdown.page import PageFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mkdocs_quantlab.site.markdown.directives import Found
    from mkdocs_quantlab.site.markdown.extension import QuantlabExtension

EXAMPLE = "data-quantization-explorer data-bits=3"
# In a page it may belong to another tool; here it can only be meant as a directive.
_ATTRIBUTE = re.compile(r"\sdata-([a-z][a-z0-9_-]*)", re.IGNORECASE)


def fragment(extension: QuantlabExtension, text: str, name: str, url: str, prefix: str = "") -> str:
    """The HTML for directives, which can stand in a page of HTML or of CommonMark, several times too.

    It begins with a `<div>` on a line of its own and has no blank line: that is what CommonMark takes as one block of HTML.

    Args:
        extension: With the settings; it knows afterwards which files of models the HTML needs.
        text: Directives, or what stands between `<div` and `></div>` of a single one.
        name: What errors call the text.
        url: Where the page finds the folder of the files for browsers: absolute, or relative to the page.
        prefix: How the `id`s begin of elements whose directives set none, so that a page can have several pieces.

    Raises:
        LabError: There is no directive, or one that is not taken.
    """
    if not text.lstrip().startswith("<"):
        text = f"<div {text.strip()}></div>"
    found = extension.directives.scan(text)
    if not found:
        foreign = _ATTRIBUTE.search(text)
        problem = (
            extension.directives.unknown(foreign[1])
            if foreign
            else f"found no directive: write one such as `{EXAMPLE}`"
        )
        raise LabError(f"{name}: {problem}")
    if prefix:
        text = _with_ids(text, found, prefix)
    extension.page = PageFile(name, text, {})
    html = Markdown(extensions=[extension]).convert(text)
    folder = escape(url.rstrip("/"))
    lines = [
        "<div>",
        f'<link rel="stylesheet" href="{folder}/{STYLE}">',
        f'<script src="{folder}/{SCRIPT}" defer></script>',
        *filter(str.strip, html.split("\n")),
        "</div>",
    ]
    return "\n".join(lines) + "\n"


def _with_ids(text: str, found: Sequence[Found], prefix: str) -> str:
    parts, done, number = [], 0, 0
    for each in found:
        if each.name == EVIDENCE:
            continue  # it has no `id` by its place
        number += 1
        if "id" not in each.attributes and not each.problem:
            at = each.start + len("<div")
            parts += [text[done:at], f' id="{prefix}-{number}"']
            done = at
    return "".join([*parts, text[done:]])
