"""The command `quantlab`."""

from __future__ import annotations

from pathlib import Path

import click

from mkdocs_quantlab import __version__
from mkdocs_quantlab.cli.doctor import doctor
from mkdocs_quantlab.cli.endpoint import endpoint
from mkdocs_quantlab.cli.gguf import gguf
from mkdocs_quantlab.cli.models import settings_of
from mkdocs_quantlab.cli.new import new
from mkdocs_quantlab.cli.terminal import Commands, Unreadable, print_line
from mkdocs_quantlab.cli.widgets import widgets
from mkdocs_quantlab.engine.core.custom import WidgetError
from mkdocs_quantlab.engine.core.schema import OptionError
from mkdocs_quantlab.site.assets import SCRIPT, STATIC, STYLE, files
from mkdocs_quantlab.site.doctor.configuration import ZENSICAL, default_path
from mkdocs_quantlab.site.models.models import Models
from mkdocs_quantlab.site.models.page_models import page_model
from mkdocs_quantlab.site.settings import WIDGETS, read_widgets
from mkdocs_quantlab.site.widgets.archive import write_archives
from mkdocs_quantlab.site.widgets.registry import Widgets
from mkdocs_quantlab.written import copy_whole

YAML = """\
markdown_extensions:
  - quantlab
extra_css:
  - {0}/{1}
extra_javascript:
  - path: {0}/{2}
    defer: true"""
TOML = """\
extra_css = ["{0}/{1}"]
extra_javascript = [{{path = "{0}/{2}", defer = true}}]

[project.markdown_extensions.quantlab]"""
"""Lines of `[project]` in zensical.toml, and the table that turns the extension on."""


@click.group(cls=Commands)
@click.version_option(__version__, prog_name="quantlab")
def main() -> None:
    """Labs on the quantization of large language models."""


for command in (doctor, endpoint, gguf, new, widgets):
    main.add_command(command)


@main.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--no-pyodide", is_flag=True, help="Leave Pyodide out, for sites that set `pyodide`.")
@click.option(
    "--model",
    "models",
    multiple=True,
    metavar="NAME",
    help="A model that runs in the page, with llama.cpp: a built-in one, or the path of a GGUF file. May be repeated.",
)
@click.option(
    "--widgets",
    "own",
    type=click.Path(path_type=Path),
    help="The folder of your custom widgets; otherwise the one that the configuration names. Their files and those of widgets in installed packages are copied, too.",
)
def export(folder: Path, *, no_pyodide: bool, models: tuple[str, ...], own: Path | None) -> None:
    """Copy the browser files into FOLDER, for engines that run no plugins.

    FOLDER is below the site's docs folder, for example docs/assets/quantlab. Run this again when a custom widget has changed.
    """
    try:
        found = [page_model(name, Models({}, Path.cwd())) for name in models]
        own = own or Path(read_widgets(settings_of(default_path()).get("widgets", WIDGETS)))
        archives = Widgets(own.resolve(), Path.cwd()).archives()
    except OptionError as error:
        raise click.UsageError(str(error)) from None
    except (WidgetError, ValueError) as error:
        raise Unreadable(str(error)) from None
    names = files("off" if no_pyodide else "bundled", in_page=bool(models))
    sources = {name: STATIC / name for name in names}
    sources |= {model.file: model.path for model in found}
    for name, source in sources.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        copy_whole(source, target)
    written = write_archives(archives, folder)
    below = folder.as_posix().removeprefix("./").removeprefix("docs/")
    print_line(
        f"{len(sources) + written} files copied to {folder}. The site's configuration needs:\n"
    )
    print_line((TOML if default_path() == ZENSICAL else YAML).format(below, STYLE, SCRIPT))
