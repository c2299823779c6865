"""A header over HTTP, from a server that knows ranges."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import Request, urlopen

import pytest

from mkdocs_quantlab.engine.gguf.ranges import read_ranges
from mkdocs_quantlab.engine.gguf.reader import Wanted, lengths
from tests.gguf_writer import big_header


@pytest.fixture(scope="module")
def file():
    return big_header()


@pytest.fixture
def server(file):
    """Its address, and the sizes of its answers."""
    sent = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            first, last = self.headers["Range"].removeprefix("bytes=").split("-")
            part = file[int(first) : int(last) + 1]
            sent.append(len(part))
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(file)}")
            self.send_header("Content-Length", str(len(part)))
            self.end_headers()
            self.wfile.write(part)

        def log_message(self, *_):
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}/model.gguf", sent
    running.shutdown()
    thread.join()
    running.server_close()


def test_a_header_by_ranges(server, file):
    url, sent = server

    def fetch(start, stop):
        asked = Request(url, headers={"Range": f"bytes={start}-{stop - 1}"})
        with urlopen(asked, timeout=60) as answer:
            return answer.read()

    first = read_ranges(fetch, len(file))
    assert len(first.tensors) == 500
    assert len(sent) <= 16
    assert sum(sent) <= first.data_start
    sent.clear()
    assert read_ranges(fetch, len(file), Wanted(hints=lengths(first.metadata))) == first
    assert len(sent) <= 8
    assert sum(sent) <= 500_000
