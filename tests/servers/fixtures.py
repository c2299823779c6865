"""Servers for tests: real llama.cpp with a tiny model in two quantizations, and a stand-in for Ollama in front of it."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.file_server import FileServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from tests.servers.litellm import LiteLLM
    from tests.servers.llama_server import LlamaServer
    from tests.servers.nginx import Nginx
    from tests.servers.ollama import Ollama
    from tests.servers.openwebui import OpenWebUI

TAGS = {"tiny:q4": "Q4_K_M", "tiny:q6": "Q6_K"}


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A GGUF file for each of `TAGS`, of the same weights."""
    from tests.servers import tiny_model

    folder = tmp_path_factory.mktemp("models")
    files = {tag: folder / f"tiny-{recipe}.gguf" for tag, recipe in TAGS.items()}
    for tag, file in files.items():
        tiny_model.write(file, TAGS[tag])
    return files


@pytest.fixture(scope="session")
def llama_servers(tiny_models: dict[str, Path]) -> Iterator[dict[str, LlamaServer]]:
    """llama.cpp with each of the models, answering four requests at once."""
    pytest.importorskip("xllamacpp", reason="carries llama.cpp's server")
    from tests.servers.llama_server import LlamaServer

    with ExitStack() as stack:
        yield {
            tag: stack.enter_context(LlamaServer(file, slots=4))
            for tag, file in tiny_models.items()
        }


@pytest.fixture
def start_llama_server(tiny_models: dict[str, Path]) -> Iterator[Callable[..., LlamaServer]]:
    """Starts llama.cpp for one test: `start_llama_server("tiny:q4", api_keys=["key"])`, see `LlamaServer`."""
    pytest.importorskip("xllamacpp", reason="carries llama.cpp's server")
    from tests.servers.llama_server import LlamaServer

    with ExitStack() as stack:
        yield lambda tag, **params: stack.enter_context(LlamaServer(tiny_models[tag], **params))


@pytest.fixture
def start_ollama(llama_servers: dict[str, LlamaServer]) -> Iterator[Callable[..., Ollama]]:
    """Starts a stand-in for Ollama with both models for one test; `thinks` says whether they can think."""
    from tests.servers.ollama import Ollama
    from tests.servers.ollama_models import Model

    with ExitStack() as stack:

        def start(origins: Iterable[str] = (), *, thinks: bool = False) -> Ollama:
            models = [Model(tag, server, thinks=thinks) for tag, server in llama_servers.items()]
            return stack.enter_context(Ollama(models, origins))

        yield start


@pytest.fixture
def ollama(start_ollama: Callable[..., Ollama]) -> Ollama:
    """A stand-in for Ollama as it comes: `tiny:q4` and `tiny:q6`, local origins only."""
    return start_ollama()


@pytest.fixture
def start_openwebui(ollama: Ollama) -> Iterator[Callable[..., OpenWebUI]]:
    """Starts a stand-in for Open WebUI in front of `ollama`: `start_openwebui("key", origin)`."""
    from tests.servers.openwebui import OpenWebUI

    with ExitStack() as stack:
        yield lambda *given: stack.enter_context(OpenWebUI(ollama, *given))


@pytest.fixture
def start_litellm(ollama: Ollama) -> Iterator[Callable[..., LiteLLM]]:
    """Starts a stand-in for LiteLLM in front of `ollama`: `start_litellm("key")`."""
    from tests.servers.litellm import LiteLLM

    with ExitStack() as stack:
        yield lambda *given: stack.enter_context(LiteLLM(ollama, *given))


@pytest.fixture
def start_nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Nginx]]:
    """Starts nginx as an instructor would: `start_nginx([ollama], [origin], **settings)`, see `endpoint.nginx.Settings`."""
    from mkdocs_quantlab.endpoint.nginx import Settings, configuration
    from tests.servers.nginx import Nginx, free_port

    with ExitStack() as stack:

        def start(
            upstreams: Iterable[Ollama], origins: Iterable[str], path: str = "", **settings
        ) -> Nginx:
            port = free_port()
            scheme = "https" if settings.get("certificate") else "http"
            url = f"{scheme}://127.0.0.1:{port}{path}"
            hosts = [ollama.url for ollama in upstreams]
            listen = f"127.0.0.1:{port}"
            text = configuration(Settings(url, list(origins), hosts, listen=listen, **settings))
            folder = tmp_path_factory.mktemp("nginx")
            return stack.enter_context(Nginx(folder, text, url))

        yield start


@pytest.fixture
def server() -> Iterator[FileServer]:
    """A server of files in memory."""
    server = FileServer()
    yield server
    server.close()
