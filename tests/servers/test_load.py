"""A class that asks at once: nothing is lost, and each can be told how long it waited."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

STUDENTS = 100
SITE = "https://course.example"
KEY = "a-key-of-the-class"


async def ask(client, seed):
    """A student's answer: status, records, and whether the connection ended as it should."""
    request = {
        "model": ("tiny:q4", "tiny:q6")[seed % 2],
        "messages": [{"role": "user", "content": f"Student {seed} asks for a pelican."}],
        "options": {"seed": seed, "temperature": 0.8, "num_predict": 30},
    }
    async with client.stream("POST", "/api/chat", json=request) as answer:
        return answer.status_code, [json.loads(line) async for line in answer.aiter_lines()]


async def ask_all(url, seeds):
    limits = httpx.Limits(max_connections=None)
    headers = {"Origin": SITE, "Authorization": f"Bearer {KEY}"}
    async with httpx.AsyncClient(
        base_url=url, headers=headers, limits=limits, timeout=300, trust_env=False
    ) as client:
        return await asyncio.gather(*(ask(client, seed) for seed in seeds))


def said(answer):
    return [record["message"]["content"] for record in answer[1]]


def waited(record):
    """Nanoseconds in the queue: what is left of an answer's time, by Ollama's own figures."""
    worked = record["load_duration"] + record["prompt_eval_duration"] + record["eval_duration"]
    return record["total_duration"] - worked


def run(asking):
    """Runs a coroutine in a thread of its own: a browser's tests may have left a loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, asking).result()


@pytest.mark.parametrize("hosts", [1, 2])
def test_a_class_asks_at_once(start_ollama, start_nginx, hosts):
    servers = [start_ollama() for _ in range(hosts)]
    nginx = start_nginx(servers, [SITE], keys={"class": KEY})
    answers = run(ask_all(nginx.url, range(STUDENTS)))
    assert [status for status, _ in answers] == [200] * STUDENTS
    for _, records in answers:
        *words, last = records
        assert last["done"]
        assert last["done_reason"] in ("length", "stop")
        # The token that ends an answer is counted and not said.
        assert len(words) == last["eval_count"] - (last["done_reason"] == "stop")
        assert all(word["message"]["content"] for word in words)
    assert sum(len(server.asked) for server in servers) == STUDENTS
    assert min(len(server.asked) for server in servers) >= STUDENTS // hosts // 2
    for seed in (0, STUDENTS - 1):
        [alone] = run(ask_all(nginx.url, [seed]))
        assert said(alone) == said(answers[seed])
    longest = max(records[-1]["eval_duration"] for _, records in answers)
    assert max(waited(records[-1]) for _, records in answers) > longest
