"""The command `quantlab gguf memory`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from mkdocs_quantlab.cli.models import find_models
from mkdocs_quantlab.cli.terminal import Unreadable, print_json, print_table, say
from mkdocs_quantlab.engine.core.numbers import gibibytes
from mkdocs_quantlab.engine.gguf.cache import CACHE_TYPES, CacheError, Setting
from mkdocs_quantlab.engine.gguf.errors import GgufError
from mkdocs_quantlab.engine.gguf.file_types import RECIPES
from mkdocs_quantlab.engine.gguf.memory import need_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mkdocs_quantlab.engine.gguf.memory import Memory, Need
    from mkdocs_quantlab.engine.gguf.model import Model

GIB = 2**30
CACHE_TYPE = click.Choice(CACHE_TYPES, case_sensitive=False)


@click.command()
@click.argument("models", nargs=-1, required=True, metavar="MODEL...")
@click.option(
    "--memory",
    type=click.FloatRange(min=0, min_open=True),
    metavar="GIB",
    help="Available memory in GiB (2^30 bytes). The status is 1 if a model needs more.",
)
@click.option(
    "--context",
    type=click.IntRange(1, 1 << 30),
    default=8192,
    show_default=True,
    help="Context length of each sequence, in tokens.",
)
@click.option(
    "--cache",
    type=CACHE_TYPE,
    default="f16",
    show_default=True,
    help="Type of keys and values in the cache.",
)
@click.option(
    "--cache-v", type=CACHE_TYPE, help="Type of the values, if it differs from the keys'."
)
@click.option(
    "--sequences",
    type=click.IntRange(1, 256),
    default=1,
    show_default=True,
    help="Number of parallel sequences, each with its own cache.",
)
@click.option("--recipes", is_flag=True, help="Also show the memory for each recipe of llama.cpp.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
def memory(
    models: tuple[str, ...],
    *,
    memory: float | None,
    context: int,
    cache: str,
    cache_v: str | None,
    sequences: int,
    recipes: bool,
    as_json: bool,
) -> None:
    """Show how much memory each MODEL needs in llama.cpp: weights, KV cache and, estimated, compute buffers.

    The status is 1 if a model takes more than `--memory`, and 2 if its cache is not known.
    """
    limit = None if memory is None else memory * GIB
    setting = Setting(context, cache, cache_v or cache, sequences)
    found = []
    fits = True
    for model in find_models(models):
        try:
            for recipe, need in _needs(model, recipes=recipes):
                taken = need.under(setting)
                longest = None if limit is None else need.longest(setting, limit)
                found.append((model.name, recipe, taken, longest))
                fits &= recipe is not None or limit is None or taken.total <= limit
        except (CacheError, GgufError) as error:
            raise Unreadable(f"{model.name}: {error}") from None
    if as_json:
        print_json([_as_json(*each, limit) for each in found])
    else:
        _print(found, limit)
    sys.exit(not fits)


def _needs(model: Model, *, recipes: bool) -> Iterator[tuple[str | None, Need]]:
    """The model as its file is, and as recipes would store it."""
    need = need_of(model)
    yield None, need
    for recipe in RECIPES if recipes else ():
        yield recipe, need.stored_by(recipe, model)


def _as_json(
    name: str, recipe: str | None, taken: Memory, longest: int | None, limit: float | None
) -> dict[str, Any]:
    return {
        "model": name,
        "recipe": recipe,
        "weights": taken.weights,
        "cache": taken.cache,
        "cache_parts": [
            part.layers._asdict() | {"cells": part.cells, "bytes": part.bytes}
            for part in taken.parts
        ],
        "buffers": taken.buffers.bytes,
        "total": taken.total,
        "fits": None if limit is None else taken.total <= limit,
        "longest_context": longest,
    }


def _print(
    found: Sequence[tuple[str, str | None, Memory, int | None]], limit: float | None
) -> None:
    head = ["GiB", "Recipe", "Weights", "Cache", "Buffers", "Total"]
    if limit is not None:
        head += ["Fits", "Longest context"]
    rows = []
    for name, recipe, taken, longest in found:
        sizes = (taken.weights, taken.cache, taken.buffers.bytes, taken.total)
        row = [name, recipe or "as it is", *map(gibibytes, sizes)]
        if limit is not None:
            row += ["yes" if taken.total <= limit else "no", f"{longest:,}"]
        rows.append(row)
    print_table(head, rows)
    say(
        "Weights and cache are exact. Buffers are estimated, and those of the driver are not included."
    )
