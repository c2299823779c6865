"""The commands `quantlab new ...`."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import click

from mkdocs_quantlab.cli.models import config_option, settings_of
from mkdocs_quantlab.cli.terminal import Unreadable, print_line
from mkdocs_quantlab.course import CourseError, write_course, write_widget
from mkdocs_quantlab.engine.core.widget import built_in
from mkdocs_quantlab.site.markdown.directives import ALIASES, CHAT, EVIDENCE
from mkdocs_quantlab.site.models.lock import Locked, write_lock
from mkdocs_quantlab.site.models.models import Models, learned
from mkdocs_quantlab.site.models.places import ModelError
from mkdocs_quantlab.site.secrets import hidden, masked
from mkdocs_quantlab.site.settings import WIDGETS, read_models, read_widgets


class _Course(click.Group):
    """A group whose first word may be the folder of a course: `quantlab new FOLDER`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, self._complete(ctx, args))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        return super().resolve_command(ctx, self._complete(ctx, args))

    def _complete(self, ctx: click.Context, args: list[str]) -> list[str]:
        known = (*self.commands, *ctx.help_option_names)
        return args if not args or args[0] in known else ["site", *args]


@click.group(cls=_Course)
def new() -> None:
    """Write the files of a course, or a widget.

    `quantlab new FOLDER` is short for `quantlab new site FOLDER`.
    """


@new.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--title", help="The course's name. By default the folder's.")
@click.option(
    "--model",
    "named",
    multiple=True,
    metavar="NAME=PLACE",
    help="A GGUF file to name and lock: a path relative to FOLDER, or an address. Repeat for several.",
)
def site(folder: Path, *, title: str | None, named: tuple[str, ...]) -> None:
    """Write a course into FOLDER that builds without changes.

    It writes a configuration, a first lab, requirements, and a workflow that publishes the course on GitHub Pages. It
    overwrites no file.
    """
    models = _models(named, folder)
    locked = _read(models)
    # Python gives a name in surrogates where the locale is not that of the file system.
    name = os.fsencode(os.path.abspath(folder)).decode("utf-8", "replace").rpartition("/")[2]  # noqa: PTH100  # follows no links
    title = title or name.replace("-", " ").replace("_", " ").strip().capitalize()
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
        print_line(path)
    there = "" if folder.samefile(Path.cwd()) else f"cd {shlex.quote(str(folder))} && "
    print_line(f"\nNow: {there}pip install -r requirements.txt && mkdocs serve")


@new.command()
@click.argument("name")
@config_option
def widget(name: str, *, config_file: Path) -> None:
    """Write a working example of a widget NAME into the site's folder of widgets.

    The directive is data-NAME. The command overwrites no file.
    """
    if not re.fullmatch(r"[a-z][a-z0-9-]*", name):
        raise click.BadParameter(
            f"takes lower-case letters, digits and `-`; found `{name}`", param_hint="NAME"
        )
    if name in (*built_in(), CHAT, EVIDENCE, *ALIASES):
        raise click.BadParameter(
            f"`{name}` is a built-in directive: choose a different name", param_hint="NAME"
        )
    try:
        setting = read_widgets(settings_of(config_file).get("widgets", WIDGETS))
        path = write_widget(config_file.parent / setting, name)
    except (CourseError, ValueError) as error:
        raise Unreadable(str(error)) from None
    except OSError as error:
        raise Unreadable(f"{error.filename}: {error.strerror}") from None
    print_line(f"{path}\n\nNow, on a page: <div data-{name}></div>")


def _models(named: tuple[str, ...], folder: Path) -> Models:
    places = {}
    for each in named:
        name, is_given, place = each.partition("=")
        if not is_given:
            raise click.BadParameter(f"takes NAME=PLACE; found `{each}`", param_hint="--model")
        if name in places:
            raise click.BadParameter(f"names `{name}` twice", param_hint="--model")
        if hidden(place):
            raise click.BadParameter(
                f"`{masked(each)}` contains a password, a key or a signature, which must not be in mkdocs.yml: "
                "add it there yourself, with `!ENV`",
                param_hint="--model",
            )
        places[name] = place
    try:
        return Models(read_models(places), folder)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--model") from None


def _read(models: Models) -> dict[str, Locked]:
    found: dict[str, Locked] = {}
    for name, place in models.named.items():
        try:
            found[masked(place)] = models.read(name, None, learned(found.values()))
        except ModelError as error:
            raise Unreadable(str(error)) from None
    return found
