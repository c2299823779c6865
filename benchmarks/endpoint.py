"""What nginx costs in front of a model server, and how long a class waits behind it.

    python -m benchmarks.endpoint

Prints Markdown tables. The server is Ollama's stand-in of the tests: in front of llama.cpp with a tiny model for the time to the first
token, and with a script of words for the class, because what a queue does is seen best where each answer takes as long.
Needs nginx and the xllamacpp wheel.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import fmean, median
from typing import TYPE_CHECKING, NamedTuple

import httpx

from benchmarks.report import machine, quantile, ratio, table
from mkdocs_quantlab.endpoint.nginx import Settings, configuration
from mkdocs_quantlab.endpoint.queue import waits
from tests.servers import tiny_model
from tests.servers.llama_server import LlamaServer
from tests.servers.nginx import Nginx, free_port
from tests.servers.ollama import Ollama
from tests.servers.ollama_models import Model, Script

if TYPE_CHECKING:
    from collections.abc import Iterator

SITE = "https://course.example"
QUESTION = {"model": "tiny:q4", "messages": [{"role": "user", "content": "Draw a pelican."}]}
ROUNDS = 300
STUDENTS = 100
WORDS = 20
SECONDS_PER_WORD = 0.01


@contextmanager
def behind_nginx(hosts: list[Ollama]) -> Iterator[str]:
    """The address of nginx in front of the hosts."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    upstreams = [host.url for host in hosts]
    settings = Settings(url, [SITE], upstreams, rate=1_000_000, listen=f"127.0.0.1:{port}")
    with tempfile.TemporaryDirectory() as folder, Nginx(Path(folder), configuration(settings), url):
        yield url


def first_token(client: httpx.Client) -> float:
    """Seconds from the question to the first token."""
    begun = time.perf_counter()
    options = {"num_predict": 1, "seed": 1}
    with client.stream("POST", "/api/chat", json=QUESTION | {"options": options}) as answer:
        lines = answer.iter_lines()
        next(lines)
        taken = time.perf_counter() - begun
        list(lines)
    return taken


def added_time(server: LlamaServer) -> str:
    """The table of the time to the first token, with nginx and without, in turns."""
    with ExitStack() as stack:
        host = stack.enter_context(Ollama([Model("tiny:q4", server)]))
        urls = [host.url, stack.enter_context(behind_nginx([host]))]
        times: list[list[float]] = [[], []]
        clients = [stack.enter_context(httpx.Client(base_url=url, trust_env=False)) for url in urls]
        for number in range(ROUNDS + 10):
            for client, taken in zip(clients, times, strict=True):
                seconds = first_token(client)
                if number >= 10:  # the first ones open connections and load the model
                    taken.append(seconds)
    direct, nginx = times
    added = [b - a for a, b in zip(direct, nginx, strict=True)]
    head = ["Time to the first token, ms", "p50", "p95"]
    rows = [
        [name, f"{median(taken) * 1e3:.2f}", f"{quantile(taken, 0.95) * 1e3:.2f}"]
        for name, taken in (("without nginx", direct), ("through nginx", nginx), ("added", added))
    ]
    return table(head, rows) + f"\n\nMedian of the rounds' ratios: {ratio(nginx, direct):.2f}."


class Answer(NamedTuple):
    """What a student saw: seconds to the first word, by the page's clock, and in the queue, by Ollama's figures."""

    waited: float
    queued: float
    whole: bool


async def ask(client: httpx.AsyncClient) -> Answer:
    """One student's question."""
    begun = time.perf_counter()
    waited = 0.0
    records = []
    async with client.stream("POST", "/api/chat", json=QUESTION) as answer:
        async for line in answer.aiter_lines():
            waited = waited or time.perf_counter() - begun
            records.append(json.loads(line))
    last = records[-1]
    worked = sum(last[f"{part}_duration"] for part in ("load", "prompt_eval", "eval"))
    whole = last["done"] and len(records) == WORDS + 1
    return Answer(waited, (last["total_duration"] - worked) / 1e9, whole)


async def ask_all(url: str) -> list[Answer]:
    """All students' questions at once."""
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(
        base_url=url, limits=limits, timeout=600, trust_env=False
    ) as client:
        return await asyncio.gather(*(ask(client) for _ in range(STUDENTS)))


def a_class(server: LlamaServer) -> str:
    """The table of the class's waits, as measured and as computed."""
    head = ["Hosts × places", "lost", "mean wait, s", "computed", "last, s", "computed", "by Ollama's figures"]  # fmt: skip
    rows = []
    for count, places in ((1, 1), (1, 4), (2, 4)):
        with ExitStack() as stack:
            hosts = [stack.enter_context(Ollama([Model("tiny:q4", server)])) for _ in range(count)]
            for host in hosts:
                host.num_parallel = places
                host.script = lambda _: Script(["word "] * WORDS, pause=SECONDS_PER_WORD)
            answers = asyncio.run(ask_all(stack.enter_context(behind_nginx(hosts))))
        expected = waits(STUDENTS, count * places, WORDS * SECONDS_PER_WORD)
        waited = [answer.waited - SECONDS_PER_WORD for answer in answers]
        rows.append(
            [
                f"{count} × {places}",
                str(sum(not answer.whole for answer in answers)),
                f"{fmean(waited):.2f}",
                f"{expected.mean:.2f}",
                f"{max(waited):.2f}",
                f"{expected.last:.2f}",
                f"{max(answer.queued for answer in answers):.2f}",
            ]
        )
    return table(head, rows)


def main() -> None:
    """Measures and prints."""
    print(machine() + "\n")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tiny.gguf"
        tiny_model.write(path, "Q4_K_M")
        with LlamaServer(path, slots=4) as server:
            print(added_time(server) + "\n")
            print(a_class(server))


if __name__ == "__main__":
    main()
