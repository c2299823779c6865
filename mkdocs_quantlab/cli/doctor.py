"""The command `quantlab doctor`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from mkdocs_quantlab.cli import models
from mkdocs_quantlab.cli.terminal import Unreadable, print_json, print_line, say
from mkdocs_quantlab.site.doctor.configuration import UnreadableConfigurationError
from mkdocs_quantlab.site.doctor.doctor import examine
from mkdocs_quantlab.site.doctor.published import UnreachableError, examine_published

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.argument("address", required=False, metavar="[URL]")
@models.config_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
def doctor(address: str | None, *, config_file: Path, as_json: bool) -> None:
    """Check a site, or the published page at URL, and say what to do.

    For a site, it checks versions, options, models and their lock file, whether the chat's server allows the site's pages,
    secrets in the configuration, and what the theme fetches from other servers. It sends requests to the chat's server and to
    the servers of models that are not locked.

    For a published page, it checks what its server sends: types, compression, caching, range requests for models, and the
    Content-Security-Policy.

    The status is 0 if all is well, 1 if there is something to do, and 2 if the configuration or the page cannot be read.
    """
    try:
        findings = list(examine_published(address) if address else examine(config_file))
    except (UnreadableConfigurationError, UnreachableError) as error:
        raise Unreadable(str(error)) from None
    todo = sum(bool(finding.do) for finding in findings)
    if as_json:
        print_json([finding._asdict() for finding in findings])
    else:
        for about, found, do in findings:
            mark = (
                click.style("do", fg="yellow", bold=True) if do else click.style("ok", fg="green")
            )
            say(f"{about}: {found}", mark=mark)
            if do:
                say(do, mark="  ")
        print_line(f"\n{todo} to do" if todo else "\nAll is well.")
    sys.exit(bool(todo))
