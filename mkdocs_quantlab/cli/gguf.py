"""The commands `quantlab gguf`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mkdocs_quantlab.cli import models
from mkdocs_quantlab.cli.compare import compare
from mkdocs_quantlab.cli.lock import lock
from mkdocs_quantlab.cli.memory import memory
from mkdocs_quantlab.cli.quantize import quantize
from mkdocs_quantlab.cli.recipe import recipe
from mkdocs_quantlab.cli.show import show

if TYPE_CHECKING:
    from pathlib import Path


@click.group()
@models.config_option
@click.pass_context
def gguf(context: click.Context, *, config_file: Path) -> None:
    """Examine GGUF files by their headers, and quantize models.

    A MODEL is a name in the configuration, a path, or an address (https://, hf://owner/repository/file.gguf, or any that
    fsspec opens). For a split file, name any one part.

    The status is 0 if all is well, 1 if a command found what it looks for, and 2 for wrong usage or a file that
    cannot be read.
    """
    context.obj = config_file


for command in (compare, lock, memory, quantize, recipe, show):
    gguf.add_command(command)
