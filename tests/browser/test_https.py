"""A chat on a page that really came by https, from a server with a certificate of its own."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from tests.browser.test_chat import Chat
from tests.browser.test_chat_doctor import SAFARI
from tests.servers.ollama_models import Script

FAR = "http://models.example.org:11434"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate that nobody signed, with its key, for this machine; made anew for each run."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs the program openssl")
    folder = tmp_path_factory.mktemp("certificate")
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    files = ["-keyout", "key.pem", "-out", "certificate.pem"]
    made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *files, *names]
    subprocess.run([openssl, *made], cwd=folder, check=True, capture_output=True)
    return folder / "certificate.pem", folder / "key.pem"


@pytest.fixture
def secure(site, certificate):
    """The origin of a server that has the site `material`."""
    handler = partial(_Quiet, directory=str(site("material").root))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def chat_of(browser, secure):
    """Opens the chat's page over https; what it asks for is in `visit.requests`."""
    contexts = []

    def open_chat(**options):
        context = browser.new_context(ignore_https_errors=True, **options)
        contexts.append(context)
        page = context.new_page()
        requests = []
        page.on("request", lambda request: requests.append(request.url))
        page.goto(f"{secure}/chat/")
        assert page.evaluate("location.protocol") == "https:"
        return Chat(SimpleNamespace(page=page, requests=requests), None)

    yield open_chat
    for context in contexts:
        context.close()


def test_plain_http_is_told_before_anyone_asks(chat_of):
    chat = chat_of()
    chat.connect(FAR)
    warning = chat.root.locator("[data-warning]")
    expect(warning).to_have_attribute("data-warning", "mixed-content")
    expect(warning).to_contain_text(f"{FAR} uses plain http")
    assert not [url for url in chat.visit.requests if url.startswith(FAR)]
    # It is as the sentence says.
    with chat.page.expect_console_message(lambda message: "Mixed Content" in message.text):
        chat.page.evaluate("url => fetch(url).catch(() => null)", FAR)


def test_this_machine_answers_in_chromium(chat_of, start_ollama):
    ollama = start_ollama()
    ollama.script = lambda _: Script("From this machine.")
    chat = chat_of(permissions=["local-network-access"])
    chat.connect(ollama.url.replace("127.0.0.1", "localhost"))
    expect(chat.root.locator("[data-warning]")).to_have_count(0)
    expect(chat.ask("Hello")).to_contain_text("From this machine.")


def test_safari_is_told_that_it_does_not_reach_this_machine(chat_of):
    chat = chat_of(user_agent=SAFARI)
    chat.connect("http://localhost:11434")
    warning = chat.root.locator("[data-warning]")
    expect(warning).to_have_attribute("data-warning", "loopback-blocked")
    assert not [url for url in chat.visit.requests if "11434" in url]
