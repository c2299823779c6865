"""The command `quantlab gguf quantize`."""

from __future__ import annotations

import mmap
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mkdocs_quantlab.builtin_models import BuiltinModelError, is_builtin
from mkdocs_quantlab.builtin_models import path as builtin_path
from mkdocs_quantlab.builtin_models.imatrix import read_imatrix
from mkdocs_quantlab.builtin_models.quantized import quantized
from mkdocs_quantlab.cli.terminal import Unreadable, print_line
from mkdocs_quantlab.engine.core.numbers import volume
from mkdocs_quantlab.engine.core.suggest import did_you_mean
from mkdocs_quantlab.engine.ggml.errors import GgmlError
from mkdocs_quantlab.engine.gguf.errors import GgufError
from mkdocs_quantlab.engine.gguf.file_types import RECIPES
from mkdocs_quantlab.engine.gguf.modelfile import modelfile
from mkdocs_quantlab.engine.gguf.quantize import (
    CHOICES,
    GROUPS,
    made_here,
    prepare,
    read_everything,
)
from mkdocs_quantlab.site.models.places import PlaceError, refuse_pipe
from mkdocs_quantlab.written import whole, write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mkdocs_quantlab.engine.core.protocol import Piece
    from mkdocs_quantlab.engine.gguf.header import Tensor


@click.command()
@click.argument("source", metavar="IN")
@click.argument("target", metavar="OUT", type=click.Path(dir_okay=False, path_type=Path))
@click.argument(
    "recipe",
    metavar="RECIPE",
    type=click.Choice([name for name in RECIPES if made_here(name)], case_sensitive=False),
)
@click.option(
    "--type",
    "types",
    multiple=True,
    metavar="GROUP=TYPE",
    help=f"The type of all matrices of a group, in place of the recipe's. May be repeated. Groups: {', '.join(GROUPS)}.",
)
@click.option(
    "--imatrix",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="An importance matrix, as llama-imatrix writes it. Needs numpy.",
)
@click.option(
    "--modelfile",
    "with_modelfile",
    is_flag=True,
    help="Also write a Modelfile for `ollama create` beside OUT.",
)
def quantize(
    source: str,
    target: Path,
    recipe: str,
    *,
    types: Sequence[str],
    imatrix: Path | None,
    with_modelfile: bool,
) -> None:
    """Quantize the model IN with RECIPE, and write the file OUT.

    IN is a path or the name of a built-in model, such as drawing:F16. OUT has the same bytes as llama-quantize writes.
    """
    given = _types(types)
    if given and imatrix:
        raise click.UsageError("--type and --imatrix cannot be used together")
    try:
        place = builtin_path(source) if is_builtin(source) else Path(source)
        for path in filter(None, (place, imatrix)):
            refuse_pipe(path)
        if target.exists() and target.samefile(place):
            raise click.UsageError("IN and OUT are the same file: give OUT another name")
        size, tensors = (
            _weighted(place, target, recipe, imatrix)
            if imatrix
            else _plain(place, target, recipe, given)
        )
        if with_modelfile:
            beside = target.with_suffix(".Modelfile")
            write_whole(beside, modelfile(target.stem))
    except (GgufError, GgmlError, BuiltinModelError, PlaceError) as error:
        raise Unreadable(f"{source}: {error}") from None
    except OSError as error:
        # Errors of writes, as of a full disk, have no file name.
        raise Unreadable(f"{error.filename or target}: {error.strerror}") from None
    bits = 8 * sum(t.size or 0 for t in tensors) / max(1, sum(t.parameters for t in tensors))
    print_line(f"{target}: {volume(size)} ({size:,} bytes), {bits:.4f} bits per weight")
    if with_modelfile:
        print_line(f"{beside}: for `ollama create`")


def _types(given: Sequence[str]) -> dict[str, str]:
    """What `--type` says, by group."""
    found = {}
    names = {name.casefold(): name for name in CHOICES}
    for text in given:
        group, _, type_ = text.partition("=")
        if group not in GROUPS:
            raise click.UsageError(
                f"--type takes GROUP=TYPE; found `{text}`{did_you_mean(group, GROUPS)}; the groups are {', '.join(GROUPS)}"
            )
        if type_.casefold() not in names:
            raise click.UsageError(
                f"--type takes GROUP=TYPE; found `{text}`{did_you_mean(type_, CHOICES)}; the types are {', '.join(CHOICES)}"
            )
        found[group] = names[type_.casefold()]
    return found


def _plain(
    place: Path, target: Path, recipe: str, types: dict[str, str]
) -> tuple[int, Sequence[Tensor]]:
    """Writes the file piece by piece; its size, and its tensors."""
    with place.open("rb") as file:
        if not place.stat().st_size:
            raise GgufError("the file is empty")
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        header = read_everything(lambda start, stop: data[start:stop], len(data))
        job = prepare(header, recipe, types)
        with (
            whole(target) as out,
            click.progressbar(job.pieces, label="Quantizing", file=sys.stderr) as pieces,
        ):
            out.write(job.head)
            for piece in pieces:
                out.write(_encoded(piece, data[piece["start"] : piece["stop"]]))
                out.write(bytes(piece["padding"]))
    return job.size, job.tensors


def _encoded(piece: Piece, data: bytes) -> bytes:
    """A piece in its new type, by numpy: the bytes that `quantize.encoded` gives, sooner."""
    if piece["source"] == piece["target"]:
        return data
    from mkdocs_quantlab import fast  # noqa: PLC0415  # slow to import

    weights = fast.dequantize(memoryview(data), piece["source"])
    return fast.quantize(weights, piece["target"]).tobytes()


def _weighted(
    place: Path, target: Path, recipe: str, imatrix: Path
) -> tuple[int, Sequence[Tensor]]:
    """Writes the file with an importance matrix; its size, and its tensors."""
    try:
        importance = read_imatrix(imatrix.read_bytes(), imatrix.name)
    except GgufError as error:
        raise Unreadable(f"{imatrix}: {error}") from None
    made = quantized(place.read_bytes(), recipe, importance)
    write_whole(target, made)
    return len(made), read_everything(lambda start, stop: made[start:stop], len(made)).tensors
