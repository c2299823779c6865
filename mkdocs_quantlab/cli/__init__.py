"""The command `quantlab`."""

from __future__ import annotations

import click

from mkdocs_quantlab import __version__
from mkdocs_quantlab.cli.doctor import doctor
from mkdocs_quantlab.cli.endpoint import endpoint
from mkdocs_quantlab.cli.export import export
from mkdocs_quantlab.cli.gguf import gguf
from mkdocs_quantlab.cli.new import new
from mkdocs_quantlab.cli.terminal import Commands
from mkdocs_quantlab.cli.widgets import widgets


@click.group(cls=Commands)
@click.version_option(__version__, prog_name="quantlab")
def main() -> None:
    """Labs on the quantization of large language models."""


for command in (doctor, endpoint, export, gguf, new, widgets):
    main.add_command(command)
