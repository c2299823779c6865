"""Real llama.cpp servers, each in a process of its own: a crash of native code takes no test run along."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pathlib import Path


class LlamaServer:
    """A server with one model on a free port of 127.0.0.1; a context manager that ends it.

    Attributes:
        model: The GGUF file.
        url: Its address, without a final slash.
    """

    def __init__(
        self, model: Path, *, slots: int = 1, context: int = 4096, **params: object
    ) -> None:
        """Starts it and waits until it listens; the model may still be loading.

        Args:
            model: The GGUF file.
            slots: Requests that are answered at once.
            context: Tokens of context a slot.
            params: Further fields of xllamacpp's CommonParams.
        """
        self.model = model
        settings = {"n_parallel": slots, "n_ctx": context * slots} | params
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(model), json.dumps(settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        self.url = self._process.stdout.readline().strip()
        assert self.url, f"llama.cpp does not start with {model} and {settings}"

    def stop(self) -> None:
        """Ends it."""
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_) -> None:
        self.stop()


def _serve(model: str, settings: dict[str, object]) -> None:
    """Serves until standard input is closed, which a parent's end does too."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = model
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.warmup = False
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    for name, value in settings.items():
        setattr(params, name, value)
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    _serve(sys.argv[1], json.loads(sys.argv[2]))
