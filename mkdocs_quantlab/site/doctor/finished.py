"""What is wrong in a finished site.

The plugin looks for it when a site is built. Zensical runs no plugins.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.core.texts import EN
from mkdocs_quantlab.site.assets import WLLAMA
from mkdocs_quantlab.site.doctor.finding import Finding
from mkdocs_quantlab.site.markdown.extension import QuantlabExtension
from mkdocs_quantlab.site.markdown.finished import left, problems
from mkdocs_quantlab.site.secrets import PUBLIC, leaks, place_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from mkdocs_quantlab.site.attributes import ChatConfig
    from mkdocs_quantlab.site.doctor.configuration import Site

# No value of an attribute that we write has such a bracket (`markdown.portable`).
_CONFIG = re.compile(r"<quantlab-chat\b[^>]*?\sdata-config='([^']*)'")

MAX_PROBLEMS = 20
"""The largest number of directives that findings name: a template may add one to each page."""


def examine_finished(file: Path, site: Site, hosts: Sequence[str]) -> Iterator[Finding]:
    """Examines the finished site on this machine.

    Args:
        file: The site's configuration.
        site: What it says.
        hosts: The model servers' host names.
    """
    built = site.site_dir
    if built.is_dir():
        for leak in leaks(built, hosts):
            place = place_of(leak, built, None, built)
            found = f"{built.name}/{place}: {leak.kind}"
            yield Finding("secrets", found, EN("doctor.take_out", why=PUBLIC))
    if site.engine == "Zensical":
        yield from _pages(file, site)


def _pages(file: Path, site: Site) -> Iterator[Finding]:
    """Directives that had no effect, and models in the page that are not among the site's files."""
    pages = sorted(site.site_dir.rglob("*.html")) if site.site_dir.is_dir() else []
    if not pages:
        yield Finding("pages", EN("doctor.not_built", folder=site.site_dir.name))
        return
    directives = QuantlabExtension.of_site(file, site.settings or {}).directives
    found: list[str] = []
    outdated: list[str] = []
    folders = [script.parent for script in site.site_dir.rglob("quantlab.js")]
    lacking: dict[str, str] = {}
    for page in pages:
        html = page.read_text(encoding="utf-8", errors="replace")
        for model in _not_exported(html, folders):
            lacking.setdefault(model, page.relative_to(site.site_dir).as_posix())
        source = _source(page.relative_to(site.site_dir), site.docs_dir)
        if source and source.stat().st_mtime > page.stat().st_mtime:
            outdated.append(source.relative_to(site.docs_dir).as_posix())
            continue
        if idle := list(left(html, directives)):
            name = (source or page).relative_to(site.docs_dir if source else site.site_dir)
            text = source.read_text(encoding="utf-8", errors="replace") if source else ""
            found += [": ".join(each) for each in problems(idle, name.as_posix(), text)]
    for problem in found[:MAX_PROBLEMS]:
        yield Finding("pages", problem, EN("doctor.correct_page"))
    if len(found) > MAX_PROBLEMS:
        more = EN("doctor.more_pages", count=len(found) - MAX_PROBLEMS)
        yield Finding("pages", more, EN("doctor.correct_page"))
    if outdated:
        old = EN("doctor.outdated", count=len(outdated), page=outdated[0])
        yield Finding("pages", old, EN("doctor.build_again"))
    elif not found:
        yield Finding("pages", EN("doctor.pages_examined", count=len(pages)))
    for model, place in lacking.items():
        problem = EN("doctor.not_exported", page=place, model=model)
        yield Finding("pages", problem, EN("doctor.export_model", model=model))


def page_endpoints(site: Site) -> dict[str, str]:
    """The model servers that the finished pages' chats name, in pages' order, with the first page that names each."""
    endpoints: dict[str, str] = {}
    for page in sorted(site.site_dir.rglob("*.html")) if site.site_dir.is_dir() else ():
        for config in _chats(page.read_text(encoding="utf-8", errors="replace")):
            if config["endpoint"]:
                name = page.relative_to(site.site_dir).as_posix()
                endpoints.setdefault(config["endpoint"], name)
    return endpoints


def _chats(html: str) -> Iterator[ChatConfig]:
    for found in _CONFIG.finditer(html):
        yield json.loads(found[1].replace("\n", " "))


def _not_exported(html: str, folders: Sequence[Path]) -> Iterator[str]:
    """Models that a page's chats run in the page and no folder has: only `quantlab export` brings them there."""
    for config in _chats(html):
        for model in config.get("inPage", ()):
            needed = (model["file"], *WLLAMA)
            if not any(all((each / part).is_file() for part in needed) for each in folders):
                yield model["model"]


def _source(page: Path, docs: Path) -> Path | None:
    """The Markdown file that a finished page was made from, with and without folders as addresses."""
    below = page.with_suffix("")
    names = [below.with_suffix(".md")]
    if page.name == "index.html":
        names += [below.with_name("README.md")]
        names += [page.parent.with_name(f"{page.parent.name}.md")] if page.parent.name else []
    return next((docs / name for name in names if (docs / name).is_file()), None)
