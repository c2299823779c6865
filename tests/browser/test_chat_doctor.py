"""Why a request failed, as the page says it: every case that Chromium can be brought into."""

from __future__ import annotations

import re
import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from mkdocs_quantlab.site.doctor.connection import words_of
from tests.browser.test_chat import Chat
from tests.servers.ollama_models import Script

COURSE = "https://course.example"

VERSION = (200, {"Access-Control-Allow-Origin": "*"}, b'{"version": "0.33.0", "models": []}')


@contextmanager
def serving(answer):
    """A server that answers with `answer(method, path)`: a status, headers (or pairs of them) and a body. Gives its URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, headers, body = answer(self.command, self.path)
            self.send_response(status)
            for name, value in headers.items() if isinstance(headers, dict) else headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_OPTIONS = _answer  # noqa: N815

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def chat_of(visit):
    """A chat that talks to a server which will fail."""

    def start(url, **options):
        lab = visit("material", "chat", servers=[url], **options)
        # Failed requests are what this is about.
        lab.allow(
            "Failed to load resource|CORS|Mixed Content|ERR_|Content Security|Content-Security|connect-src|loopback|local network"
        )
        chat = Chat(lab, None)
        chat.connect(url)
        return chat

    return start


@pytest.fixture
def course(visit, site, server):
    """The same chat on a page of another origin, on https, and no way to tell that it is not the real thing."""

    def start(url, headers=None, permissions=(), origin=COURSE, **options):
        built = site("material")

        def fulfil(route):
            path = route.request.url.removeprefix(origin).split("?")[0]
            file = built.root / path.lstrip("/")
            if file.is_dir():
                file /= "index.html"
            if file.is_file():
                route.fulfill(
                    path=file,
                    headers={"Content-Type": TYPES.get(file.suffix, "text/plain")}
                    | (headers or {}),
                )
            else:
                route.fulfill(status=404)

        lab = visit(
            "material", "plain", servers=[url, origin], permissions=list(permissions), **options
        )
        lab.allow(
            "Failed to load resource|CORS|Mixed Content|ERR_|Content Security|connect-src|loopback|local network|site-url"
        )
        lab.context.route(f"{origin}/**", fulfil)
        lab.open(f"{origin}/chat/")
        chat = Chat(lab, None)
        chat.connect(url)
        return chat

    return start


TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".json": "application/json",
}


def diagnosed(chat, *cases, ask=False):
    """Checks what the doctor says, and that it says it to all."""
    if ask:
        chat.send("Hello")
    else:
        chat.check()
    expect(chat.case.first).to_be_visible()
    assert [case.get_attribute("data-case") for case in chat.case.all()] == list(cases)
    expect(chat.live).to_contain_text("What to do: ")
    for name in cases:
        expect(chat.root).to_contain_text(words_of(name, "title"))
    # Every place in the words is filled.
    assert not re.search(r"\{\w+\}", chat.root.inner_text())
    return chat.case.first.inner_text()


def test_nothing_answers(chat_of):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    text = diagnosed(chat_of(url), "server-down")
    assert "ollama serve" in text
    assert url in text


@pytest.mark.parametrize(
    ("agent", "command"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64)", "from the Start menu"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", "Start the Ollama app"),
        ("Mozilla/5.0 (X11; Linux x86_64)", "systemctl start ollama"),
        ("Mozilla/5.0 (Linux; Android 10; K)", "in a new tab"),
    ],
)
def test_the_readers_system(chat_of, agent, command):
    assert command in diagnosed(chat_of("http://127.0.0.1:9", user_agent=agent), "server-down")


def test_a_web_server_that_is_no_model_server(chat_of):
    with serving(lambda *_: (404, {"Access-Control-Allow-Origin": "*"}, b"<html>")) as url:
        diagnosed(chat_of(url), "wrong-address")
    with serving(lambda *_: (200, {"Access-Control-Allow-Origin": "*"}, b"<html>")) as url:
        diagnosed(chat_of(url), "wrong-address")


def test_a_redirect(chat_of):
    headers = {"Access-Control-Allow-Origin": "*", "Location": "https://example.org/"}
    with serving(lambda *_: (301, headers, b"")) as url:
        chat = chat_of(url)
        # Chromium lists what it refuses to follow; the proxy would tell if it were asked.
        chat.visit.servers.append("https://example.org/")
        diagnosed(chat, "redirected")


def test_ollama_that_does_not_let_the_site_in(course, start_ollama):
    ollama = start_ollama()
    chat = course(ollama.url, permissions=["local-network-access"])
    text = diagnosed(chat, "origin-refused")
    assert f"OLLAMA_ORIGINS={COURSE}" in text or f'OLLAMA_ORIGINS "{COURSE}"' in text
    # What it says to do does it.
    ollama.origins.append(COURSE)
    ollama.script = lambda request: Script("Yes.")
    expect(chat.ask("Hello")).to_contain_text("Yes.")


def test_a_preflight_that_is_refused(chat_of):
    def answer(method, path):
        if method == "OPTIONS":
            return 401, {}, b""
        return VERSION

    with serving(answer) as url:
        text = diagnosed(chat_of(url), "preflight-refused", ask=True)
        assert "answer OPTIONS itself with status 204" in text


ALLOWED = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "content-type, authorization",
}


@pytest.mark.parametrize("status", [502, 504, 524, 413])
def test_an_answer_that_a_proxy_lost_is_no_preflight_that_was_refused(chat_of, status):
    def answer(method, path):
        if method == "OPTIONS":
            return 204, ALLOWED, b""
        return VERSION if method == "GET" else (status, {}, b"<html>")

    with serving(answer) as url:
        text = diagnosed(chat_of(url), "answer-lost", ask=True)
        assert "proxy_read_timeout" in text


def test_a_list_that_cannot_be_read_wants_a_key(chat_of):
    """As LiteLLM answers without one."""

    def answer(method, path):
        if path == "/v1/models":
            return 500, {}, b"Internal Server Error"
        return 404, ALLOWED, b'{"detail": "Not Found"}'

    with serving(answer) as url:
        diagnosed(chat_of(url), "key-missing", "doubled-header")


def test_no_advice_about_ollama_for_another_servers_address(chat_of):
    chat = chat_of("http://127.0.0.1:9/v1")
    chat.visit.servers.append("http://127.0.0.1:9")
    text = diagnosed(chat, "server-down")
    assert "llama-server" in text
    assert "http://127.0.0.1:9/v1/models" in text
    assert "ollama" not in text.lower()


def test_a_doubled_header(chat_of):
    def answer(method, path):
        # A proxy that lets only the model server's own paths through, and answers for itself elsewhere.
        if path in ("/api/version", "/v1/models", "/"):
            return 200, [("Access-Control-Allow-Origin", "*")] * 2, b"{}"
        return 404, {"Access-Control-Allow-Origin": "*"}, b""

    with serving(answer) as url:
        assert "proxy_hide_header" in diagnosed(chat_of(url), "doubled-header")


def test_mixed_content(course):
    text = diagnosed(course("http://models.example.org"), "mixed-content")
    assert "http://models.example.org uses plain http" in text


def test_local_network_access_not_granted(course, start_ollama):
    ollama = start_ollama()
    chat = course(ollama.url)
    found = chat.page.evaluate(
        "navigator.permissions.query({name: 'loopback-network'}).then(p => p.state, () => 'unknown')"
    )
    if found == "granted":
        pytest.skip("this Chromium lets the page in")
    diagnosed(chat, "local-network-access", "server-down")


def test_the_pages_own_policy(course, start_ollama):
    chat = course(start_ollama().url, headers={"Content-Security-Policy": "connect-src 'self'"})
    assert "connect-src" in diagnosed(chat, "blocked-by-policy")


def test_a_page_from_a_file(visit, site, start_ollama):
    ollama = start_ollama()
    built = site("material-flat")
    lab = visit(url=(built.root / "chat.html").as_uri(), servers=[ollama.url])
    lab.allow("Failed to load|CORS|file:")
    chat = Chat(lab, ollama)
    chat.connect(ollama.url)
    assert "mkdocs serve" in diagnosed(chat, "opened-from-disk")
    lab.page.get_by_text("Compare models", exact=True).click()
    expect(lab.page.get_by_label("Prompt 1", exact=True)).to_be_visible()


def test_keys(visit, start_llama_server):
    server = start_llama_server("tiny:q6", api_keys=["right"])
    lab = visit("material", "chat", servers=[server.url])
    lab.allow("Failed to load")
    chat = Chat(lab, server)
    chat.connect(server.url)
    diagnosed(chat, "key-missing")
    chat.key("wrong")
    diagnosed(chat, "key-wrong")
    assert "wrong" not in chat.status.inner_text().replace("key-wrong", "")
    chat.key("right")
    chat.check()
    expect(chat.status).to_contain_text("speaks the OpenAI API and lists 1 model.")


def test_a_conversation_that_is_too_long(visit, start_ollama):
    ollama = start_ollama()
    lab = visit("material", "chat", servers=[ollama.url])
    lab.allow("Failed to load")
    chat = Chat(lab, ollama)
    chat.connect(ollama.url)
    chat.box.fill("word " * 20_000)
    chat.send_button.click()
    expect(chat.case).to_have_attribute("data-case", "prompt-too-long")
    expect(chat.case).to_contain_text("longer than the model's context")


def test_a_proxy_whose_server_is_down(chat_of):
    def answer(method, path):
        if path in ("/api/version", "/api/tags"):
            return VERSION
        headers = {
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Headers": "content-type",
        }
        return (204 if method == "OPTIONS" else 502), headers, b""

    with serving(answer) as url:
        diagnosed(chat_of(url), "proxy-alone", ask=True)


def test_another_error_shows_the_servers_words(chat_of):
    def answer(method, path):
        if path in ("/api/version", "/api/tags"):
            return VERSION
        headers = {
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Headers": "content-type",
        }
        if method == "OPTIONS":
            return 204, headers, b""
        return 500, headers, b'{"error": "<b>out</b> of luck"}'

    with serving(answer) as url:
        chat = chat_of(url)
        diagnosed(chat, "other", ask=True)
        expect(chat.root).to_contain_text("The server's message (status 500): <b>out</b> of luck")


def test_no_server_set(visit):
    chat = Chat(visit("material", "chat"), None)
    chat.send("Hello")
    expect(chat.root).to_contain_text(
        "No model server is set. Type the address of one under Connection"
    )


SAFARI = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0"


@pytest.mark.parametrize(
    ("agent", "address", "case"),
    [
        (SAFARI, "http://localhost:9", "loopback-blocked"),
        (SAFARI, "http://192.168.7.7:9", "mixed-content"),
        (FIREFOX, "http://192.168.7.7:9", "mixed-content"),
        (FIREFOX, "http://localhost:9", None),
    ],
)
def test_what_a_page_on_https_cannot_reach_is_said_before_anyone_tries(
    course, agent, address, case
):
    chat = course(address, user_agent=agent)
    warning = chat.root.locator("[data-warning]")
    if case is None:
        expect(warning).to_have_count(0)
        return
    expect(warning).to_have_attribute("data-warning", case)
    expect(warning).to_be_visible()
    chat.check()
    expect(chat.case.first).to_have_attribute("data-case", case)
