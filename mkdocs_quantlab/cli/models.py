"""Models as the command line names them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from mkdocs.exceptions import ConfigurationError
from mkdocs.utils.yaml import yaml_load

from mkdocs_quantlab.site.config import read_models
from mkdocs_quantlab.site.models import Models

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mkdocs_quantlab.engine.gguf.model import Model

CONFIG = "mkdocs.yml"

config_option = click.option(
    "-f",
    "--config-file",
    "config",
    type=click.Path(dir_okay=False, path_type=Path),
    default=CONFIG,
    show_default=True,
    help="The configuration that names models; relative places are relative to its folder.",
)
"""The option of every command that takes names of models; its value is for `site_models`."""


class Unreadable(click.ClickException):
    """A model that cannot be read. The command ends with status 2, as on wrong usage; 1 is for findings."""

    exit_code = 2


def site_models(config: Path) -> Models:
    """The models that a configuration names; none where there is no such file and none was asked for.

    Raises:
        Unreadable: The file is not there, or cannot be read.
    """
    if not config.is_file() and config == Path(CONFIG):
        return Models({}, Path.cwd())
    try:
        with config.open("rb") as file:
            fields = yaml_load(file)
        options = next(_options(fields), {})
        return Models(read_models(options.get("models") or {}), config.resolve().parent)
    except (ConfigurationError, OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise Unreadable(f"{config}: {reason}") from None


def _options(fields: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """The options of the plugin or the extension `quantlab`."""
    for section in ("plugins", "markdown_extensions"):
        entries = fields.get(section) or []
        for entry in [entries] if isinstance(entries, dict) else entries:
            if isinstance(entry, dict) and isinstance(entry.get("quantlab"), dict):
                yield entry["quantlab"]


def find_models(places: Sequence[str], config: Path = Path(CONFIG)) -> list[Model]:
    """The models of these names, or at these places, in this order; all that are named where none is given.

    Args:
        places: Names in the configuration, paths relative to the current folder, or addresses.
        config: The configuration.

    Raises:
        Unreadable: One of them cannot be read, or there is none.
    """
    models = site_models(config)
    if not places and not models.named:
        raise click.UsageError(f"name a file, or give {config} `models`")
    return [find_model(models, place) for place in places or models.named]


def find_model(models: Models, place: str) -> Model:
    """The model of that name or at that place.

    Raises:
        Unreadable: It cannot be read.
    """
    try:
        # A path is meant from where the command is called, unlike in a page.
        where = place if place in models.named or not Path(place).is_file() else Path(place)
        return models.model(str(where if isinstance(where, str) else where.resolve()), _quiet)
    except (LookupError, ValueError) as error:
        raise Unreadable(str(error.args[0])) from None


def _quiet(message: str) -> None:
    """The command line asks servers because it was told to."""
