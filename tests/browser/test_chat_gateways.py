"""The chat in Chromium, with stand-ins for Open WebUI and LiteLLM in front of an Ollama."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.test_chat import Chat
from tests.browser.test_chat_doctor import diagnosed
from tests.servers.ollama_models import Script

KEY = "a-key-of-a-class"


@pytest.fixture
def ollama(start_ollama):
    """Says the prompt again."""
    ollama = start_ollama()
    ollama.script = lambda request: Script(f"You said: {request['messages'][-1]['content']}")
    return ollama


@pytest.fixture
def chat_with(visit):
    """A chat that is connected to a server."""

    def start(server, path=""):
        lab = visit("material", "chat", servers=[server.url])
        lab.allow("Failed to load|CORS")
        chat = Chat(lab, server)
        chat.connect(server.url + path)
        return chat

    return start


def options_of(ollama):
    """The settings that reached Ollama with the last prompt."""
    body = next(each.body for each in reversed(ollama.asked) if each.body.get("messages"))
    return body.get("options", body)


@pytest.mark.parametrize("path", ["", "/api", "/api/chat/completions"])
def test_open_webui_where_it_passes_ollama_through(ollama, start_openwebui, chat_with, path):
    server = start_openwebui(KEY)
    chat = chat_with(server, path)
    diagnosed(chat, "key-missing")
    chat.key("wrong")
    diagnosed(chat, "key-wrong")
    chat.key(KEY)
    chat.check()
    expect(chat.status).to_contain_text("speaks the Ollama API and lists 2 models.")
    expect(chat.ask("Hello")).to_contain_text("You said: Hello")
    assert server.asked[-1].path == "/ollama/api/chat"
    assert {"seed", "temperature", "num_predict"} <= options_of(ollama).keys()


def test_open_webuis_own_api(ollama, start_openwebui, chat_with):
    server = start_openwebui(KEY)
    server.passes_through = False
    chat = chat_with(server)
    chat.key(KEY)
    chat.check()
    expect(chat.status).to_contain_text("speaks the Open WebUI API and lists 2 models.")
    expect(chat.ask("Hello")).to_contain_text("You said: Hello")
    assert server.asked[-1].path == "/api/chat/completions"
    # It drops `seed` and `temperature`; as `options` they arrive.
    assert {"seed", "temperature", "num_predict"} <= options_of(ollama).keys()


@pytest.mark.parametrize("path", ["", "/v1", "/v1/chat/completions"])
def test_litellm(ollama, start_litellm, chat_with, path):
    server = start_litellm(KEY)
    chat = chat_with(server, path)
    # Without a key it answers in a way that no page can read: a key is the likeliest.
    diagnosed(chat, "key-missing", "doubled-header")
    chat.key("wrong")
    diagnosed(chat, "key-wrong")
    chat.key(KEY)
    chat.check()
    expect(chat.status).to_contain_text("speaks the OpenAI API and lists 2 models.")
    expect(chat.ask("Hello")).to_contain_text("You said: Hello")
    assert {"seed", "temperature"} <= options_of(ollama).keys()


def test_a_server_that_drops_the_seed(ollama, start_litellm, chat_with):
    answers = iter(["One.", "Another."])
    ollama.script = lambda _: Script(next(answers))
    chat = chat_with(start_litellm(KEY))
    chat.key(KEY)
    chat.check()
    chat.ask("Hello")
    chat.root.get_by_role("button", name="Ask again").click()
    expect(chat.answers.nth(1)).to_contain_text(
        "The server ignores the seed or is not deterministic."
    )
