"""What may be wrong with a site, and what to do about it."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from mkdocs_quantlab.builtin_models import is_builtin
from mkdocs_quantlab.engine.core.schema import OptionError
from mkdocs_quantlab.site.assets import SCRIPT, static
from mkdocs_quantlab.site.chat.chat import BROWSER, Options, models_in_page, read
from mkdocs_quantlab.site.doctor import publishing
from mkdocs_quantlab.site.doctor.configuration import read_site
from mkdocs_quantlab.site.doctor.connection import diagnose, is_loopback, origin_of
from mkdocs_quantlab.site.models.lock import LockError, read_lock
from mkdocs_quantlab.site.models.models import ModelError, Models
from mkdocs_quantlab.site.models.places import is_remote
from mkdocs_quantlab.site.secrets import PUBLIC, hidden, leaks, masked, place_of
from mkdocs_quantlab.site.settings import WIDGETS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mkdocs_quantlab.site.doctor.configuration import Site

MAX_FILES = 5
"""Files that one finding names, at most."""


class Finding(NamedTuple):
    """One thing that was looked at."""

    about: str
    found: str
    do: str = ""
    """What to do about it; empty where all is well."""


def examine(path: Path) -> Iterator[Finding]:
    """Examines a site; no finding has a secret in it.

    Args:
        path: Its `mkdocs.yml` or `zensical.toml`.

    Yields:
        A finding for everything that was looked at, good or bad.

    Raises:
        UnreadableConfigurationError: It cannot be read.
    """
    for finding in _examine(path):
        yield finding._replace(found=masked(finding.found))


def _examine(path: Path) -> Iterator[Finding]:
    site = read_site(path)
    yield Finding("Python", platform.python_version())
    yield from _versions(site)
    for name, error in site.errors:
        yield Finding(name, error, f"Correct `{name}` in {path.name}.")
    yield from _secrets(path)
    if site.errors:
        return  # what follows depends on them
    if site.settings is None:
        yield Finding(
            "quantlab",
            f"{path.name} does not turn it on",
            "Add `quantlab` to `plugins`; under Zensical, to `markdown_extensions`.",
        )
        return
    yield from _address(site)
    yield from _script(site)
    yield from _foreign_hosts(site)
    models = Models(site.settings.get("models") or {}, path.resolve().parent)
    yield from _models(models)
    yield from _publishing(path, site, models)
    yield from _chat(site, models)


def _versions(site: Site) -> Iterator[Finding]:
    engines = ("zensical",) if site.engine == "Zensical" else ("mkdocs", "properdocs")
    for name in ("mkdocs-quantlab", *engines, f"mkdocs-{site.theme}"):
        try:
            yield Finding(name, version(name))
        except PackageNotFoundError:
            continue


def _secrets(path: Path) -> Iterator[Finding]:
    text = path.read_text(encoding="utf-8", errors="replace")
    found = {
        text.count("\n", 0, text.index(each)) + 1: "a key, or a password in an address"
        for each in hidden(text)
    }
    found |= {leak.line: leak.kind for leak in leaks(path.parent, files=[path])}
    for line, kind in sorted(found.items()):
        yield Finding(
            "secrets",
            f"{path.name}:{line}: {kind}",
            f"Take it out, and have it replaced where it comes from: {PUBLIC}. `!ENV` reads it from the environment.",
        )


def _address(site: Site) -> Iterator[Finding]:
    if site.site_url:
        yield Finding("site_url", site.site_url)
    else:
        yield Finding(
            "site_url",
            "is not set: instant navigation, the links of the 404 page and `quantlab endpoint` need it",
            "Set `site_url` to the address that the site will have.",
        )


def _script(site: Site) -> Iterator[Finding]:
    """Whether a site whose engine runs no plugins has what `quantlab export` copies, of this version."""
    if site.engine != "Zensical":
        return
    export = "Run `quantlab export docs/assets/quantlab`, and add the lines that it prints."
    paths = [script for script in site.scripts if script.rpartition("/")[2] == SCRIPT]
    if not paths:
        yield Finding(
            "script", f"`extra_javascript` does not name {SCRIPT}: widgets need it", export
        )
        return
    file = site.docs_dir / paths[0]
    if not file.is_file():
        yield Finding("script", f"{file} does not exist", export)
    elif file.read_bytes() != static(SCRIPT).read_bytes():
        yield Finding(
            "script",
            f"{file} is from another version of mkdocs-quantlab",
            "Run `quantlab export` again, and build with `zensical build --clean`.",
        )
    else:
        yield Finding("script", f"{file}")


def _foreign_hosts(site: Site) -> Iterator[Finding]:
    """What the theme itself would fetch from other servers than the site's."""
    if site.theme in ("mkdocs", "readthedocs") and site.theme_options.get("highlightjs"):
        yield Finding(
            "theme",
            f"`{site.theme}` fetches highlight.js from cdnjs.cloudflare.com on every page",
            "Set `highlightjs: false` under `theme`; Pygments colours code when the site is built.",
        )
    # Material's plugin `privacy` brings the fonts into the site.
    if (
        site.theme in ("material", "zensical")
        and site.theme_options.get("font") is not False
        and "material/privacy" not in site.plugins
    ):
        or_privacy = ", or add the plugin `privacy`" if site.theme == "material" else ""
        yield Finding(
            "theme",
            f"`{site.theme}` fetches fonts from Google's servers on every page",
            f"Set `font: false` under `theme`{or_privacy}.",
        )


def _publishing(path: Path, site: Site, models: Models) -> Iterator[Finding]:
    """Whether a clone of the repository has what the build needs."""
    folder = path.resolve().parent
    if not publishing.is_repository(folder):
        return
    try:
        locked = read_lock(models.lock_path)
    except LockError:
        locked = {}  # told already
    local = {
        name: (folder / place).resolve()
        for name, place in models.named.items()
        if not is_remote(place) and not is_builtin(place)
    }
    ignored = set(publishing.ignored(folder, local.values()))
    for name, file in local.items():
        if file in ignored and masked(models.named[name]) not in locked:
            yield Finding(
                "models",
                f"`{name}` ({models.named[name]}) is a file that git ignores, and {models.lock_path.name} does not have it: "
                "the build fails where the site is published",
                "Run `quantlab gguf lock` and commit the lock file.",
            )
    widgets = folder / str(site.settings.get("widgets") or WIDGETS if site.settings else WIDGETS)
    kept = [path.resolve(), site.docs_dir.resolve(), models.lock_path, widgets]
    kept += [file for file in local.values() if file not in ignored]
    files = publishing.uncommitted(folder, kept)
    if files:
        shown = ", ".join(files[:MAX_FILES]) + (", …" if len(files) > MAX_FILES else "")
        count = "1 file is" if len(files) == 1 else f"{len(files)} files are"
        yield Finding("git", f"{count} not committed: {shown}", "Commit them before you publish.")


def _models(models: Models) -> Iterator[Finding]:
    try:
        locked = read_lock(models.lock_path)
    except LockError as error:
        yield Finding("models", str(error), "Run `quantlab gguf lock`.")
        return
    for name, place in models.named.items():
        asked: list[str] = []
        try:
            model = models.model(name, asked.append)
        except ModelError as error:
            yield Finding(
                "models",
                str(error),
                "Correct its place, or run `quantlab gguf lock` where the file can be read and commit the lock file.",
            )
            continue
        if asked:
            yield Finding(
                "models",
                f"`{name}` ({place}) is reachable and not locked: each build asks its server",
                "Run `quantlab gguf lock` and commit the lock file.",
            )
        else:
            own = "built in" if is_builtin(place) else "a local file"
            where = "locked" if masked(place) in locked else own
            yield Finding("models", f"`{name}`: {len(model.tensors)} tensors, {where}")
    if gone := sorted(set(locked) - set(map(masked, models.named.values()))):
        yield Finding(
            "models",
            f"{models.lock_path.name} has {', '.join(gone)}, which nothing names",
            "Run `quantlab gguf lock`.",
        )


def _in_page(chat: dict[object, Any], models: Models) -> Iterator[Finding]:
    try:
        found = models_in_page(Options(read(chat)), models)
    except OptionError as error:
        yield Finding("chat", str(error), "Correct `chat` in the plugin's options.")
        return
    names = ", ".join(f"`{model.model}`" for model in found)
    size = sum(file.size for file in found.values()) / 1e6
    yield Finding(
        "chat",
        f"no server is set: chats run {names} in the page, {size:.1f} MB from the site itself",
    )
    for file in found.values():
        if file.warning:
            yield Finding("chat", file.warning, "Choose a smaller one, or another host.")


def _chat(site: Site, models: Models) -> Iterator[Finding]:
    chat = (site.settings or {}).get("chat") or {}
    endpoint = str(chat.get("endpoint", BROWSER)).rstrip("/")
    if endpoint == BROWSER:
        yield from _in_page(chat, models)
        return
    if not endpoint:
        return
    hosts = [urlsplit(endpoint).hostname or ""]
    built = site.site_dir
    if built.is_dir():
        for leak in leaks(built, hosts):
            place = place_of(leak, built, None, built)
            yield Finding(
                "secrets", f"{built.name}/{place}: {leak.kind}", f"Take it out: {PUBLIC}."
            )
    if not site.site_url:
        return  # without an origin there is nothing to ask for
    origin = origin_of(site.site_url)
    case = diagnose(endpoint, origin)
    if case is None:
        yield Finding("chat", f"{endpoint} answers and lets in {origin}")
        return
    whose = " (each reader's own machine; asked on this one)" if is_loopback(hosts[0]) else ""
    yield Finding("chat", f"{case.title}{whose}. {case.why}", case.do)
