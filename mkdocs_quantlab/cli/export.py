"""The command `quantlab export`."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from urllib.parse import quote

import click

from mkdocs_quantlab.cli.models import settings_of
from mkdocs_quantlab.cli.terminal import Unreadable, print_line
from mkdocs_quantlab.engine.core.custom import WidgetError
from mkdocs_quantlab.engine.core.schema import OptionError
from mkdocs_quantlab.site.assets import SCRIPT, STATIC, STYLE, files
from mkdocs_quantlab.site.doctor.configuration import ZENSICAL, default_path
from mkdocs_quantlab.site.errors import LabError
from mkdocs_quantlab.site.markdown.extension import QuantlabExtension
from mkdocs_quantlab.site.markdown.fragment import EXAMPLE, fragment
from mkdocs_quantlab.site.models.models import Models
from mkdocs_quantlab.site.models.page_models import page_model
from mkdocs_quantlab.site.settings import WIDGETS, read_pyodide, read_widgets
from mkdocs_quantlab.site.widgets.archive import write_archives
from mkdocs_quantlab.site.widgets.registry import Widgets
from mkdocs_quantlab.written import copy_whole, write_whole

YAML = """\
markdown_extensions:
  - quantlab
extra_css:
  - {0}/{1}
extra_javascript:
  - path: {0}/{2}
    defer: true"""
TOML = """\
# In the table [project]:
extra_css = ["{0}/{1}"]
extra_javascript = [{{path = "{0}/{2}", defer = true}}]

[project.markdown_extensions.quantlab]"""

ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--no-pyodide",
    is_flag=True,
    help="Do not copy Python, for sites that set `pyodide: off`. If the configuration has the URL of Pyodide, omit only Pyodide's own three files.",
)
@click.option(
    "--model",
    "models",
    multiple=True,
    metavar="NAME",
    help="A model that runs in the page, with llama.cpp: a built-in one, or the path of a GGUF file. May be repeated.",
)
@click.option(
    "--widgets",
    "custom",
    type=click.Path(path_type=Path),
    help="The folder of your custom widgets; otherwise the one that the configuration names. Their files and those of widgets in installed packages are copied, too.",
)
@click.option(
    "--widget",
    "directive",
    metavar="DIRECTIVE",
    help=f'Also export a directive as HTML, for a site of any other kind: "{EXAMPLE}", a whole <div>, or - to read it from the standard input.',
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="With --widget: the file for the HTML; otherwise the standard output.",
)
@click.option(
    "--folder-url",
    "url",
    metavar="URL",
    help="With --widget: where the page finds FOLDER, such as /assets/quantlab. Otherwise the path to FOLDER from the output file, or FOLDER's name.",
)
@click.option(
    "--id",
    "prefix",
    metavar="NAME",
    help="With --widget: the prefix of the elements' ids, which must differ within a page. By default, the output file's name, or `quantlab`.",
)
def export(
    folder: Path,
    *,
    no_pyodide: bool,
    models: tuple[str, ...],
    custom: Path | None,
    directive: str | None,
    output: Path | None,
    url: str | None,
    prefix: str | None,
) -> None:
    """Copy the browser files into FOLDER, for engines that run no plugins.

    FOLDER is below the site's docs folder, for example docs/assets/quantlab. Run this again when a custom widget has changed.

    With --widget, FOLDER is any folder of a site's files, and the HTML goes into one of its pages.
    """
    if directive is None and (output or url or prefix):
        raise click.UsageError("`--output`, `--folder-url` and `--id` need `--widget`")
    prefix = _prefix(prefix, output)
    if directive == "-":
        directive = sys.stdin.buffer.read().decode()
    try:
        found = {page_model(name, Models({}, Path.cwd())) for name in models}
        settings = settings_of(default_path())
        if custom:
            settings["widgets"] = str(custom.resolve())
        custom = Path(read_widgets(settings.get("widgets", WIDGETS)))
        archives = Widgets(custom.resolve(), Path.cwd()).archives()
        pyodide = read_pyodide(settings.get("pyodide", "bundled"))
        if no_pyodide and pyodide == "bundled":
            pyodide = "off"
        html = ""
        if directive is not None:
            file = default_path()
            given = {**settings, "pyodide": pyodide, "on_error": "fail"}
            extension = QuantlabExtension.of_site(file if file.is_file() else None, given)
            extension.warn = _warn
            place = url or _path(folder, output)
            html = fragment(extension, directive, "--widget", place, prefix)
            found |= extension.page_models
    except OptionError as error:
        raise click.UsageError(str(error)) from None
    except (LabError, WidgetError, ValueError) as error:
        raise Unreadable(str(error)) from None
    names = files(pyodide if no_pyodide else "bundled", in_page=bool(found))
    sources = {name: STATIC / name for name in names}
    sources |= {model.file: model.path for model in found}
    for name, source in sources.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        copy_whole(source, target)
    written = write_archives(archives, folder)
    copied = f"{len(sources) + written} files copied to {folder}."
    if directive is not None:
        print_line(copied, err=True)
        if output:
            output.parent.mkdir(parents=True, exist_ok=True)
            write_whole(output, html)
        else:
            # As bytes: in another encoding it would be another page.
            sys.stdout.buffer.write(html.encode())
            sys.stdout.buffer.flush()
        return
    below = folder.as_posix().removeprefix("./").removeprefix("docs/")
    print_line(f"{copied} The site's configuration needs:\n")
    print_line((TOML if default_path() == ZENSICAL else YAML).format(below, STYLE, SCRIPT))


def _prefix(given: str | None, output: Path | None) -> str:
    """How the ids of elements begin: as given, else as the output file is called."""
    if given and not ID.fullmatch(given):
        raise click.UsageError(
            f"`--id` takes letters, digits, `_` and `-`, with a letter first; found `{given}`"
        )
    if given or not output:
        return given or ""
    return re.sub(r"[^A-Za-z0-9_-]+|^[^A-Za-z]+", "-", output.stem).strip("-")


def _warn(message: str) -> None:
    print_line(f"Warning: {message}", err=True)


def _path(folder: Path, output: Path | None) -> str:
    """How a page finds the folder: from the file that has the HTML, where that is known."""
    if output is None:
        return quote(folder.resolve().name)
    return quote(Path(os.path.relpath(folder.resolve(), output.resolve().parent)).as_posix())
