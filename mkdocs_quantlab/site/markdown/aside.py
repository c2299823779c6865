"""Directives inside blocks with a `markdown` attribute, which Python-Markdown's `md_in_html` would tear.

`md_in_html` reads a `<div>` that does not begin a line as text, and takes its `</div>` for the end of the outer block. Material's
card grid is a list in such a block. Directives there are replaced by a word before `md_in_html` reads the page, and put back
into the final HTML: a word survives lists, tables, quotes, footnotes and tabs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString, code_escape

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from markdown import Markdown

# Quoted values may hold a `>`. Atomic groups keep the search linear.
_EMPTY_DIV = re.compile(r"""<div(?=\s)(?>[^<>"']+|"[^"]*"|'[^']*')*>\s*</div\s*>""", re.IGNORECASE)
_MARKDOWN = re.compile(
    r"""<[a-z][\w-]*\s(?:[^<>"']|"[^"]*"|'[^']*')*?(?<=\s)markdown\b""", re.IGNORECASE
)
_DATA = re.compile(r"\sdata-", re.IGNORECASE)
_LINE_START = re.compile(r" {0,3}")
_WORD = "quantlabdirective"


class Aside:
    """The directives of one Markdown instance that are set aside, by the word that stands for each."""

    def __init__(self, md: Markdown) -> None:
        self.md = md
        self.found: dict[str, str] = {}
        # Fences are out of the text by then (25), raw HTML is still in it (20).
        md.preprocessors.register(_Take(md, self), "quantlab_aside", 20.5)
        md.preprocessors.register(_RestoreRaw(md, self), "quantlab_aside_raw", 19.5)
        # Before code is highlighted (30), and after inline code is known (20).
        md.treeprocessors.register(_RestoreCode(md, self), "quantlab_aside_code", 100)
        md.treeprocessors.register(_RestoreCode(md, self), "quantlab_aside_inline_code", 19.5)

    def take(self, text: str) -> str:
        """The page's text with words for directives that `md_in_html` would tear."""
        self.found = {}
        block = (
            _MARKDOWN.search(text) if "markdown_block" in self.md.parser.blockprocessors else None
        )
        if not block:
            return text
        word = _WORD
        while word in text:
            word += "x"

        def replace(match: re.Match[str]) -> str:
            before = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
            is_whole = _LINE_START.fullmatch(before) or before.lstrip().startswith("#")
            if match.start() < block.start() or is_whole or not _DATA.search(match[0]):
                return match[0]
            key = f"{word}{len(self.found)}end"
            self.found[key] = match[0]
            return key

        return _EMPTY_DIV.sub(replace, text)

    def put_back(self, text: str, *, in_code: bool = False) -> str:
        """The text with directives in place of their words; escaped in code."""
        for word, directive in self.found.items():
            if word in text:
                text = text.replace(word, code_escape(directive) if in_code else directive)
        return text

    def put_back_html(self, html: str) -> str:
        """The final HTML with its directives; what is in code that was highlighted is escaped."""
        for word, directive in self.found.items():
            at = html.find(word)
            while at >= 0:
                in_code = html.count("<code", 0, at) > html.count("</code>", 0, at)
                text = code_escape(directive) if in_code else directive
                html = html[:at] + text + html[at + len(word) :]
                at = html.find(word, at + len(text))
        return html


class _Take(Preprocessor):
    def __init__(self, md: Markdown, aside: Aside) -> None:
        super().__init__(md)
        self.aside = aside

    def run(self, lines: list[str]) -> list[str]:
        return self.aside.take("\n".join(lines)).split("\n")


class _RestoreRaw(_Take):
    """Raw HTML of the author's, such as comments and `<pre>`, stays as it was."""

    def run(self, lines: list[str]) -> list[str]:
        stash = self.md.htmlStash.rawHtmlBlocks
        if self.aside.found:
            for i, raw in enumerate(stash):
                if isinstance(raw, str):
                    stash[i] = self.aside.put_back(raw)
        return lines


class _RestoreCode(Treeprocessor):
    def __init__(self, md: Markdown, aside: Aside) -> None:
        super().__init__(md)
        self.aside = aside

    def run(self, root: Element) -> None:
        if self.aside.found:
            for code in root.iter("code"):
                if code.text:
                    code.text = AtomicString(self.aside.put_back(code.text, in_code=True))
