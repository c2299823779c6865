"""The MkDocs plugin: adds the Markdown extension and the site's files. Wiring only."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from mkdocs.config.base import ConfigErrors, ConfigWarnings, ValidationError
from mkdocs.config.config_options import ExtraScriptValue
from mkdocs.plugins import BasePlugin, CombinedEvent, event_priority, get_plugin_logger
from mkdocs.structure.files import File
from mkdocs.utils import get_relative_url, nest_paths

from mkdocs_quantlab.site.assets import FOLDER, SCRIPT, STATIC, STYLE
from mkdocs_quantlab.site.assets import files as site_files
from mkdocs_quantlab.site.errors import LabError
from mkdocs_quantlab.site.markdown.extension import QuantlabExtension
from mkdocs_quantlab.site.markdown.finished import left, problems
from mkdocs_quantlab.site.markdown.page import PageFile
from mkdocs_quantlab.site.mkdocs import front_matter
from mkdocs_quantlab.site.mkdocs.config import QuantlabConfig
from mkdocs_quantlab.site.mkdocs.navigation import ordered, read_orders
from mkdocs_quantlab.site.mkdocs.search import hide, show
from mkdocs_quantlab.site.not_utf8 import NotUtf8
from mkdocs_quantlab.site.secrets import PUBLIC, hidden, leaks, place_of
from mkdocs_quantlab.site.setting_lines import place_of_setting
from mkdocs_quantlab.site.settings import SETTINGS, former_names, keys_of, unknown_option

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jinja2 import Environment
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.livereload import LiveReloadServer
    from mkdocs.structure.files import Files
    from mkdocs.structure.nav import Navigation
    from mkdocs.structure.pages import Page
    from mkdocs.utils.templates import TemplateContext

log = get_plugin_logger(__name__)


class QuantlabPlugin(BasePlugin[QuantlabConfig]):  # type: ignore[no-untyped-call]
    """The plugin `quantlab`."""

    extension: QuantlabExtension
    dirty = False
    hidden: Sequence[str] = ()
    server: LiveReloadServer | None = None

    def __init__(self) -> None:
        self.watched: set[Path] = set()
        self.said: set[str] = set()
        self.pages: list[File] = []
        self.sources: dict[Path, Path] = {}
        self.brought: set[Path] = set()

    def load_config(
        self, options: dict[str, Any], config_file_path: str | None = None
    ) -> tuple[ConfigErrors, ConfigWarnings]:
        """Reads the options of `mkdocs.yml`, and adds to an error the line it is on."""
        errors, warnings = super().load_config(options, config_file_path)
        # MkDocs only warns of these. The Markdown extension refuses them, and so does the plugin.
        errors += [
            (setting, ValidationError(unknown_option(setting)))
            for setting, _ in warnings
            if setting not in SETTINGS
        ]
        warnings = [each for each in warnings if each[0] in SETTINGS]
        file = Path(config_file_path or "")
        if file.is_file():
            for i, (setting, error) in enumerate(errors):
                place = place_of_setting(file, setting, *keys_of(error.__cause__))
                errors[i] = (setting, ValidationError(f"{place}: {error}"))
            if not errors:
                warnings += [
                    (setting, f"{place_of_setting(file, *keys)}: {sentence}")
                    for setting in SETTINGS.keys() & options.keys()
                    for keys, sentence in former_names(setting, options[setting])
                ]
        return errors, warnings

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Notes whether pages that did not change are left out of this build."""
        self.dirty = dirty

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Adds the Markdown extension, the script and the style sheet."""
        file = Path(config.config_file_path) if config.config_file_path else None
        settings = {name: self.config[name] for name in SETTINGS}
        extension = QuantlabExtension.of_site(file, settings)
        extension.warn = log.warning
        extension.inform = log.info
        extension.theme_language = str(
            config.theme.get("language") or config.theme.get("locale") or ""
        )
        if "quantlab" in config.markdown_extensions:
            log.warning(
                "the plugin `quantlab` brings its Markdown extension: take it out of `markdown_extensions`"
            )
            config.markdown_extensions.remove("quantlab")
        # MkDocs types this as names, and passes instances on to Python-Markdown just as well.
        config.markdown_extensions.append(extension)  # type: ignore[arg-type]
        script = ExtraScriptValue(f"{FOLDER}/{SCRIPT}")
        script.defer = True
        config.extra_javascript.append(script)
        config.extra_css.append(f"{FOLDER}/{STYLE}")
        self.extension = extension
        extension.check()  # a mistake ends the build even where no page needs what is wrong
        self._watch()
        return config

    def on_serve(
        self, server: LiveReloadServer, *, config: MkDocsConfig, builder: Callable[..., None]
    ) -> LiveReloadServer:
        """Watches the models' local files, the lock file, and the folder of custom widgets."""
        self.server = server
        self._watch()
        return server

    def _watch(self) -> None:
        """Watches what is not watched yet: `mkdocs.yml` may name other models by now."""
        if self.server is None:
            return
        for path in (*self.extension.models.paths(), *self.extension.widgets.paths()):
            if path not in self.watched:
                self.watched.add(path)
                self.server.watch(str(path))

    @event_priority(-50)  # other plugins may make pages, or the navigation
    def on_files(self, files: Files, *, config: MkDocsConfig) -> None:
        """Orders the pages where no `nav` does and their front matter does."""
        self.pages = [page for page in files.documentation_pages() if page.abs_src_path]
        if config.nav is not None:
            return
        orders, problems = read_orders(files)
        self.extension.report(problems)
        if min(orders.values(), default=math.inf) < math.inf:
            config.nav = nest_paths(ordered(orders))  # type: ignore[no-untyped-call]

    def on_page_markdown(
        self, markdown: str, *, page: Page, config: MkDocsConfig, files: Files
    ) -> None:
        """Tells the extension which page comes next, and the author of front matter that MkDocs drops."""
        current = PageFile(page.file.src_uri, page.file.content_string, page.meta)
        self.extension.page = current
        broken = None if page.meta else front_matter.problem(current.text)
        if broken:
            self.extension.warn(f"{current.place(broken[0])}: {broken[1]}")

    def on_env(self, env: Environment, *, config: MkDocsConfig, files: Files) -> None:
        """Adds the files, now that all pages are rendered and it is known whether any needs them."""
        self._watch()  # packages of widgets are known by now
        self.sources = {
            Path(file.abs_dest_path): Path(file.abs_src_path)
            for file in files
            if file.abs_src_path and file.is_documentation_page()
        }
        of_theme = set(config.theme.dirs) - {config.theme.custom_dir}
        self.brought = {Path(file.abs_dest_path) for file in files if file.src_dir in of_theme}
        if self.extension.seen or self.dirty:
            extension = self.extension
            sources = {
                name: STATIC / name
                for name in site_files(
                    self.config["pyodide"],
                    in_page=bool(extension.page_models),
                    languages=extension.languages,
                )
            } | {model.file: model.path for model in extension.page_models}
            for name, source in sources.items():
                file = File.generated(config, f"{FOLDER}/{name}", abs_src_path=str(source))
                self.brought.add(Path(file.abs_dest_path))
                files.append(file)
            for archive in set().union(*extension.archives.values()):
                for name, content in archive.files.items():
                    files.append(File.generated(config, f"{FOLDER}/{name}", content=content))
        else:
            config.extra_javascript = [
                s for s in config.extra_javascript if str(s) != f"{FOLDER}/{SCRIPT}"
            ]
            config.extra_css.remove(f"{FOLDER}/{STYLE}")

    @event_priority(50)
    def _before_search(
        self, context: TemplateContext, *, page: Page, config: MkDocsConfig, nav: Navigation
    ) -> None:
        """Takes figures out of the page while a search plugin reads it."""
        for plugin in ("search", "material/search"):
            if plugin in config.plugins and page.content and not self.hidden:
                page.content, self.hidden = hide(page.content, plugin)

    @event_priority(-50)
    def _after_search(
        self, context: TemplateContext, *, page: Page, config: MkDocsConfig, nav: Navigation
    ) -> None:
        """Puts them back."""
        if self.hidden:
            page.content = show(page.content or "", self.hidden)
            self.hidden = []

    on_page_context = CombinedEvent(_before_search, _after_search)

    @event_priority(0)
    def _link_styles(self, output: str, *, page: Page, config: MkDocsConfig) -> str:
        """Links the style sheets of the page's custom widgets; `extra_css` would link them on all pages."""
        links = "".join(
            f'<link rel="stylesheet" href="{get_relative_url(f"{FOLDER}/{archive.style_name}", page.url)}">'
            for archive in sorted(self.extension.archives.get(page.file.src_uri, ()))
            if archive.style
        )
        return output.replace("</head>", f"{links}</head>", 1) if links else output

    @event_priority(-100)  # when other plugins have changed the page
    def _find_idle_directives(self, output: str, *, page: Page, config: MkDocsConfig) -> str:
        """Reports directives that are left in the finished page."""
        found = list(left(output, self.extension.directives))
        if found:
            self.extension.report(problems(found, page.file.src_uri, page.file.content_string))
        return output

    on_post_page = CombinedEvent(_link_styles, _find_idle_directives)

    def on_build_error(self, *, error: Exception) -> None:
        """Says a mistake again that comes back: MkDocs prints no line twice, not even in a later build of `mkdocs serve`.

        Raises:
            LabError: A page is not UTF-8, in place of MkDocs' traceback, which does not always name it.
        """
        if isinstance(error, LabError):
            if str(error) in self.said:
                log.error(str(error))
            self.said.add(str(error))
        if isinstance(error, UnicodeDecodeError):
            for page in self.pages:
                if Path(page.abs_src_path or "").read_bytes() == error.object:
                    found = NotUtf8.of(error)
                    raise LabError(
                        f"{page.src_uri}:{found.line}: this is not UTF-8 (byte {found.byte}): "
                        "save the page as UTF-8"
                    ) from None

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Looks for keys in the finished site.

        Raises:
            LabError: There is one, and `on_error` is `fail`.
        """
        hosts = filter(None, (urlsplit(address).hostname for address in self.extension.servers))
        secrets = {each for place in self.config["models"].values() for each in hidden(place)}
        site, folder = Path(config.site_dir), Path(config.config_file_path or ".").resolve().parent
        found = [
            f"{place_of(leak, site, self.sources.get(leak.file), folder)}: {leak.kind}: {PUBLIC}"
            for leak in leaks(site, sorted(hosts), secrets=secrets, unchanged=self.brought)
        ]
        if found and self.config["on_error"] == "fail":
            raise LabError("\n".join(found))
        for problem in found:
            log.warning(problem)
