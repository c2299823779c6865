"""The chat in Chromium, at an endpoint as the guide for instructors sets it up: nginx before Ollama's stand-in."""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.test_chat import Chat
from tests.servers.ollama_models import Held, Script

KEY = "a-key-of-the-class"
QUESTION = {"model": "tiny:q4", "messages": [{"role": "user", "content": "Hello"}]}


@pytest.fixture
def open_chat(visit, ollama, server, start_nginx):
    """Opens the chat's page and connects it to nginx, with settings of `endpoint.nginx.Settings`."""
    ollama.script = lambda request: Script("An answer.")

    def open_chat(origins=None, **settings):
        nginx = start_nginx([ollama], origins or [server.origin], **settings)
        chat = Chat(visit("material", "chat", servers=[nginx.url]), ollama)
        chat.connect(nginx.url)
        return chat, nginx

    return open_chat


def test_a_student_pastes_the_class_key(open_chat):
    chat, _ = open_chat(keys={"monday": KEY})
    chat.visit.allow("401")
    chat.send("Hello")
    expect(chat.case.first).to_have_attribute("data-case", "key-missing")
    chat.key(KEY)
    answer = chat.ask("Hello")
    expect(answer).to_contain_text("An answer.")


def test_another_site_is_told_that_it_is_not_let_in(open_chat):
    chat, _ = open_chat(["https://another.example"])
    chat.visit.allow("CORS|Failed to load")
    chat.check()
    expect(chat.case.first).to_have_attribute("data-case", "origin-refused")
    # A browser names no origin when a page asks whether anybody is there, and hears nothing.
    assert {asked.path for asked in chat.server.asked} == {"/"}


def test_the_page_asks_again_when_the_class_has_asked_too_much(open_chat, ollama):
    held = Held("Another's answer.")
    chat, nginx = open_chat(at_once=1)
    chat.visit.allow("429")
    ollama.script = held.script
    with ThreadPoolExecutor() as pool:
        other = pool.submit(
            httpx.post, f"{nginx.url}/api/chat", json=QUESTION, timeout=60, trust_env=False
        )
        assert held.begun.wait(60)
        ollama.script = lambda request: Script("An answer.")
        chat.send("Hello")
        expect(chat.answers.first).to_contain_text("The server is busy; the chat asks again")
        held.released.set()
        assert other.result().status_code == 200
    expect(chat.answers.first).to_contain_text("An answer.")


def test_one_of_a_hundred_sees_how_long_it_waits(open_chat, ollama):
    chat, nginx = open_chat()
    ollama.script = lambda request: Script("word " * 10, pause=0.01)

    async def ask(client):
        return (await client.post("/api/chat", json=QUESTION)).text

    async def ask_all():
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(
            base_url=nginx.url, limits=limits, timeout=300, trust_env=False
        ) as client:
            return await asyncio.gather(*(ask(client) for _ in range(99)))

    before = len(ollama.asked)
    with ThreadPoolExecutor() as pool:
        others = pool.submit(asyncio.run, ask_all())
        while len(ollama.asked) < before + 99:
            chat.page.wait_for_timeout(20)
        chat.send("Hello")
        expect(chat.answers.first).to_contain_text(re.compile(r"Waiting for the server … \d+ s"))
        expect(chat.figures).to_have_count(1)
        expect(chat.answers.first).to_contain_text("word " * 9)
        assert all('"done_reason":"stop"' in text for text in others.result())
