"""What may be wrong with a site, and what to do about it."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mkdocs_quantlab.builtin_models import is_builtin
from mkdocs_quantlab.engine.core.schema import OptionError
from mkdocs_quantlab.engine.core.texts import EN
from mkdocs_quantlab.site.assets import SCRIPT, static
from mkdocs_quantlab.site.chat.chat import BROWSER, Options, models_in_page, read
from mkdocs_quantlab.site.doctor import publishing
from mkdocs_quantlab.site.doctor.configuration import read_site
from mkdocs_quantlab.site.doctor.connection import diagnose, is_loopback, origin_of
from mkdocs_quantlab.site.doctor.finding import Finding
from mkdocs_quantlab.site.doctor.finished import examine_finished, page_endpoints
from mkdocs_quantlab.site.models.lock import LockError, read_lock
from mkdocs_quantlab.site.models.models import Models
from mkdocs_quantlab.site.models.places import ModelError, is_remote
from mkdocs_quantlab.site.secrets import PUBLIC, hidden, leaks, masked
from mkdocs_quantlab.site.settings import WIDGETS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from mkdocs_quantlab.site.doctor.configuration import Site

MAX_FILES = 5
"""Files that one finding names, at most."""
MAX_ENDPOINTS = 5
"""Model servers that are asked, at most: each may take as long as `connection.TIMEOUT`."""


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
        yield Finding(name, error, EN("doctor.correct_setting", name=name, file=path.name))
    yield from _secrets(path, site)
    if site.errors:
        return  # what follows depends on them
    if site.settings is None:
        yield _not_on(path, site)
        return
    yield from _address(site)
    yield from _script(site)
    yield from _foreign_hosts(site)
    models = Models(site.settings.get("models") or {}, path.resolve().parent)
    yield from _models(models)
    yield from _publishing(path, site, models)
    endpoints = {_endpoint(site): path.name} | page_endpoints(site)
    hosts = [host for endpoint in endpoints if (host := urlsplit(endpoint).hostname)]
    yield from examine_finished(path, site, hosts)
    yield from _chat(site, models, endpoints)


def _not_on(path: Path, site: Site) -> Finding:
    if site.is_toml:
        return Finding("quantlab", EN("doctor.not_on", file=path.name), EN("doctor.turn_on_toml"))
    if site.engine == "Zensical":
        return Finding(
            "quantlab", EN("doctor.not_on_zensical", file=path.name), EN("doctor.export")
        )
    return Finding("quantlab", EN("doctor.not_on", file=path.name), EN("doctor.turn_on"))


def _versions(site: Site) -> Iterator[Finding]:
    engines = ("zensical",) if site.engine == "Zensical" else ("mkdocs", "properdocs")
    for name in ("mkdocs-quantlab", *engines, f"mkdocs-{site.theme}"):
        try:
            yield Finding(name, version(name))
        except PackageNotFoundError:
            continue


def _secrets(path: Path, site: Site) -> Iterator[Finding]:
    text = path.read_text(encoding="utf-8", errors="replace")
    found = {text.count("\n", 0, text.index(each)) + 1: EN("doctor.key") for each in hidden(text)}
    found |= {leak.line: leak.kind for leak in leaks(path.parent, files=[path])}
    for line, kind in sorted(found.items()):
        yield Finding(
            "secrets",
            f"{path.name}:{line}: {kind}",
            EN("doctor.take_out_key_toml" if site.is_toml else "doctor.take_out_key", why=PUBLIC),
        )


def _address(site: Site) -> Iterator[Finding]:
    if site.site_url:
        yield Finding("site_url", site.site_url)
    else:
        yield Finding(
            "site_url",
            EN("doctor.no_site_url"),
            EN("doctor.set_site_url_toml" if site.is_toml else "doctor.set_site_url"),
        )


def _script(site: Site) -> Iterator[Finding]:
    """Whether a site whose engine runs no plugins has what `quantlab export` copies, of this version."""
    if site.engine != "Zensical":
        return
    export = EN("doctor.export")
    paths = [script for script in site.scripts if script.rpartition("/")[2] == SCRIPT]
    if not paths:
        yield Finding("script", EN("doctor.script_not_named", script=SCRIPT), export)
        return
    file = site.docs_dir / paths[0]
    if not file.is_file():
        yield Finding("script", EN("doctor.script_missing", file=file), export)
    elif file.read_bytes() != static(SCRIPT).read_bytes():
        yield Finding(
            "script",
            EN("doctor.script_outdated", file=file),
            EN("doctor.export_again"),
        )
    else:
        yield Finding("script", f"{file}")


def _foreign_hosts(site: Site) -> Iterator[Finding]:
    """What the theme itself would fetch from other servers than the site's."""
    if site.theme in ("mkdocs", "readthedocs") and site.theme_options.get("highlightjs"):
        yield Finding(
            "theme",
            EN("doctor.foreign_script", theme=site.theme),
            EN("doctor.no_foreign_script"),
        )
    # Material's plugin `privacy` brings the fonts into the site.
    if (
        site.theme in ("material", "zensical")
        and site.theme_options.get("font") is not False
        and "material/privacy" not in site.plugins
    ):
        if site.is_toml:
            do = EN("doctor.no_foreign_fonts_toml")
        elif site.theme == "material":
            do = EN("doctor.no_foreign_fonts_material")
        else:
            do = EN("doctor.no_foreign_fonts")
        yield Finding(
            "theme",
            EN("doctor.foreign_fonts", theme=site.theme),
            do,
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
                EN(
                    "doctor.ignored_model",
                    name=name,
                    place=models.named[name],
                    lock=models.lock_path.name,
                ),
                EN("doctor.lock_and_commit"),
            )
    widgets = folder / str(site.settings.get("widgets") or WIDGETS if site.settings else WIDGETS)
    kept = [path.resolve(), site.docs_dir.resolve(), models.lock_path, widgets]
    kept += [file for file in local.values() if file not in ignored]
    files = publishing.uncommitted(folder, kept)
    if files:
        shown = ", ".join(files[:MAX_FILES]) + (", …" if len(files) > MAX_FILES else "")
        found = EN("doctor.uncommitted", count=len(files), files=shown)
        yield Finding("git", found, EN("doctor.commit"))


def _models(models: Models) -> Iterator[Finding]:
    try:
        locked = read_lock(models.lock_path)
    except LockError as error:
        yield Finding("models", str(error), EN("doctor.lock"))
        return
    for name, place in models.named.items():
        asked: list[str] = []
        try:
            model = models.model(name, asked.append)
        except ModelError as error:
            yield Finding(
                "models",
                str(error),
                EN("doctor.correct_place"),
            )
            continue
        if asked:
            yield Finding(
                "models",
                EN("doctor.not_locked", name=name, place=place),
                EN("doctor.lock_and_commit"),
            )
        else:
            own = "doctor.model_built_in" if is_builtin(place) else "doctor.model_local"
            where = "doctor.model_locked" if masked(place) in locked else own
            yield Finding("models", EN(where, name=name, count=len(model.tensors)))
    if gone := sorted(set(locked) - set(map(masked, models.named.values()))):
        yield Finding(
            "models",
            EN("doctor.lock_outdated", lock=models.lock_path.name, models=", ".join(gone)),
            EN("doctor.lock"),
        )


def _in_page(chat: dict[object, Any], models: Models) -> Iterator[Finding]:
    try:
        found = models_in_page(Options(read(chat)), models)
    except OptionError as error:
        yield Finding("chat", str(error), EN("doctor.correct_chat"))
        return
    names = ", ".join(f"`{model.model}`" for model in found)
    size = sum(file.size for file in found.values()) / 1e6
    yield Finding(
        "chat",
        EN("doctor.chat_in_page", models=names, size=f"{size:.1f}"),
    )
    for file in found.values():
        if file.warning:
            yield Finding("chat", file.warning, EN("doctor.choose_smaller"))


def _endpoint(site: Site) -> str:
    chat = (site.settings or {}).get("chat") or {}
    return str(chat.get("endpoint", BROWSER)).rstrip("/")


def _chat(site: Site, models: Models, endpoints: Mapping[str, str]) -> Iterator[Finding]:
    """What chats talk to.

    Args:
        site: The site.
        models: Its models.
        endpoints: What settings and finished pages name, with where each is named.
    """
    servers = [endpoint for endpoint in endpoints if endpoint not in ("", BROWSER)]
    if BROWSER in endpoints:
        yield from _in_page((site.settings or {}).get("chat") or {}, models)
    if not site.site_url:
        return  # without an origin there is nothing to ask for
    origin = origin_of(site.site_url)
    for endpoint in servers[:MAX_ENDPOINTS]:
        where = EN("doctor.named_in", place=endpoints[endpoint])
        case = diagnose(endpoint, origin)
        if case is None:
            allowed = EN("doctor.chat_allowed", endpoint=endpoint, origin=origin)
            yield Finding("chat", f"{allowed} {where}")
            continue
        here = is_loopback(urlsplit(endpoint).hostname or "")
        key = "doctor.case_here" if here else "doctor.case"
        yield Finding("chat", f"{EN(key, title=case.title, why=case.why)} {where}", case.do)
    if len(servers) > MAX_ENDPOINTS:
        yield Finding("chat", EN("doctor.more_endpoints", count=len(servers) - MAX_ENDPOINTS))
