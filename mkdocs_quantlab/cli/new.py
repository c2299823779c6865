"""The command `quantlab new`."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from mkdocs_quantlab.cli.models import Unreadable
from mkdocs_quantlab.course import CourseError, write_course
from mkdocs_quantlab.site.models.lock import Locked, write_lock
from mkdocs_quantlab.site.models.models import ModelError, Models, learned
from mkdocs_quantlab.site.settings import read_models


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--title", help="The course's name; else the folder's.")
@click.option(
    "--model",
    "named",
    multiple=True,
    metavar="NAME=PLACE",
    help="A GGUF file to name and lock: a path from FOLDER, or an address; several times for several.",
)
def new(folder: Path, *, title: str | None, named: tuple[str, ...]) -> None:
    """Write a course into FOLDER that builds as it is.

    Configuration, a first lab, requirements, and a workflow that publishes on GitHub Pages. No file is overwritten.
    """
    models = _models(named, folder)
    locked = _read(models)
    title = title or folder.resolve().name.replace("-", " ").replace("_", " ").strip().capitalize()
    try:
        written = write_course(folder, title or "Course", models.named)
    except CourseError as error:
        raise Unreadable(str(error)) from None
    except OSError as error:
        raise Unreadable(f"{error.filename}: {error.strerror}") from None
    if locked:
        write_lock(models.lock_path, locked)
        written.append(models.lock_path)
    for path in written:
        click.echo(path)
    there = "" if folder.resolve() == Path.cwd() else f"cd {shlex.quote(str(folder))} && "
    click.echo(f"\nNow: {there}pip install -r requirements.txt && mkdocs serve")


def _models(named: tuple[str, ...], folder: Path) -> Models:
    places = {}
    for each in named:
        name, is_given, place = each.partition("=")
        if not is_given:
            raise click.BadParameter(f"takes NAME=PLACE; found `{each}`", param_hint="--model")
        if name in places:
            raise click.BadParameter(f"names `{name}` twice", param_hint="--model")
        places[name] = place
    try:
        return Models(read_models(places), folder)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--model") from None


def _read(models: Models) -> dict[str, Locked]:
    found: dict[str, Locked] = {}
    for name, place in models.named.items():
        try:
            found[place] = models.read(name, None, learned(found.values()))
        except ModelError as error:
            raise Unreadable(str(error)) from None
    return found
