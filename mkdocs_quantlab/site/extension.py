"""The Python-Markdown extension: puts widgets in place of directives.

It is a pure function of page and configuration, keeps nothing between pages, and may run several times over a page:
Python-Markdown runs postprocessors again on headings, and other extensions nest whole Markdown instances.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markdown import Extension
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor
from mkdocs.exceptions import PluginError

from mkdocs_quantlab.engine.nearest import did_you_mean
from mkdocs_quantlab.engine.widgets import widget
from mkdocs_quantlab.site import chat
from mkdocs_quantlab.site.config import SETTINGS
from mkdocs_quantlab.site.directives import CHAT, Found, expand, line_of, note
from mkdocs_quantlab.site.element import element

if TYPE_CHECKING:
    from collections.abc import Callable

    from markdown import Markdown


class LabError(PluginError):
    """Mistakes in a page, each with its place. MkDocs shows it as a message, without a traceback."""


class QuantlabExtension(Extension):
    """The extension `quantlab`.

    Attributes:
        page: Path and text of the page's file, where the caller knows them: for the place of an error.
        seen: A page had a directive, or a lab's callout, since the extension was made.
        servers: Addresses of the model servers of all chats since the extension was made.
        warn: Takes each problem where `on_error` is `warn`.
    """

    def __init__(self, **kwargs: Any) -> None:
        self.config = {name: [setting.default, setting.help] for name, setting in SETTINGS.items()}
        self.page: tuple[str, str] | None = None
        self.seen = False
        self.servers: set[str] = set()
        self.warn: Callable[[str], None] = logging.getLogger(__name__).warning
        super().__init__(**kwargs)

    def setConfig(self, key: str, value: Any) -> None:  # noqa: N802
        """Sets an option; Python-Markdown calls it for each one given."""
        if key not in SETTINGS:
            known = ", ".join(f"`{name}`" for name in SETTINGS)
            raise PluginError(
                f"quantlab: unknown option `{key}`{did_you_mean(key, SETTINGS)}; the options are {known}"
            )
        try:
            self.config[key][0] = SETTINGS[key].read(value)
        except ValueError as error:
            raise PluginError(f"quantlab: `{key}` {error}") from None

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        """Registers with a Markdown instance."""
        source = _Source(md)
        # Before everything that changes the text; after everything that changes the HTML.
        md.preprocessors.register(source, "quantlab_source", 1000)
        md.postprocessors.register(_Directives(md, self, source), "quantlab", 5)


class _Source(Preprocessor):
    """Keeps the page's text, in which an error's line is looked up."""

    text = ""

    def run(self, lines: list[str]) -> list[str]:
        self.text = "\n".join(lines)
        return lines


class _Directives(Postprocessor):
    """Replaces directives in the page's HTML."""

    def __init__(self, md: Markdown, extension: QuantlabExtension, source: _Source) -> None:
        super().__init__(md)
        self.extension = extension
        self.source = source

    def run(self, text: str) -> str:
        problems: list[str] = []

        def on_problem(place: str, problem: str) -> str:
            problems.append(f"{place}: {problem}")
            return note(place, problem)

        result = expand(text, self._render, self._locate, on_problem)
        if result is not text or "lab-callout" in text:
            self.extension.seen = True
        if problems and self.extension.getConfig("on_error") == "fail":
            raise LabError("\n".join(problems))
        for problem in problems:
            self.extension.warn(problem)
        return result

    def _render(self, found: Found, number: int) -> str:
        identifier = found.attributes.get("id", f"quantlab-{number}")
        if found.name == CHAT:
            strings = {**self.extension.getConfig("chat"), **found.options}
            self.extension.servers.add(strings.get("endpoint", ""))
            return chat.element(strings, identifier=identifier, attributes=found.attributes)
        defaults = self.extension.getConfig("defaults").get(found.name, {})
        strings = widget(found.name).options.merge(defaults, found.options)
        return element(
            found.name,
            strings,
            identifier=identifier,
            attributes=found.attributes,
            pyodide=self.extension.getConfig("pyodide"),
        )

    def _locate(self, found: Found, nth: int) -> str:
        path, text = self.extension.page or _zensical_page(self.md) or ("", self.source.text)
        line = line_of(found.tag, nth, text)
        if line is None:
            # A macro or an included file made it: its text tells the author more than no place at all.
            return f"{path or 'page'}: {found.tag}"
        return f"{path}:{line}" if path else f"line {line}"


def _zensical_page(md: Markdown) -> tuple[str, str] | None:
    """Path and text of the page that Zensical is rendering, or None under another engine."""
    context = sys.modules.get("zensical.extensions.context")
    current = context.ContextPreprocessor.from_markdown(md) if context else None
    if current is None:
        return None
    path = str(current.page.path)
    file = Path(current.config.get("docs_dir", "docs")) / path
    # The text that Zensical passes on lacks the front matter, which would put every line too high.
    return (path, file.read_text(encoding="utf-8")) if file.is_file() else None
