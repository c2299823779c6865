"""A site's configuration as commands read it: `mkdocs.yml` of MkDocs and ProperDocs, or `zensical.toml`, which names the same things."""

from __future__ import annotations

import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import ConfigurationError
from mkdocs.utils.yaml import yaml_load

from mkdocs_quantlab.site.errors import LabError
from mkdocs_quantlab.site.markdown.extension import QuantlabExtension
from mkdocs_quantlab.site.models.places import PlaceError, refuse_pipe
from mkdocs_quantlab.site.not_utf8 import NotUtf8

if TYPE_CHECKING:
    from collections.abc import Mapping

MKDOCS = Path("mkdocs.yml")
ZENSICAL = Path("zensical.toml")
_GENERATOR = '<meta name="generator" content="zensical-'


class UnreadableConfigurationError(ValueError):
    """A configuration cannot be read; the message names the file, and is one line."""


def default_path() -> Path:
    """The configuration in the current folder: MkDocs' name of it, unless there is only Zensical's."""
    return ZENSICAL if ZENSICAL.is_file() and not MKDOCS.exists() else MKDOCS


def read_fields(path: Path) -> dict[str, Any]:
    """What a configuration says, by the names of `mkdocs.yml`, unchecked.

    Raises:
        UnreadableConfigurationError: It cannot be read.
    """
    try:
        refuse_pipe(path)
        text = path.read_bytes().decode()
        if path.suffix == ".toml":
            fields = tomllib.loads(text).get("project", {})
        else:
            with path.open("rb") as file:
                fields = yaml_load(file)
    except PlaceError as error:
        raise UnreadableConfigurationError(f"{path}: {error}") from None
    except OSError as error:
        raise UnreadableConfigurationError(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        found = NotUtf8.of(error)
        raise UnreadableConfigurationError(
            f"{path}:{found.line}: this is not UTF-8 (byte {found.byte}): save the file as UTF-8"
        ) from None
    except (tomllib.TOMLDecodeError, ConfigurationError) as error:
        raise UnreadableConfigurationError(f"{path}: {' '.join(str(error).split())}") from None
    if not isinstance(fields, dict) or not fields:
        raise UnreadableConfigurationError(f"{path}: this is not a site's configuration")
    return fields


def settings(fields: Mapping[str, Any]) -> dict[str, Any] | None:
    """The settings of the plugin or the extension `quantlab`, unchecked; None where neither is on."""
    found: dict[str, Any] | None = None
    for section in ("markdown_extensions", "plugins"):
        entries = fields.get(section) or []
        # Both take a list of names and mappings, or one mapping.
        for entry in [entries] if isinstance(entries, dict) else entries:
            if entry == "quantlab" or (isinstance(entry, dict) and "quantlab" in entry):
                options = entry["quantlab"] if isinstance(entry, dict) else None
                found = (found or {}) | (options if isinstance(options, dict) else {})
    return found


class Site(NamedTuple):
    """What a configuration says of a site.

    Attributes:
        engine: `MkDocs`, or `Zensical` where the site is built by it alone.
        errors: What is wrong with it, by the setting's name.
        settings: Ours, checked; None where `quantlab` is not on.
        site_url: The site's address; empty where it is not set.
        site_dir: Where the site is built.
        docs_dir: Where its pages are.
        theme: The theme's name.
        theme_options: Its options.
        plugins: The plugins' names.
        scripts: The paths in `extra_javascript`.
        is_toml: The configuration is TOML, not YAML.
    """

    engine: str
    errors: list[tuple[str, str]]
    settings: Mapping[str, Any] | None = None
    site_url: str = ""
    site_dir: Path = Path("site")
    docs_dir: Path = Path("docs")
    theme: str = ""
    theme_options: Mapping[str, Any] = {}
    plugins: frozenset[str] = frozenset()
    scripts: tuple[str, ...] = ()
    is_toml: bool = False


def read_site(path: Path) -> Site:
    """Reads a site's configuration and checks it as its engine would.

    Raises:
        UnreadableConfigurationError: It cannot be read.
    """
    fields = read_fields(path)
    if path.suffix == ".toml" or _is_for_zensical(path, fields):
        return _zensical(path, fields)
    config = MkDocsConfig(config_file_path=str(path))
    config.load_dict(fields)
    errors, _ = config.validate()
    if errors:
        return Site("MkDocs", [(name, str(error)) for name, error in errors])
    found = _mkdocs_settings(config)
    return Site(
        "MkDocs",
        [] if found is None else _mistakes(path, found),
        found,
        config.site_url or "",
        Path(config.site_dir),
        Path(config.docs_dir),
        str(config.theme.name),
        config.theme,
        frozenset(config.plugins),
        tuple(map(str, config.extra_javascript)),
    )


def _mkdocs_settings(config: MkDocsConfig) -> dict[str, Any] | None:
    plugin = config.plugins.get("quantlab")
    if plugin:
        return dict(plugin.config)
    if "quantlab" in config.markdown_extensions:
        return dict(config.mdx_configs.get("quantlab", {}))
    return None


def _mistakes(path: Path, found: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is wrong with our settings, those that depend on the site's widgets among them."""
    try:
        QuantlabExtension.of_site(path, found).check()
    except LabError as error:
        return [("quantlab", str(error))]
    return []


def _is_for_zensical(path: Path, fields: Mapping[str, Any]) -> bool:
    """Whether a `mkdocs.yml` is for Zensical: it has the Markdown extension and not the plugin, or Zensical built the finished site."""
    is_plugin = settings({"plugins": fields.get("plugins")}) is not None
    if not is_plugin and _extension(fields) is not None and find_spec("zensical") is not None:
        return True
    page = path.parent / str(fields.get("site_dir") or "site") / "index.html"
    try:
        return _GENERATOR in page.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False


def _extension(fields: Mapping[str, Any]) -> dict[str, Any] | None:
    """The settings of the Markdown extension, which Zensical runs, unlike the plugin."""
    return settings({"markdown_extensions": fields.get("markdown_extensions")})


def _zensical(path: Path, fields: Mapping[str, Any]) -> Site:
    found = _extension(fields)
    errors = [] if found is None else _mistakes(path, found)
    if found is not None and not errors:
        found = QuantlabExtension(**found).getConfigs()
    theme = fields.get("theme") or {}
    options = theme if isinstance(theme, dict) else {"name": theme}
    folder = path.parent
    scripts = (
        str(each.get("path", "")) if isinstance(each, dict) else str(each)
        for each in fields.get("extra_javascript") or ()
    )
    return Site(
        "Zensical",
        errors,
        found,
        str(fields.get("site_url") or ""),
        folder / str(fields.get("site_dir") or "site"),
        folder / str(fields.get("docs_dir") or "docs"),
        "zensical",
        {"font": {}} | options,
        frozenset(),
        tuple(scripts),
        path.suffix == ".toml",
    )
