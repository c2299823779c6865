"""The commands `quantlab endpoint`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TextIO

import click

from mkdocs_quantlab.cli.models import config_option, settings_of
from mkdocs_quantlab.cli.terminal import Unreadable, print_line
from mkdocs_quantlab.endpoint.nginx import EndpointError, Settings, configuration, read_keys
from mkdocs_quantlab.site.chat.chat import BROWSER
from mkdocs_quantlab.site.doctor.configuration import UnreadableConfigurationError, read_fields
from mkdocs_quantlab.site.settings import read_chat

if TYPE_CHECKING:
    from pathlib import Path


@click.group()
def endpoint() -> None:
    """Set up a model server for a class."""


@endpoint.command()
@config_option
@click.option(
    "--endpoint",
    "url",
    metavar="URL",
    help="The endpoint's address, if not the site's `chat: endpoint`.",
)
@click.option(
    "--origin",
    "origins",
    multiple=True,
    metavar="URL",
    help="A site whose pages may use the endpoint, if not `site_url`. Repeat for several.",
)
@click.option(
    "--upstream",
    "upstreams",
    multiple=True,
    metavar="URL",
    default=Settings._field_defaults["upstreams"],
    show_default=True,
    help="An Ollama host. Repeat for several.",
)
@click.option(
    "--spread",
    type=click.Choice(["requests", "models"]),
    default="requests",
    show_default=True,
    help="How requests are spread over several hosts. `requests`: to the host with the fewest unfinished answers; each "
    "host needs memory for all models. `models`: all requests for a model to one host.",
)
@click.option(
    "--keys",
    type=click.File(encoding="utf-8"),
    help="A file of class keys: on each line a name, a space and the key. Without it, everybody may use the models.",
)
@click.option(
    "--rate",
    type=click.IntRange(1),
    default=Settings._field_defaults["rate"],
    show_default=True,
    help="Requests per minute for each class or, without keys, for each address.",
)
@click.option(
    "--at-once",
    type=click.IntRange(1),
    default=Settings._field_defaults["at_once"],
    show_default=True,
    help="Requests of each class or address that may wait or be answered at the same time.",
)
@click.option(
    "--listen",
    default="",
    help="Address and port that nginx listens on. By default the endpoint's port.",
)
@click.option(
    "--certificate", default="", metavar="PATH", help="The TLS certificate, on nginx's machine."
)
@click.option("--key", "certificate_key", default="", metavar="PATH", help="The certificate's key.")
def nginx(
    config_file: Path,
    url: str | None,
    origins: tuple[str, ...],
    spread: str,
    keys: TextIO | None,
    **settings: Any,
) -> None:
    """Print an nginx configuration that lets only the site's pages chat with Ollama."""
    if not url or not origins:
        site = _read(config_file)
        url = url or _endpoint(config_file)
        if not url:
            raise click.UsageError(
                f"{config_file} sets no `chat: endpoint`: set it, or give --endpoint"
            )
        site_url = str(site.get("site_url") or "")
        origins = origins or ((site_url,) if site_url else ())
        if not origins:
            raise click.UsageError(
                f"{config_file} sets no `site_url`, so the origin of the pages is unknown: set it, or give --origin"
            )
    try:
        named = read_keys(_text(keys), keys.name) if keys else {}
        by_model = spread == "models"
        text = configuration(Settings(url, origins, keys=named, by_model=by_model, **settings))
    except EndpointError as error:
        raise click.UsageError(str(error)) from None
    print_line(text.removesuffix("\n"))


def _read(config_file: Path) -> dict[str, Any]:
    try:
        return read_fields(config_file)
    except UnreadableConfigurationError as error:
        raise Unreadable(str(error)) from None


def _endpoint(config_file: Path) -> str:
    """The endpoint of every chat, set in the plugin or in the Markdown extension; empty where there is none."""
    try:
        chat = read_chat(settings_of(config_file).get("chat") or {})
    except ValueError as error:
        raise Unreadable(f"{config_file}: `chat` {error}") from None
    endpoint = str(chat.get("endpoint", ""))
    return "" if endpoint == BROWSER else endpoint


def _text(keys: TextIO) -> str:
    try:
        return keys.read()
    except UnicodeDecodeError:
        raise EndpointError(f"{keys.name} is not in UTF-8: save it as UTF-8") from None
