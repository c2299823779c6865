"""What all commands share in a terminal: one-line errors, an output that any encoding takes, colours, and tables as wide as it.

All that commands print goes through here, where control characters are escaped: a file or a server must not control the terminal.
"""

from __future__ import annotations

import codecs
import errno
import json
import os
import shutil
import sys
import textwrap
from typing import TYPE_CHECKING, Any

import click

from mkdocs_quantlab.engine.core.foreign import LONGEST, escaped, shortened
from mkdocs_quantlab.site.not_utf8 import NotUtf8
from mkdocs_quantlab.site.secrets import masked

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_PLAIN = str.maketrans(
    {"–": "-", "—": "-", "×": "x", "…": "...", "“": '"', "”": '"', "‘": "'", "’": "'", "≈": "~"}  # noqa: RUF001
    | dict(zip("▁▂▃▄▅▆▇█", "_.:-=+*#", strict=True))
)
"""What stands for characters of ours in encodings that lack them, such as that of a file on Windows."""


class Unreadable(click.ClickException):
    """A model or a configuration that cannot be read.

    The command ends with status 2, as on wrong usage; 1 is for findings.
    """

    exit_code = 2

    def __init__(self, message: str) -> None:
        # It may quote a file or a server, and an address with a password.
        super().__init__(escaped(shortened(masked(message), 4 * LONGEST), keep="\n"))


class Commands(click.Group):
    """The group of all commands."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs a command; what the files of an author and the terminal do wrong is one line."""
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="quantlab")
        # https://no-color.org, https://force-color.org
        if os.environ.get("NO_COLOR"):
            ctx.color = False
        elif os.environ.get("FORCE_COLOR"):
            ctx.color = True
        try:
            return super().invoke(ctx)
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise  # who reads the output has enough of it: click knows
            _discard_output()
            about = f"{error.filename}: " if error.filename else ""
            raise Unreadable(f"{about}{error.strerror or error}") from None
        except UnicodeDecodeError as error:
            found = NotUtf8.of(error)
            raise Unreadable(
                f"a file is not UTF-8: line {found.line} has the byte {found.byte}: save it as UTF-8"
            ) from None


def _discard_output() -> None:
    """Output that cannot be written is not tried again when Python ends."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    found = error.object[error.start : error.end]
    plain = found.translate(_PLAIN)
    return "".join(c if ord(c) < 128 else "?" for c in plain), error.end  # ASCII


codecs.register_error("quantlab", _replace)


def columns() -> int | None:
    """The width of the terminal; None where the output is not one, and nobody set COLUMNS."""
    if sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdigit():
        return shutil.get_terminal_size().columns
    return None


def print_line(text: object = "", *, bold: bool = False, err: bool = False) -> None:
    """Prints a text as it is, and a line's end.

    Args:
        text: What to print; it may have several lines.
        bold: Whether it is a heading.
        err: Whether it is a message beside the result.
    """
    shown = escaped(str(text), keep="\n\t")
    click.echo(click.style(shown, bold=True) if bold else shown, err=err)


def say(text: str, *, mark: str = "") -> None:
    """Prints a sentence, or a few, wrapped to the terminal.

    Args:
        text: What to print.
        mark: What stands before the first line, in two columns; the others are indented.
    """
    width = columns()
    indent = 4 if mark else 0
    text = escaped(text, keep="\n")
    lines = [text]
    if width:
        lines = textwrap.wrap(text, max(width - indent, 20), break_on_hyphens=False)
    before = f"{mark}  " if mark else ""
    click.echo(before + f"\n{' ' * indent}".join(lines))


def print_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Prints columns as wide as their longest text, and an empty line behind them.

    In a terminal that is too narrow each row becomes a paragraph, with a line or more for each column.
    """
    lines = [[escaped(cell) for cell in line] for line in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    width = columns()
    if width is None or sum(widths) + 2 * (len(widths) - 1) <= width:
        for line in lines:
            click.echo("  ".join(map(str.ljust, line, widths)).rstrip())
    else:
        _print_paragraphs(head, lines[1:], max(width, 20))
    click.echo()


def _print_paragraphs(head: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> None:
    for at, row in enumerate(rows):
        if at:
            click.echo()
        for name, text in zip(head, row, strict=True):
            if text:
                wrapped = textwrap.wrap(
                    f"{name}: {text}", width, subsequent_indent="  ", break_on_hyphens=False
                )
                click.echo("\n".join(wrapped))


def print_json(data: object) -> None:
    """Prints JSON for programs, which is the same in every encoding."""
    is_unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    text = json.dumps(data, ensure_ascii=not is_unicode)
    # JSON lets some control characters stand.
    click.echo(escaped(text, as_json=True))
