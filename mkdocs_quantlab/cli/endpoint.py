"""The commands `quantlab endpoint`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TextIO

import click
from mkdocs.config import load_config

from mkdocs_quantlab.endpoint.nginx import EndpointError, Settings, configuration, read_keys
from mkdocs_quantlab.site.chat.chat import BROWSER

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig


@click.group()
def endpoint() -> None:
    """What a class's own model server needs."""


@endpoint.command()
@click.option(
    "-f",
    "--config-file",
    type=click.Path(dir_okay=False),
    help="The site's configuration; else mkdocs.yml here.",
)
@click.option("--endpoint", "url", metavar="URL", help="In place of the site's `chat: endpoint`.")
@click.option(
    "--origin",
    "origins",
    multiple=True,
    metavar="URL",
    help="A site that may ask, in place of `site_url`; several times for several.",
)
@click.option(
    "--upstream",
    "upstreams",
    multiple=True,
    metavar="URL",
    default=Settings._field_defaults["upstreams"],
    show_default=True,
    help="An Ollama host; several times for several.",
)
@click.option(
    "--spread",
    type=click.Choice(["requests", "models"]),
    default="requests",
    show_default=True,
    help="What several hosts share. `requests`: the host with the least to do gets the next, and each holds all "
    "models. `models`: each model stays on one host.",
)
@click.option(
    "--keys",
    type=click.File(encoding="utf-8"),
    help="Class keys: on each line a name, space, and its key. Without, everybody may ask.",
)
@click.option(
    "--rate",
    type=click.IntRange(1),
    default=Settings._field_defaults["rate"],
    show_default=True,
    help="Questions a minute, of each class; without keys, of each address.",
)
@click.option(
    "--at-once",
    type=click.IntRange(1),
    default=Settings._field_defaults["at_once"],
    show_default=True,
    help="Questions that wait or are answered at the same time, of each class or address.",
)
@click.option("--listen", default="", help="Address and port; else the endpoint's port.")
@click.option(
    "--certificate", default="", metavar="PATH", help="The TLS certificate, on nginx's machine."
)
@click.option("--key", "certificate_key", default="", metavar="PATH", help="The certificate's key.")
def nginx(
    config_file: str | None,
    url: str | None,
    origins: tuple[str, ...],
    spread: str,
    keys: TextIO | None,
    **settings: Any,
) -> None:
    """Print an nginx configuration that lets the site's pages, and nobody else's, chat with Ollama."""
    if not url or not origins:
        site = load_config(config_file)
        url = url or _endpoint(site)
        if not url:
            raise click.UsageError(
                f"{site.config_file_path} sets no `chat: endpoint`: set it, or give --endpoint"
            )
        origins = origins or ((site.site_url,) if site.site_url else ())
        if not origins:
            raise click.UsageError(
                f"{site.config_file_path} sets no `site_url`, whose pages may ask: set it, or give --origin"
            )
    try:
        named = read_keys(keys.read(), keys.name) if keys else {}
        by_model = spread == "models"
        text = configuration(Settings(url, origins, keys=named, by_model=by_model, **settings))
    except EndpointError as error:
        raise click.UsageError(str(error)) from None
    click.echo(text, nl=False)


def _endpoint(site: MkDocsConfig) -> str:
    """The endpoint of every chat, set in the plugin or in the Markdown extension; empty where there is none."""
    plugin = site.plugins.get("quantlab")
    # MkDocs has had both checked by now.
    options = plugin.config if plugin else site.mdx_configs.get("quantlab", {})
    endpoint = str(options.get("chat", {}).get("endpoint", ""))
    return "" if endpoint == BROWSER else endpoint
