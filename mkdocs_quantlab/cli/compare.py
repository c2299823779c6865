"""The command `quantlab gguf compare`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from mkdocs_quantlab.cli.models import find_models
from mkdocs_quantlab.cli.terminal import print_json, print_line, print_table, say
from mkdocs_quantlab.engine.core.numbers import percent, volume
from mkdocs_quantlab.engine.gguf.comparison import (
    Difference,
    bits_per_weight,
    kinship,
    metadata,
    shares,
)
from mkdocs_quantlab.engine.gguf.label import check

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mkdocs_quantlab.engine.gguf.comparison import Kinship
    from mkdocs_quantlab.engine.gguf.label import Check
    from mkdocs_quantlab.engine.gguf.model import Model


@click.command()
@click.argument("models", nargs=-1, required=True, metavar="MODEL...")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
def compare(models: tuple[str, ...], *, as_json: bool) -> None:
    """Compare each MODEL with the others by their headers: sizes, types, labels, metadata.

    The status is 1 if the files are not of one model: if the architecture, the tensors' names or shapes, or the
    tokenizer differ. A label that does not match its file is reported, but does not change the status.
    """
    found = find_models(models)
    checks = [check(model) for model in found]
    differences = metadata(found)
    kin = kinship(found, differences)
    if as_json:
        print_json(_as_json(found, checks, differences, kin))
    else:
        _print(found, checks, differences)
        if len(found) > 1:
            print_line()
            say(" ".join(kin.sentences()))
    sys.exit(not kin.is_one_model)


def _as_json(
    models: Sequence[Model],
    checks: Sequence[Check],
    differences: Sequence[Difference],
    kin: Kinship,
) -> dict[str, Any]:
    return {
        "models": [
            {
                "name": model.name,
                "file": model.file,
                "parts": model.parts,
                "size": model.size,
                "parameters": model.parameters,
                "bits_per_weight": bits_per_weight(model),
                "types": [share._asdict() for share in shares(model.tensors)],
                "label": {
                    "file_name": found.label.text if found.label else None,
                    "file_type": found.file_type,
                    "tensors": found.main.type if found.main else None,
                    "agrees": found.agrees,
                    "verdict": found.verdict,
                    "traces": found.traces,
                },
            }
            for model, found in zip(models, checks, strict=True)
        ],
        "same_architecture": kin.architecture,
        "same_tensors": kin.tensors,
        "same_tokenizer": kin.tokenizer,
        "metadata": [difference._asdict() for difference in differences],
    }


def _print(
    models: Sequence[Model], checks: Sequence[Check], differences: Sequence[Difference]
) -> None:
    names = [model.name for model in models]
    print_table(
        ("Model", "Size", "Weights", "Bits per weight", "File name", "general.file_type", "Layers mostly"),
        (
            (
                model.name,
                volume(model.size),
                f"{model.parameters:,}",
                "unknown" if (bits := bits_per_weight(model)) is None else f"{bits:.4f}",
                found.label.text if found.label else "–",
                found.file_type or "–",
                f"{found.main.type} ({percent(found.share)})" if found.main else "–",
            )
            for model, found in zip(models, checks, strict=True)
        ),
    )  # fmt: skip
    print_table(
        ("Type", "Model", "Tensors", "Of the weights", "Of the bytes"),
        (
            (
                share.type,
                model.name,
                str(share.tensors),
                percent(share.parameters / (model.parameters or 1)),
                "unknown" if share.size is None else percent(share.size / (_data(model) or 1)),
            )
            for model in models
            for share in shares(model.tensors)
        ),
    )
    for name, found in zip(names, checks, strict=True):
        say(f"{name}: {' '.join((found.verdict, *found.traces))}")
    differ = [each for each in differences if each.same is False]
    if differ:
        print_line()
        print_table(("Metadata", *names), ((each.key, *each.texts) for each in differ))
        for each in differ:
            if each.where:
                say(f"{each.key}: {each.where}")


def _data(model: Model) -> int:
    return sum(tensor.size or 0 for tensor in model.tensors)
