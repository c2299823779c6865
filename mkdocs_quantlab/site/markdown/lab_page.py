"""What makes a page with style comments, or with objectives, a lab page while Python-Markdown converts it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor

from mkdocs_quantlab.engine.core.schema import OptionError
from mkdocs_quantlab.site.markdown import lab
from mkdocs_quantlab.site.markdown.directives import note
from mkdocs_quantlab.site.markdown.source import without_fences

if TYPE_CHECKING:
    from markdown import Markdown

    from mkdocs_quantlab.site.markdown.extension import QuantlabExtension


class Source(Preprocessor):
    """Keeps the page's text, in which an error's line is looked up."""

    text = ""

    def run(self, lines: list[str]) -> list[str]:
        self.text = "\n".join(lines)
        return lines


class Comments(Preprocessor):
    """Keeps what the page's style comments say."""

    said: tuple[lab.Said, ...] = ()

    def run(self, lines: list[str]) -> list[str]:
        self.said = tuple(lab.said_in_comments("\n".join(lines)))
        return lines


class Lab(Treeprocessor):
    """Gives lab pages their sections."""

    def __init__(
        self, md: Markdown, extension: QuantlabExtension, source: Source, comments: Comments
    ) -> None:
        super().__init__(md)
        self.extension = extension
        self.source = source
        self.comments = comments

    def run(self, root: Element) -> None:
        page = self.extension.current(self.md, self.source.text)
        said = (*lab.said_in_meta(page.meta), *self.comments.said)
        defaults = self.extension.getConfig("lab")
        words = self.extension.words(self.md, page)
        if not said and not (defaults and lab.has_objectives(root, words)):
            return
        self.extension.seen = True
        styles = {name: style.default for name, style in lab.STYLES.items()} | defaults
        problems = []
        for each in said:
            try:
                lab.check(each.name, each.value)
                styles[each.name] = each.value
            except OptionError as error:
                at = without_fences(page.text).find(each.text)
                place = page.place(page.text.count("\n", 0, at) + 1) if at >= 0 else page.path
                problems.append((place, str(error)))
        self.extension.report(problems)
        lab.arrange(root, styles, words)
        for place, problem in reversed(problems):
            paragraph = Element("p")
            paragraph.text = self.md.htmlStash.store(note(place, problem))
            root.insert(1, paragraph)  # MkDocs takes the title from the first element
