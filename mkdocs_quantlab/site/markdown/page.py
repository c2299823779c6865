"""The page that is being converted, and what is known of the engine that does it."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mkdocs_quantlab.site.assets import SCRIPT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from markdown import Markdown

ZENSICAL_FILES = tuple(map(Path, ("zensical.toml", "mkdocs.yml", "mkdocs.yaml")))
"""Where Zensical looks for a site's configuration, in this order."""


class PageFile(NamedTuple):
    """A page's file, as far as it is known.

    Attributes:
        path: Where it is in the docs folder; empty where that is not known.
        text: What is in it: the place of an error is looked up there.
        meta: Its front matter.
    """

    path: str
    text: str
    meta: Mapping[str, object]

    def place(self, line: int) -> str:
        """A line of it, as errors name it."""
        return f"{self.path}:{line}" if self.path else f"line {line}"


def zensical_language(md: Markdown) -> str:
    """The language of Zensical's theme, or the empty text under another engine."""
    current = _zensical(md)
    return str(current.config.get("theme", {}).get("language", "")) if current else ""


def zensical_page(md: Markdown) -> PageFile | None:
    """The page that Zensical is rendering, or None under another engine."""
    current = _zensical(md)
    if current is None:
        return None
    path = str(current.page.path)
    file = Path(current.config.get("docs_dir", "docs")) / path
    # The text that Zensical passes on lacks the front matter, which would put every line too high.
    if not file.is_file():
        return None
    return PageFile(path, file.read_text(encoding="utf-8"), current.page.meta)


def zensical_file() -> Path | None:
    """The configuration of the site that the command `zensical` is building, or None under another engine."""
    config = sys.modules.get("zensical.config")
    if config is None or not config.get_config():
        return None
    # Zensical's configuration does not contain the name of its file.
    parser = ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("-f", "--config-file", type=Path)
    given: Path | None = parser.parse_known_args(sys.argv[1:])[0].config_file
    return given or next((path for path in ZENSICAL_FILES if path.is_file()), None)


def shorten_traceback() -> None:
    """Has Zensical end a build with our message alone: it prints each exception with all of its traceback.

    Its preview goes on after a mistake, and needs the tracebacks of others.
    """
    if zensical_file() and "build" in sys.argv[1:2]:
        sys.tracebacklimit = 0


def mkdocs_page(md: Markdown) -> PageFile | None:
    """The page that MkDocs is rendering where it does not run the plugin, or None under another engine."""
    file = getattr(_mkdocs(md), "file", None)
    if file is None:
        return None
    return PageFile(file.src_uri, file.content_string, getattr(file.page, "meta", {}))


def without_script(md: Markdown) -> str:
    """The engine whose configuration does not name the script that widgets need; empty if it does, or is not known."""
    current = _zensical(md)
    if current:
        return "" if _has_script(current.config.get("extra_javascript", ())) else "Zensical"
    scripts = getattr(getattr(_mkdocs(md), "config", None), "extra_javascript", None)
    return "" if scripts is None or _has_script(scripts) else "MkDocs"


def _has_script(scripts: Iterable[Any]) -> bool:
    paths = (each["path"] if isinstance(each, dict) else str(each) for each in scripts)
    return any(path.rpartition("/")[2] == SCRIPT for path in paths)


def _zensical(md: Markdown) -> Any:
    """What Zensical knows of the page, or None under another engine."""
    context = sys.modules.get("zensical.extensions.context")
    return context.ContextPreprocessor.from_markdown(md) if context else None


def _mkdocs(md: Markdown) -> Any:
    """The processor that MkDocs adds to each page's instance, with the page's file and the site's configuration."""
    processors = md.treeprocessors
    return processors["relpath"] if "relpath" in processors else None  # noqa: SIM401  # it has no `get`
