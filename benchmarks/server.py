"""A server with GitHub Pages' headers, on a line of a given speed.

No COOP and no COEP, `max-age=600`, an ETag, gzip for text, scripts, JSON and WebAssembly but not for archives. A line has
one bandwidth for everything that is under way, as a reader's line has, and a delay before every answer.
"""

from __future__ import annotations

import gzip
import hashlib
import threading
import time
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from pathlib import Path

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "application/javascript; charset=utf-8",
    ".mjs": "application/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".map": "application/json; charset=utf-8",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".zip": "application/zip",
}
GZIPPED = ("text/", "application/javascript", "application/json", "application/wasm", "image/svg")
PIECE = 16_384


class Line(NamedTuple):
    """A reader's line."""

    name: str
    bytes_per_second: float = 0
    delay: float = 0


LOOPBACK = Line("unthrottled")
FAST = Line("20 Mbit/s, 30 ms", 20e6 / 8, 0.030)
SLOW = Line("8 Mbit/s, 60 ms", 8e6 / 8, 0.060)


class Answer(NamedTuple):
    """What was sent, and the times of the question and of the answer's end."""

    path: str
    size: int
    asked: float
    answered: float


@cache
def _load(path: Path) -> tuple[bytes, str, bool]:
    """A file as it is sent, its ETag, and whether it is gzipped."""
    data = path.read_bytes()
    tag = f'"{hashlib.sha256(data).hexdigest()[:16]}"'
    if _type(path).startswith(GZIPPED):
        return gzip.compress(data, 6), tag, True
    return data, tag, False


def _type(path: Path) -> str:
    return TYPES.get(path.suffix, "application/octet-stream")


class Server(ThreadingHTTPServer):
    """Serves a folder on a free port until `close`.

    Attributes:
        line: The line that readers have now.
        log: Every answer so far.
    """

    daemon_threads = True

    def __init__(self, root: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.root = root.resolve()
        self.line = LOOPBACK
        self.log: list[Answer] = []
        self._free = 0.0
        self._lock = threading.Lock()
        for file in self.root.rglob("*"):
            if file.is_file():
                _load(file)  # compressing must not be measured
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """The site's address, with a final slash."""
        return f"http://127.0.0.1:{self.server_address[1]}/"

    def turn(self, size: int) -> None:
        """Waits for the time at which so many bytes have passed the line, which everyone shares."""
        if not self.line.bytes_per_second:
            return
        with self._lock:
            self._free = max(self._free, time.monotonic()) + size / self.line.bytes_per_second
            until = self._free
        time.sleep(max(0.0, until - time.monotonic()))

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that is closed breaks its connections off."""

    def close(self) -> None:
        """Ends the server."""
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        self.asked = time.time()
        path = unquote(urlsplit(self.path).path)
        file = (self.server.root / path.lstrip("/")).resolve()
        if file.is_dir():
            file /= "index.html"
        time.sleep(self.server.line.delay)
        if not file.is_file() or not file.is_relative_to(self.server.root):
            self._answer(path, 404, b"", {})
            return
        data, tag, zipped = _load(file)
        headers = {"ETag": tag, "Cache-Control": "max-age=600", "Vary": "Accept-Encoding"}
        if self.headers.get("If-None-Match") == tag:
            self._answer(path, 304, b"", headers)
            return
        headers["Content-Type"] = _type(file)
        if zipped:
            headers["Content-Encoding"] = "gzip"
        self._answer(path, 200, data, headers)

    def _answer(self, path: str, status: int, data: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if not self.server.line.bytes_per_second:
            self.wfile.write(data)
        else:
            for start in range(0, len(data), PIECE):
                piece = data[start : start + PIECE]
                self.server.turn(len(piece))
                self.wfile.write(piece)
        self.server.log.append(Answer(path, len(data), self.asked, time.time()))

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the table is what is read."""
