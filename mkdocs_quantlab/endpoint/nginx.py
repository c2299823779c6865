"""nginx's configuration in front of Ollama: pages of one course may chat, and nothing else."""

from __future__ import annotations

import math
import re
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from jinja2 import Environment, StrictUndefined

from mkdocs_quantlab.endpoint import dialects

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

REFUSALS = {
    413: ("too_long", "this conversation is longer than the endpoint accepts"),
    429: (
        "too_many",
        "the class sends more requests than the endpoint allows; try again in a moment",
    ),
    502: ("down", "no Ollama host can be reached"),
    504: ("slow", "the Ollama host does not answer"),
}

OLLAMA_PORT = 11434
SHORTEST_KEY = 16


class EndpointError(ValueError):
    """A setting is not taken; says which and what is allowed."""


class Settings(NamedTuple):
    """What the configuration is made from.

    Attributes:
        endpoint: The address that pages use, http or https.
        origins: Origins whose pages may ask.
        upstreams: `host:port` of each Ollama host.
        keys: The classes' names and keys; without any, everybody may ask.
        rate: Questions a minute that are let through in the long run, of each class; without keys, of each address.
        at_once: Questions that may wait or be answered at the same time, of each class or address.
        by_model: A model's questions all go to one host, instead of each to the host with the least to do.
        listen: nginx's `listen`: an address, a port or both; defaults to the endpoint's port.
        certificate: Path of the TLS certificate and its chain.
        certificate_key: Path of its key.
    """

    endpoint: str
    origins: Sequence[str]
    upstreams: Sequence[str] = (f"127.0.0.1:{OLLAMA_PORT}",)
    keys: Mapping[str, str] = {}
    rate: int = 300
    at_once: int = 200
    by_model: bool = False
    listen: str = ""
    certificate: str = ""
    certificate_key: str = ""


def configuration(settings: Settings) -> str:
    """Nginx's configuration file.

    Raises:
        EndpointError: A setting is not taken, or two of them do not go together.
    """
    url = urlsplit(read_endpoint(settings.endpoint))
    secure = url.scheme == "https"
    if bool(settings.certificate) != bool(settings.certificate_key):
        raise EndpointError("--certificate and --key are needed together; found only one of them")
    if secure and not settings.certificate and not settings.listen:
        raise EndpointError(
            f"the endpoint `{settings.endpoint}` is https: give --certificate and --key or, where another program "
            "terminates TLS, --listen"
        )
    if settings.certificate and not secure:
        raise EndpointError(
            f"the endpoint `{settings.endpoint}` is http, which uses no --certificate; did you mean `https://{url.netloc}`?"
        )
    if settings.keys and not secure and url.hostname not in ("localhost", "127.0.0.1"):
        raise EndpointError(
            f"the endpoint `{settings.endpoint}` is http, over which pages send no key; --keys need https"
        )
    listen = settings.listen
    if listen and not re.fullmatch(r"((\*|[\w.-]+|\[[\da-fA-F:]+\]):)?\d+", listen, re.ASCII):
        raise EndpointError(f"--listen takes a port, or an address and a port; found `{listen}`")
    for path in (settings.certificate, settings.certificate_key):
        if re.search(r'["\\$\x00-\x1f]', path):
            raise EndpointError(f"a path takes no quotes, `\\` or `$`; found `{path}`")
    environment = Environment(
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701  # it is not HTML, and every value was read by a function below
    )
    environment.filters["escaped"] = re.escape
    source = files("mkdocs_quantlab.endpoint").joinpath("nginx.conf.jinja")
    return environment.from_string(source.read_text(encoding="utf-8")).render(
        endpoint=settings.endpoint,
        origins=[read_origin(origin) for origin in settings.origins],
        upstreams=[read_upstream(upstream) for upstream in settings.upstreams],
        keys=settings.keys,
        rate=settings.rate,
        at_once=settings.at_once,
        retry_after=math.ceil(60 / settings.rate),
        by_model=settings.by_model,
        listen=listen or url.port or (443 if secure else 80),
        server_name=url.hostname,
        certificate=settings.certificate,
        certificate_key=settings.certificate_key,
        prefix=url.path,
        body_size="1m",
        routes=[
            route
            for dialect in dialects.DIALECTS
            if dialect.is_upstream
            for route in dialect.routes.values()
        ],
        refusals=REFUSALS,
    )


def read_endpoint(value: str) -> str:
    """The address that pages use, without a final slash.

    Raises:
        EndpointError: It is no such address.
    """
    if not re.fullmatch(r"https?://[\w.-]+(:\d+)?(/[\w.~-]+)*/?", value, re.ASCII):
        # What follows may be a secret.
        shown = re.sub(r"\?.+|//.+@", "…", value)
        raise EndpointError(
            f"the endpoint takes an address like `https://ollama.example.edu`; found `{shown}`"
        )
    return value.rstrip("/")


def read_origin(value: str) -> str:
    """An origin as browsers write it, from any address on it.

    Raises:
        EndpointError: It has none.
    """
    found = re.fullmatch(r"(https?)://([\w.-]+)(?::(\d+))?(?:/.*)?", value, re.ASCII)
    if not found:
        raise EndpointError(
            f"an origin is written like `https://course.example.edu`; found `{value}`"
        )
    scheme, host, port = found.groups()
    shown = f":{port}" if port and int(port) != {"http": 80, "https": 443}[scheme] else ""
    return f"{scheme}://{host.lower()}{shown}"


def read_upstream(value: str) -> str:
    """An Ollama host as `host:port`, from an address.

    Raises:
        EndpointError: It is no address, or not http.
    """
    found = re.fullmatch(r"(?:http://)?([\w.-]+|\[[\da-fA-F:]+\])(?::(\d+))?/?", value, re.ASCII)
    if not found:
        raise EndpointError(
            f"an Ollama host is written like `http://10.0.0.1:11434`; found `{value}`"
        )
    return f"{found[1]}:{found[2] or OLLAMA_PORT}"


def read_keys(text: str, file: str) -> dict[str, str]:
    """Names and keys of classes: on each line a name, space, and its key; `#` begins a comment.

    Args:
        text: The lines.
        file: Its name, for errors.

    Raises:
        EndpointError: A line is something else, a name or key is there twice, or there is none. No key is in the error.
    """
    keys: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        place = f"{file}:{number}"
        if len(words) != 2:
            raise EndpointError(
                f"{place}: a line takes a name, a space and a key; found {len(words)} words"
            )
        name, key = words
        if not re.fullmatch(r"[\w-]+", name, re.ASCII):
            raise EndpointError(f"{place}: a name takes letters, digits, `-` and `_`")
        if not re.fullmatch(rf"[\w.~+/-]{{{SHORTEST_KEY},}}=*", key, re.ASCII):
            raise EndpointError(
                f"{place}: a key takes letters, digits and `-._~+/`, at least {SHORTEST_KEY} of them"
            )
        if name in keys:
            raise EndpointError(f"{place}: `{name}` has two keys")
        if key in keys.values():
            raise EndpointError(f"{place}: `{name}` has the same key as another class")
        keys[name] = key
    if not keys:
        raise EndpointError(f"{file} has no key: each line takes a name, a space and a key")
    return keys
