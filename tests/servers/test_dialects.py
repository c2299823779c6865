"""`quantlab doctor` asks a server for a dialect that was added to `DIALECTS`."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from mkdocs_quantlab.site.doctor.connection import diagnose
from tests.dialects import add_third

SITE = "https://course.example"


@pytest.fixture
def server():
    """A server of the third dialect: its address, and what it was asked."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.answer(200 if self.path == "/third/hello" else 404)

        def do_OPTIONS(self):
            self.answer(204 if self.path == "/third/chat" else 404)

        def answer(self, status):
            asked.append((self.command, self.path))
            self.send_response(status)
            self.send_header("Access-Control-Allow-Origin", SITE)
            self.send_header("Access-Control-Allow-Headers", "Authorization, Content-Type")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()


@pytest.mark.parametrize("ending", ["", "/", "/v2", "/api/"])
def test_the_doctor_asks_for_a_third_dialect(monkeypatch, server, ending):
    url, asked = server
    assert diagnose(url + ending, SITE).id == "wrong-address"
    asked.clear()
    add_third(monkeypatch)
    assert diagnose(url + ending, SITE) is None
    assert asked == [
        ("GET", "/api/version"),
        ("GET", "/v1/models"),
        ("GET", "/third/hello"),
        ("OPTIONS", "/third/chat"),
    ]
