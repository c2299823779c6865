"""The dialects of model servers, their APIs: what the chat, nginx's configuration and `quantlab doctor` all know of them.

`browser/build/generate.py` writes this as TypeScript. What only the page knows is in `browser/src/chat/dialects/`.
"""

from __future__ import annotations

import json
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
        requests: A regular expression for what may follow the folder in an address that was copied from a request.
        process: The fields that every request sends that may load a model, because they are properties of the model's process.
        is_upstream: nginx passes its routes on to the server behind it.
        after: The name of a dialect whose probe these servers answer, too. Servers that do not answer it are not probed for this one.
    """

    name: str
    label: str
    ending: str
    routes: Mapping[str, Route]
    probe: str
    chat: str = "chat"
    requests: str = ""
    process: Mapping[str, object] = {}
    is_upstream: bool = True
    after: str = ""


OLLAMA_PROCESS_FIELDS = (
    "shift", "num_ctx", "num_batch", "num_gpu", "main_gpu", "use_mmap", "num_thread",
)  # fmt: skip
"""The fields of a request that Ollama passes to the model's process when it starts the process. A request with another value restarts
the process and loads the model again (Ollama 0.33: `needsReload` in server/sched.go)."""

OLLAMA = Dialect(
    name="ollama",
    label="Ollama",
    ending="api",
    requests="chat|generate|tags|version|ps|show|embed",
    routes={
        "home": Route("GET", "/"),
        "version": Route("GET", "/api/version"),
        "models": Route("GET", "/api/tags"),
        "loaded": Route("GET", "/api/ps"),
        "show": Route("POST", "/api/show"),
        "chat": Route("POST", "/api/chat", is_limited=True),
    },
    probe="version",
    # Without it, a long answer silently drops the beginning of the conversation.
    process={"shift": False},
)

OPEN_WEBUI = Dialect(
    name="openwebui",
    label="Open WebUI",
    ending="api",
    requests="chat/completions|models|config",
    routes={
        "config": Route("GET", "/api/config"),
        "models": Route("GET", "/api/models"),
        "chat": Route("POST", "/api/chat/completions", is_limited=True),
    },
    probe="config",
    is_upstream=False,
    after="ollama",
)

OPENAI = Dialect(
    name="openai",
    label="OpenAI",
    ending=r"v\d+",
    requests="chat/completions|completions|responses|models|embeddings",
    routes={
        "models": Route("GET", "/v1/models"),
        "chat": Route("POST", "/v1/chat/completions", is_limited=True),
    },
    probe="models",
)

DIALECTS = [OLLAMA, OPEN_WEBUI, OPENAI]
"""In the order in which servers are asked whether they speak one."""


def ending() -> str:
    """A regular expression for the part at the end of an address that belongs to a dialect; JavaScript has the same.

    Its group is the folder. The address of a copied request goes on after it: `/v1/chat/completions`.
    """
    folders = "|".join(dict.fromkeys(dialect.ending for dialect in DIALECTS))
    requests = "|".join(dialect.requests for dialect in DIALECTS if dialect.requests)
    return f"/(?:({folders})(?:/(?:{requests}))?|chat/completions)$"


def load_request(model: str) -> str:
    """The JSON that makes Ollama load a model as the chat's prompts need it."""
    return json.dumps({"model": model, **OLLAMA.process})
