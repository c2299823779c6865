"""The command `quantlab gguf show`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mkdocs_quantlab.cli.models import find_models
from mkdocs_quantlab.cli.terminal import print_json, print_line, print_table, say
from mkdocs_quantlab.engine.core.numbers import count, percent, volume
from mkdocs_quantlab.engine.gguf.comparison import bits_per_weight, metadata, shares

if TYPE_CHECKING:
    from mkdocs_quantlab.engine.gguf.model import Model


@click.command()
@click.argument("models", nargs=-1, required=True, metavar="MODEL...")
@click.option("--tensors", is_flag=True, help="List every tensor.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
def show(models: tuple[str, ...], *, tensors: bool, as_json: bool) -> None:
    """Show the header of each MODEL: tensor types and metadata."""
    found = find_models(models)
    if as_json:
        print_json([_as_json(model) for model in found])
        return
    for model in found:
        _print(model, tensors=tensors)


def _as_json(model: Model) -> dict[str, Any]:
    return {
        **model.to_json(),
        "parameters": model.parameters,
        "bits_per_weight": bits_per_weight(model),
        "shares": [share._asdict() for share in shares(model.tensors)],
        "tensors": [
            {**tensor._asdict(), "type": tensor.type_name, "size": tensor.size}
            for tensor in model.tensors
        ],
    }


def _print(model: Model, *, tensors: bool) -> None:
    bits = bits_per_weight(model)
    order = "big-endian" if model.big_endian else "little-endian"
    print_line(model.name, bold=True)
    say(
        f"{model.file}: GGUF version {model.version}, {order}, {count(model.parts, 'part')}, "
        f"{volume(model.size)} ({model.size:,} bytes)"
    )
    say(
        f"{count(model.parameters, 'weight')} in {count(len(model.tensors), 'tensor')}"
        + ("" if bits is None else f", {bits:.4f} bits per weight")
    )
    print_line()
    total = sum(tensor.size or 0 for tensor in model.tensors)
    print_table(
        ("Type", "Tensors", "Weights", "Of the weights", "Of the bytes"),
        (
            (
                share.type,
                str(share.tensors),
                f"{share.parameters:,}",
                percent(share.parameters / (model.parameters or 1)),
                "unknown" if share.size is None else percent(share.size / (total or 1)),
            )
            for share in shares(model.tensors)
        ),
    )
    print_table(
        ("Metadata", "Type", "Value"),
        ((each.key, model.types.get(each.key, ""), *each.texts) for each in metadata([model])),
    )
    if tensors:
        print_table(
            ("Tensor", "Type", "Shape", "Bytes"),
            (
                (
                    tensor.name,
                    tensor.type_name,
                    " × ".join(map(str, tensor.shape)),
                    "unknown" if tensor.size is None else f"{tensor.size:,}",
                )
                for tensor in model.tensors
            ),
        )
