"""The dialects of model servers, their APIs: what the chat, nginx's configuration and `quantlab doctor` all know of them.

`browser/build/generate.py` writes this as TypeScript. What only the page knows is in `browser/src/chat/dialects/`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Route(NamedTuple):
    """A request below a server's address.

    Attributes:
        method: `GET` or `POST`.
        path: As it is without a version of its own: `/v1/models`.
        is_limited: The request takes the model's time.
    """

    method: str
    path: str
    is_limited: bool = False


class Dialect(NamedTuple):
    """An API of model servers.

    Attributes:
        name: Its name in code and in saved conversations.
        label: Its name for readers.
        ending: The last folder that addresses for this API may have; a regular expression.
        routes: By name, what the chat asks, and what nginx lets through.
        probe: The name of the route, a GET, which tells that a server speaks this API.
        chat: The name of the route that takes prompts.
    """

    name: str
    label: str
    ending: str
    routes: Mapping[str, Route]
    probe: str
    chat: str = "chat"


OLLAMA = Dialect(
    name="ollama",
    label="Ollama",
    ending="api",
    routes={
        "home": Route("GET", "/"),
        "version": Route("GET", "/api/version"),
        "models": Route("GET", "/api/tags"),
        "loaded": Route("GET", "/api/ps"),
        "show": Route("POST", "/api/show"),
        "chat": Route("POST", "/api/chat", is_limited=True),
    },
    probe="version",
)

OPENAI = Dialect(
    name="openai",
    label="OpenAI",
    ending=r"v\d+",
    routes={
        "models": Route("GET", "/v1/models"),
        "chat": Route("POST", "/v1/chat/completions", is_limited=True),
    },
    probe="models",
)

DIALECTS = [OLLAMA, OPENAI]
"""In the order in which servers are asked whether they speak one."""


def ending() -> str:
    """A regular expression for the last folder of addresses that end in one of a dialect; JavaScript has the same."""
    return "/(" + "|".join(dialect.ending for dialect in DIALECTS) + ")$"
