"""The Python-Markdown extension: puts widgets in place of directives.

It is a pure function of page and configuration, keeps nothing between pages, and may run several times over a page:
Python-Markdown runs postprocessors again on headings, and other extensions nest whole Markdown instances.
"""

from __future__ import annotations

import logging
import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markdown import Extension
from markdown.postprocessors import Postprocessor

from mkdocs_quantlab.engine.core.custom import blaming
from mkdocs_quantlab.engine.core.foreign import shown
from mkdocs_quantlab.engine.core.texts import ENGLISH, Words
from mkdocs_quantlab.site.errors import LabError
from mkdocs_quantlab.site.evidence import evidence
from mkdocs_quantlab.site.markdown import lab
from mkdocs_quantlab.site.markdown.aside import Aside
from mkdocs_quantlab.site.markdown.directives import (
    ALIASES,
    CHAT,
    EVIDENCE,
    Directives,
    Found,
    expand,
    note,
)
from mkdocs_quantlab.site.markdown.element import element
from mkdocs_quantlab.site.markdown.finished import left_as_text
from mkdocs_quantlab.site.markdown.finished import problems as directives_left
from mkdocs_quantlab.site.markdown.ids import check_identifier, identifier, written_ids
from mkdocs_quantlab.site.markdown.lab_page import Comments, Lab, Source
from mkdocs_quantlab.site.markdown.page import (
    PageFile,
    mkdocs_page,
    shorten_traceback,
    without_script,
    zensical_file,
    zensical_language,
    zensical_page,
)
from mkdocs_quantlab.site.markdown.similar import SimilarNames
from mkdocs_quantlab.site.markdown.source import line_of
from mkdocs_quantlab.site.models.resources import SiteResources
from mkdocs_quantlab.site.setting_lines import place_of_setting
from mkdocs_quantlab.site.settings import (
    SETTINGS,
    WIDGETS,
    current_defaults,
    former_names,
    keys_of,
    read_language,
    unknown_option,
)
from mkdocs_quantlab.site.widgets.registry import Widgets

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Mapping, Sequence
    from typing import Self

    from markdown import Markdown

    from mkdocs_quantlab.engine.core.schema import Options
    from mkdocs_quantlab.site.models.models import Models
    from mkdocs_quantlab.site.models.page_models import PageModel
    from mkdocs_quantlab.site.widgets.archive import Archive
    from mkdocs_quantlab.site.widgets.registry import CustomWidget


class QuantlabExtension(Extension):
    """The extension `quantlab`.

    Attributes:
        page: The page that comes next, where the caller knows it.
        seen: A page had a directive, or was a lab page or had a lab's callout, since the extension was made.
        servers: Addresses of the model servers of all chats since the extension was made.
        page_models: The files of models that pages since then hand to readers.
        archives: The files of custom widgets that pages since then have, by the page's path.
        config_file: The site's configuration, where the caller knows it.
        warn: Takes each problem where `on_error` is `warn`.
        inform: Takes what may be intended, and is no reason to end a build with `--strict`.
        folder: What relative paths are relative to: to models, and to the folder of custom widgets.
        languages: Languages of pages since the extension was made.
        theme_language: The language of the site's theme, where the caller knows it.
    """

    def __init__(self, **kwargs: Any) -> None:
        self.config = {name: [setting.default, setting.help] for name, setting in SETTINGS.items()}
        self.page: PageFile | None = None
        self.seen = False
        self.servers: set[str] = set()
        self.page_models: set[PageModel] = set()
        self.warn: Callable[[str], None] = logging.getLogger(__name__).warning
        self.inform = self.warn
        self.folder = Path.cwd()
        self.config_file: Path | None = None
        self.languages: set[str] = set()
        self.theme_language = ""
        self.archives: dict[str, set[Archive]] = {}
        self.told: set[str] = set()
        super().__init__(**kwargs)

    @classmethod
    def of_site(cls, config_file: Path | None, settings: Mapping[str, Any]) -> Self:
        """The extension for a site, which paths are relative to.

        Args:
            config_file: The site's configuration, or None if it has no file.
            settings: Those of `quantlab` in it.

        Raises:
            LabError: A setting is wrong.
        """
        made = cls()
        if config_file:
            made.config_file = config_file
            made.folder = config_file.resolve().parent
        made.setConfigs(dict(settings))
        return made

    @property
    def models(self) -> Models:
        """The site's models."""
        from mkdocs_quantlab.site.models.models import models_of  # noqa: PLC0415  # slow to import, and most sites name none

        return models_of(tuple(self.getConfig("models").items()), self.folder)

    @cached_property
    def widgets(self) -> Widgets:
        """The site's widgets. Not to be asked for before `folder` is known.

        Raises:
            LabError: The folder that the setting names does not exist, or contains the site.
        """
        setting = self.getConfig("widgets")
        base, folder = self.folder.resolve(), (self.folder / setting).resolve()
        problem = ""
        if setting != WIDGETS and not os.path.isdir(folder):  # noqa: PTH112  # pathlib's raises an error for names that are too long
            problem = "does not exist"
        elif base.is_relative_to(folder):
            # `mkdocs serve` would watch everything in it, the built site too.
            problem = "contains the site: name a folder with nothing but widgets"
        if problem:
            found = shown(setting)
            raise self._wrong(f"`widgets` names the folder `{found}`, which {problem}", "widgets")
        return Widgets(folder, base)

    @cached_property
    def directives(self) -> Directives:
        """The site's directives.

        Raises:
            LabError: A custom widget has the name of a directive that is no widget.
        """
        for name in (CHAT, EVIDENCE, *ALIASES):
            if name in self.widgets.names:
                raise LabError(
                    f"quantlab: {self.widgets.shown(name)}: `data-{name}` is a built-in directive: rename the widget"
                )
        for place in self.widgets.ignored():
            self.warn(f"{place.shown}: {place.problem}")
        return Directives(self.widgets.names, self.widgets.takes)

    @cached_property
    def similar(self) -> SimilarNames:
        """Names that are parts of the directives' names."""
        return SimilarNames(self.directives.names)

    @cached_property
    def defaults(self) -> Mapping[str, Mapping[str, str]]:
        """The setting `defaults`.

        Raises:
            LabError: A widget is unknown, or does not take its options.
        """
        try:
            return current_defaults(self.getConfig("defaults"), self.widgets.widget)
        except ValueError as error:
            raise self._wrong(f"`defaults`: {error}", "defaults", *keys_of(error)) from None

    def setConfig(self, key: str, value: Any) -> None:  # noqa: N802
        """Sets an option; Python-Markdown calls it for each one given."""
        if key not in SETTINGS:
            raise self._wrong(unknown_option(key), key)
        try:
            self.config[key][0] = SETTINGS[key].read(value)
            for keys, sentence in former_names(key, value):
                self.warn(f"{self._place_of_setting(*keys)}: `{key}`: {sentence}")
        except ValueError as error:
            raise self._wrong(f"`{key}` {error}", key, *keys_of(error)) from None

    def _place_of_setting(self, *keys: str) -> str:
        return place_of_setting(self.config_file or zensical_file(), *keys)

    def _wrong(self, problem: str, *keys: str) -> LabError:
        """The error for a wrong setting, which the keys lead to."""
        shorten_traceback()
        return LabError(f"{self._place_of_setting(*keys)}: {problem}")

    def check(self) -> None:
        """Checks settings that depend on the site's widgets, which a page may never need.

        Raises:
            LabError: One is wrong.
        """
        _ = self.defaults

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        """Registers with a Markdown instance."""
        source = Source(md)
        comments = Comments(md)
        # Before everything that changes the text; after everything that changes the HTML.
        md.preprocessors.register(source, "quantlab_source", 1000)
        md.postprocessors.register(_Directives(md, self, source, Aside(md)), "quantlab", 5)
        # Fences are out of the text by then (25), raw HTML is still in it (20, and 21 for MkDocs).
        md.preprocessors.register(comments, "quantlab_comments", 22)
        # Headings have their identifiers (5), and MkDocs has not looked for the title yet (1).
        md.treeprocessors.register(Lab(md, self, source, comments), "quantlab_lab", 2)

    def report(self, problems: Sequence[tuple[str, str]]) -> None:
        """Tells of what is wrong with a page, as places and problems, in the way that `on_error` says.

        Raises:
            LabError: Something is wrong, and `on_error` is `fail`.
        """
        lines = [f"{place}: {problem}" for place, problem in problems]
        if lines and self.getConfig("on_error") == "fail":
            raise LabError("\n".join(lines))
        for line in lines:
            self.warn(line)

    def publish(self, model: PageModel) -> None:
        """Has a model's file in the site."""
        if model.warning and model not in self.page_models:
            self.warn(model.warning)
        self.page_models.add(model)

    def use(self, custom: CustomWidget, page: str) -> None:
        """Has a custom widget's files in the site."""
        told = [self.widgets.replaces(custom.widget.name), custom.advice]
        if self.getConfig("pyodide") != "off":
            told.append(custom.page_problem)
        for warning in filter(None, told):
            if warning not in self.told:
                self.told.add(warning)
                self.warn(warning)
        self.archives.setdefault(page, set()).add(custom.archive)

    def current(self, md: Markdown, text: str) -> PageFile:
        """The page that is being converted; of one that nothing is known of, the text that was passed."""
        page = self.page or zensical_page(md) or mkdocs_page(md)
        return page or PageFile("", text, getattr(md, "Meta", {}))

    def words(self, md: Markdown, page: PageFile) -> Words:
        """The texts for a page: its front matter says its language, else the setting, else the theme."""
        meta = page.meta.get("lang", "")
        own = meta[0] if isinstance(meta, list) and meta else meta
        try:
            language = read_language(own)
        except ValueError:
            language = ""  # other tools have a `lang` of their own
        of_theme = self.theme_language or zensical_language(md) or ENGLISH
        words = Words(language or self.getConfig("language") or of_theme, of_theme)
        self.languages.add(words.page)
        return words


class _Directives(Postprocessor):
    """Replaces directives in the page's HTML."""

    def __init__(
        self, md: Markdown, extension: QuantlabExtension, source: Source, aside: Aside
    ) -> None:
        super().__init__(md)
        self.extension = extension
        self.source = source
        self.aside = aside
        self.ids: Counter[str] | None = None

    def run(self, text: str) -> str:
        text = self.aside.put_back_html(text)
        if "<" not in text and "&lt;" not in text:
            return text  # a heading, which the table of contents has converted by itself
        self.ids = None
        problems: list[tuple[str, str]] = []

        def render(page: Sequence[Found], at: int) -> str:
            self.ids = written_ids(text, page) if self.ids is None else self.ids
            check_identifier(page, at, self.ids)
            return self._render(page, at)

        def on_problem(place: str, problem: str) -> str:
            problems.append((place, problem))
            return note(place, problem)

        result = expand(text, self.extension.directives, render, self._locate, on_problem)
        if result is not text:
            self._check_script()
        if result is not text or "lab-callout" in text:
            self.extension.seen = True
        result = lab.callouts(
            result, lambda tag, problem: problems.append((self._place(tag, 0), problem))
        )
        for similar in self.extension.similar.find(text):
            self.extension.inform(f"{self._place(similar.tag, 0)}: {similar.question}")
        broken = list(left_as_text(result, self.extension.directives))
        if broken:
            page = self._page()
            problems += directives_left(broken, page.path or "page", page.text)
        if problems:
            shorten_traceback()
        self.extension.report(problems)
        return result

    def _check_script(self) -> None:
        """Tells of a site whose pages lack the script that widgets need."""
        engine, path = without_script(self.md), self._page().path
        if engine == "MkDocs":
            problem = (
                "this page has a directive, but no script for it, since MkDocs runs only the Markdown extension `quantlab`: "
                "move `quantlab` from `markdown_extensions` to `plugins`"
            )
            self.extension.report([(path, problem)])
        if engine and engine not in self.extension.told:
            self.extension.told.add(engine)
            self.extension.warn(
                f"{path}: this page has a directive, but `extra_javascript` does not name its script: run `quantlab export`, "
                "and add the lines that it prints to the configuration"
            )

    def _render(self, page: Sequence[Found], at: int) -> str:
        found = page[at]
        if found.name == EVIDENCE:
            if found.value in evidence.OPTIONS:
                self._current(evidence.OPTIONS[found.value], page, at)
            return evidence.element(
                page,
                at,
                lambda name: self.extension.widgets.widget(name).title,
                self.extension.words(self.md, self._page()),
            )
        if found.name == CHAT:
            from mkdocs_quantlab.site.chat import chat  # noqa: PLC0415  # slow to import, and few sites have a chat

            options = self._current(chat.Options, page, at)
            strings = {**self.extension.getConfig("chat"), **options}
            self.extension.servers.add(strings.get("endpoint", ""))
            return chat.element(
                strings,
                identifier=identifier(page, at),
                attributes=found.attributes,
                pyodide=self.extension.getConfig("pyodide"),
                models=self.extension.models,
                publish=self.extension.publish,
                words=self.extension.words(self.md, self._page()),
            )
        widget = self.extension.widgets.widget(found.name)
        custom = self.extension.widgets.custom(found.name)
        defaults = self.extension.defaults.get(found.name, {})
        strings = widget.options.merge(defaults, self._current(widget.options, page, at))
        resources = SiteResources(
            self.extension.getConfig("models"), lambda: self.extension.models, self.extension.warn
        )
        with blaming(widget.origin):
            made = element(
                widget,
                strings,
                identifier=identifier(page, at),
                attributes=found.attributes,
                pyodide=self.extension.getConfig("pyodide"),
                resources=resources,
                words=self.extension.words(self.md, self._page()),
                archive=custom.archive if custom else None,
            )
        if custom:
            self.extension.use(custom, self._page().path)
        if self.extension.getConfig("pyodide") != "off":  # without Python nothing is made of them
            for model in resources.published:
                self.extension.publish(model)
        return made

    def _current(self, kind: type[Options], page: Sequence[Found], at: int) -> dict[str, str]:
        """A directive's options under their current names; the author is told of former ones."""
        found = page[at]

        def warn(_: str, sentence: str) -> None:
            nth = sum(each.tag == found.tag for each in page[:at])
            self.extension.warn(f"{self._place(found.tag, nth)}: {sentence}")

        return kind.current(found.options, warn)

    def _locate(self, found: Found, nth: int) -> str:
        return self._place(found.tag, nth)

    def _page(self) -> PageFile:
        return self.extension.current(self.md, self.source.text)

    def _place(self, tag: str, nth: int) -> str:
        page = self._page()
        line = line_of(tag, nth, page.text)
        # A macro or an included file made it: its text tells the author more than no place at all.
        return page.place(line) if line else f"{page.path or 'page'}: {tag}"
