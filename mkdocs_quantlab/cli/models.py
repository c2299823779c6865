"""Models as the command line names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mkdocs_quantlab.engine.gguf.errors import GgufError
from mkdocs_quantlab.engine.gguf.model import Model, part_names
from mkdocs_quantlab.engine.gguf.ranges import read_file

if TYPE_CHECKING:
    from collections.abc import Sequence


class Unreadable(click.ClickException):
    """A model that cannot be read. The command ends with status 2, as on wrong usage; 1 is for findings."""

    exit_code = 2


def find_models(places: Sequence[str]) -> list[Model]:
    """The models at these paths, in this order.

    Raises:
        Unreadable: One of them cannot be read.
    """
    return [_model(place) for place in places]


def _model(place: str) -> Model:
    try:
        return Model.of_files(place, [(part, read_file(part)) for part in part_names(place)])
    except (GgufError, OSError) as error:
        raise Unreadable(f"{place}: {error}") from None
