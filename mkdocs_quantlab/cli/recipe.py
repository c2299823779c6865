"""The command `quantlab gguf recipe`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mkdocs_quantlab.cli.models import find_models
from mkdocs_quantlab.cli.terminal import Unreadable, print_json, print_line, print_table, say
from mkdocs_quantlab.engine.core.numbers import count, volume
from mkdocs_quantlab.engine.core.schema import OptionError
from mkdocs_quantlab.engine.gguf.errors import GgufError
from mkdocs_quantlab.engine.gguf.file_types import RECIPES
from mkdocs_quantlab.engine.gguf.recipes import plan, plans
from mkdocs_quantlab.engine.widgets.gguf_recipe.widget import SHAPE_OPTIONS, Options

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs_quantlab.engine.gguf.model import Model
    from mkdocs_quantlab.engine.gguf.recipes import Plan


def _shape_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options of the widget that make a shape."""
    for field in reversed(Options.fields()):
        if field.name in SHAPE_OPTIONS:
            command = click.option(f"--{field.name.replace('_', '-')}", help=field.help)(command)
    return command


@click.command()
@click.argument("model", required=False)
@_shape_options
@click.option(
    "--recipe",
    type=click.Choice(RECIPES, case_sensitive=False),
    metavar="RECIPE",
    help="List every tensor with its type in this recipe, and why.",
)
@click.option("--imatrix", is_flag=True, help="Predict for quantization with an importance matrix.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
def recipe(
    model: str | None,
    *,
    recipe: str | None,
    imatrix: bool,
    as_json: bool,
    **shape: str | None,
) -> None:
    """Predict the results of llama.cpp's recipes for MODEL, or for a model of a given shape: types, bits per weight, bytes."""
    given = {name: text for name, text in shape.items() if text is not None}
    if model is not None and given:
        raise click.UsageError("give a MODEL or a shape, not both")
    found = find_models([model])[0] if model is not None else _shaped(given)
    try:
        made = [plan(found, recipe, imatrix=imatrix)] if recipe else plans(found, imatrix=imatrix)
    except GgufError as error:
        raise Unreadable(f"{found.name}: {error}") from None
    if as_json:
        print_json([_as_json(each, tensors=bool(recipe)) for each in made])
    elif recipe:
        _print_tensors(found, made[0])
    else:
        _print_recipes(made)


def _shaped(given: dict[str, str]) -> Model:
    try:
        return Options(given).described()
    except OptionError as error:
        raise click.UsageError(str(error)) from None


def _as_json(made: Plan, *, tensors: bool) -> dict[str, Any]:
    fields = {
        "recipe": made.recipe,
        "imatrix": made.imatrix,
        "imatrix_needed": made.is_refused,
        "parameters": made.parameters,
        "bits_per_weight": made.bits_per_weight,
        "size": made.size,
        "padded_size": made.padded,
    }
    if tensors:
        fields["tensors"] = [
            {
                "name": entry.tensor.name,
                "shape": entry.tensor.shape,
                "type": entry.tensor.type_name,
                "size": entry.tensor.size,
                "why": entry.why,
            }
            for entry in made.assigned
        ]
    return fields


def _print_tensors(model: Model, made: Plan) -> None:
    say(
        f"{made.recipe} of {model.name}: {count(made.parameters, 'weight')}, {made.bits_per_weight:.4f} bits per weight, "
        f"{made.padded:,} bytes of tensors"
    )
    print_line()
    print_table(
        ("Tensor", "Shape", "Type", "Bytes", "Why"),
        (
            (
                entry.tensor.name,
                " × ".join(map(str, entry.tensor.shape)),
                entry.tensor.type_name,
                f"{entry.tensor.size or 0:,}",
                entry.why,
            )
            for entry in made.assigned
        ),
    )
    if made.is_refused:
        say("llama.cpp refuses this recipe without an importance matrix.")


def _print_recipes(made: list[Plan]) -> None:
    print_table(
        ("Recipe", "Bits per weight", "Size", "Bytes", "Importance matrix"),
        (
            (
                each.recipe,
                f"{each.bits_per_weight:.4f}",
                volume(each.padded),
                f"{each.padded:,}",
                "needed" if each.is_refused else "",
            )
            for each in made
        ),
    )
