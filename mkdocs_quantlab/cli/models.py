"""Models as the command line names them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mkdocs_quantlab.cli.terminal import Unreadable
from mkdocs_quantlab.engine.core.suggest import did_you_mean
from mkdocs_quantlab.site.doctor.configuration import (
    MKDOCS,
    ZENSICAL,
    UnreadableConfigurationError,
    default_path,
    read_fields,
    settings,
)
from mkdocs_quantlab.site.models.models import Models
from mkdocs_quantlab.site.secrets import masked
from mkdocs_quantlab.site.settings import read_models

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mkdocs_quantlab.engine.gguf.model import Model

config_option = click.option(
    "-f",
    "--config-file",
    type=click.Path(dir_okay=False, path_type=Path),
    default=default_path,
    show_default=f"{MKDOCS}, or {ZENSICAL} if there is no {MKDOCS}",
    help="The site's configuration file.",
)
"""The option that commands share which read a site's configuration."""


def config_file() -> Path:
    """The configuration that the group `gguf` was given."""
    return click.get_current_context().find_object(Path) or default_path()


def site_models() -> Models:
    """The models that the configuration names; none where there is no such file and none was asked for.

    Raises:
        Unreadable: The file is not there, or cannot be read.
    """
    config = config_file()
    if config == MKDOCS and not config.exists():
        return Models({}, Path.cwd())
    try:
        return Models(read_models(settings_of(config).get("models", {})), config.resolve().parent)
    except ValueError as error:
        raise Unreadable(f"{config}: {error}") from None


def find_models(names: Sequence[str]) -> list[Model]:
    """The models of these names, in this order.

    Args:
        names: Names in the configuration, paths from the current folder, or addresses.

    Raises:
        Unreadable: One of them cannot be read.
    """
    models = site_models()
    return [_model(models, name) for name in names]


def _model(models: Models, name: str) -> Model:
    place = name
    if name not in models.named and Path(name).is_file():
        # A path is meant from where the command is called, unlike in mkdocs.yml.
        place = str(Path(name).resolve())
    try:
        return models.model(place, _quiet)._replace(name=masked(name))
    except LookupError as error:
        known = ", ".join(f"`{each}`" for each in models.named)
        which = f"{config_file()} names {known}" if known else f"{config_file()} names no models"
        hint = did_you_mean(name, models.named)
        raise Unreadable(f"{error.args[0]}{hint}; {which}") from None
    except ValueError as error:
        raise Unreadable(str(error)) from None


def _quiet(message: str) -> None:
    """The command line asks servers because it was told to."""


def settings_of(config: Path) -> dict[str, Any]:
    """The settings of the plugin or the extension `quantlab` in a site's configuration, unchecked; none where there is no file.

    Raises:
        Unreadable: The file cannot be read.
    """
    if config == MKDOCS and not config.exists():
        return {}
    try:
        return settings(read_fields(config)) or {}
    except UnreadableConfigurationError as error:
        raise Unreadable(str(error)) from None
