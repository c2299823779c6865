"""The commands `quantlab gguf`."""

from __future__ import annotations

import json

import click

from mkdocs_quantlab.cli.compare import compare
from mkdocs_quantlab.cli.memory import memory
from mkdocs_quantlab.cli.models import find_models


@click.group()
def gguf() -> None:
    """What GGUF files hold."""


gguf.add_command(compare)
gguf.add_command(memory)


@gguf.command()
@click.argument("models", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
def show(models: tuple[str, ...], *, as_json: bool) -> None:
    """Show what the headers of MODELS say."""
    found = find_models(models)
    if as_json:
        click.echo(json.dumps([model.to_json() for model in found]))
        return
    for model in found:
        click.echo(f"{model.file}: {model.parameters:,} parameters, {model.size:,} bytes")
