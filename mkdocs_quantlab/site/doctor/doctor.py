"""What may be wrong with a site, and what to do about it."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from mkdocs.config.defaults import MkDocsConfig

from mkdocs_quantlab.builtin_models import is_builtin
from mkdocs_quantlab.engine.core.schema import OptionError
from mkdocs_quantlab.site.chat.chat import BROWSER, Options, models_in_page, read
from mkdocs_quantlab.site.doctor.connection import diagnose, is_loopback, origin_of
from mkdocs_quantlab.site.models.lock import LockError, read_lock
from mkdocs_quantlab.site.models.models import ModelError, Models
from mkdocs_quantlab.site.secrets import PUBLIC, hidden, leaks, masked, place_of

if TYPE_CHECKING:
    from collections.abc import Iterator


class Finding(NamedTuple):
    """One thing that was looked at."""

    about: str
    found: str
    do: str = ""
    """What to do about it; empty where all is well."""


def examine(path: Path) -> Iterator[Finding]:
    """Examines a site; no finding has a secret in it.

    Args:
        path: Its `mkdocs.yml`.

    Yields:
        A finding for everything that was looked at, good or bad.

    Raises:
        ConfigurationError: The file is no YAML.
        OSError: It cannot be read.
    """
    for finding in _examine(path):
        yield finding._replace(found=masked(finding.found))


def _examine(path: Path) -> Iterator[Finding]:
    config = MkDocsConfig(config_file_path=str(path))
    with path.open("rb") as file:
        config.load_file(file)
    yield Finding("Python", platform.python_version())
    errors, _ = config.validate()
    yield from _versions(config)
    for name, error in errors:
        yield Finding(name, str(error), f"Correct `{name}` in {path.name}.")
    yield from _secrets(path)
    if any(name in ("plugins", "markdown_extensions", "theme") for name, _ in errors):
        return  # what follows depends on them
    options = _options(config)
    if options is None:
        yield Finding(
            "quantlab",
            f"{path.name} does not turn it on",
            "Add `quantlab` to `plugins`; under Zensical, to `markdown_extensions`.",
        )
        return
    yield from _address(config)
    yield from _foreign_hosts(config)
    models = Models(options.get("models") or {}, path.resolve().parent)
    yield from _models(models)
    yield from _chat(config, options, models)


def _options(config: MkDocsConfig) -> dict[str, Any] | None:
    """The options of the plugin or the extension, or None if neither is on."""
    plugin = config.plugins.get("quantlab") if config.plugins else None
    if plugin:
        return dict(plugin.config)
    if "quantlab" in config.markdown_extensions:
        return dict(config.mdx_configs.get("quantlab", {}))
    return None


def _versions(config: MkDocsConfig) -> Iterator[Finding]:
    theme = getattr(config.theme, "name", None)
    for name in ("mkdocs-quantlab", "mkdocs", "properdocs", "zensical", f"mkdocs-{theme}"):
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


def _address(config: MkDocsConfig) -> Iterator[Finding]:
    if config.site_url:
        yield Finding("site_url", config.site_url)
    else:
        yield Finding(
            "site_url",
            "is not set: instant navigation, the links of the 404 page and `quantlab endpoint` need it",
            "Set `site_url` to the address that the site will have.",
        )


def _foreign_hosts(config: MkDocsConfig) -> Iterator[Finding]:
    """What the theme itself would fetch from other servers than the site's."""
    theme = config.theme
    if theme.name in ("mkdocs", "readthedocs") and theme.get("highlightjs"):
        yield Finding(
            "theme",
            f"`{theme.name}` fetches highlight.js from cdnjs.cloudflare.com on every page",
            "Set `highlightjs: false` under `theme`; Pygments colours code when the site is built.",
        )
    # Material's plugin `privacy` brings the fonts into the site.
    if (
        theme.name == "material"
        and theme.get("font")
        and not config.plugins.get("material/privacy")
    ):
        yield Finding(
            "theme",
            "`material` fetches fonts from Google's servers on every page",
            "Set `font: false` under `theme`, or add the plugin `privacy`.",
        )


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


def _chat(config: MkDocsConfig, options: dict[str, Any], models: Models) -> Iterator[Finding]:
    chat = options.get("chat") or {}
    endpoint = str(chat.get("endpoint", BROWSER)).rstrip("/")
    if endpoint == BROWSER:
        yield from _in_page(chat, models)
        return
    if not endpoint:
        return
    hosts = [urlsplit(endpoint).hostname or ""]
    site = Path(config.site_dir)
    if site.is_dir():
        for leak in leaks(site, hosts):
            place = place_of(leak, site, None, site)
            yield Finding("secrets", f"{site.name}/{place}: {leak.kind}", f"Take it out: {PUBLIC}.")
    if not config.site_url:
        return  # without an origin there is nothing to ask for
    origin = origin_of(config.site_url)
    case = diagnose(endpoint, origin)
    if case is None:
        yield Finding("chat", f"{endpoint} answers and lets in {origin}")
        return
    whose = " (each reader's own machine; asked on this one)" if is_loopback(hosts[0]) else ""
    yield Finding("chat", f"{case.title}{whose}. {case.why}", case.do)
