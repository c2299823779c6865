"""A web server of files in memory, with the manners and the trouble of real ones."""

from __future__ import annotations

import gzip
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Request:
    """What was asked, and how many bytes of content were sent."""

    def __init__(self, path, headers):
        self.path = path
        self.headers = headers
        self.sent = 0


class FileServer(ThreadingHTTPServer):
    """Serves `files` by ranges.

    Attributes:
        files: Contents by path.
        ways: How a path is answered instead, by path: one of the functions below, or one like them.
        requests: What was asked.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.ways: dict[str, Callable[[Handler, bytes], None]] = {}
        self.requests: list[Request] = []
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.serve_forever, args=(0.05,))
        self.thread.start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}{path}"

    def handle_error(self, request, client_address) -> None:
        """Clients that have enough hang up."""

    def close(self) -> None:
        if self.ended.is_set():
            return
        self.ended.set()
        self.shutdown()
        self.thread.join()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    server: FileServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        data = self.server.files.get(self.path, b"")
        way = by_ranges if self.path in self.server.files else missing
        self.request_seen = Request(self.path, dict(self.headers))
        self.server.requests.append(self.request_seen)
        self.server.ways.get(self.path, way)(self, data)

    def answer(self, status, data=b"", length=None, **headers):
        self.send_response(status)
        self.send_header("Content-Length", str(len(data) if length is None else length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.request_seen.sent += len(data)
        self.wfile.write(data)

    def asked(self, data) -> tuple[int, int]:
        """The range, cut at the file's end."""
        start, stop = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers["Range"]).groups()
        return int(start), min(int(stop) + 1, len(data))

    def log_message(self, format, *args) -> None:
        pass


def by_ranges(handler, data, **headers):
    start, stop = handler.asked(data)
    if start >= len(data):
        handler.answer(416, Content_Range=f"bytes */{len(data)}")
        return
    place = f"bytes {start}-{stop - 1}/{len(data)}"
    headers = {"ETag": f'"{hash(data):x}"', **headers}
    handler.answer(206, data[start:stop], Content_Range=place, **headers)


def missing(handler, data):
    handler.answer(404)


def whole(handler, data):
    """A server that knows no ranges."""
    handler.answer(200, data)


def whole_and_huge(handler, data):
    handler.answer(200, b"GGUF" + bytes(1000), length=10**12)


def status(number):
    return lambda handler, data: handler.answer(number)


def compressed(handler, data):
    handler.answer(200, gzip.compress(data), Content_Encoding="gzip")


def another_range(handler, data):
    handler.answer(206, data[:10], Content_Range=f"bytes 5-14/{len(data)}")


def redirect(path, **headers):
    return lambda handler, data: handler.answer(302, Location=path, **headers)


def first(times, way, then=by_ranges):
    """A way for the first times, and another from then on."""
    left = [times]

    def chosen(handler, data):
        left[0] -= 1
        (way if left[0] >= 0 else then)(handler, data)

    return chosen


def cut(handler, data):
    """The connection ends in the middle of the content."""
    start, stop = handler.asked(data)
    place = f"bytes {start}-{stop - 1}/{len(data)}"
    handler.answer(206, data[start : start + 10], length=stop - start, Content_Range=place)
    handler.close_connection = True


def silent(handler, data):
    """Nothing comes."""
    handler.server.ended.wait(60)
    handler.close_connection = True


def dripping(handler, data):
    """A byte now and then."""
    start, stop = handler.asked(data)
    handler.answer(
        206, b"", length=stop - start, Content_Range=f"bytes {start}-{stop - 1}/{len(data)}"
    )
    while not handler.server.ended.is_set():
        handler.wfile.write(b"G")
        handler.wfile.flush()
        time.sleep(0.02)


def told(status, *headers):
    """An answer in these very words."""

    def way(handler, data):
        lines = (f"HTTP/1.1 {status}", *headers, "Connection: close", "", "")
        handler.wfile.write("\r\n".join(lines).encode("latin-1"))
        handler.wfile.write(data)
        handler.close_connection = True

    return way


def dripping_without_length(handler, data):
    """Content that ends with the connection, which does not end."""
    told("206 Partial Content", f"Content-Range: bytes 0-{len(data) - 1}/{len(data)}")(handler, b"")
    dripping_forever(handler, data)


def dripping_headers(handler, data):
    """Headers that do not end."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    dripping_forever(handler, data)


def dripping_forever(handler, data):
    while not handler.server.ended.is_set():
        handler.wfile.write(b"G")
        handler.wfile.flush()
        time.sleep(0.02)


def continuing(handler, data):
    """Nothing but announcements that an answer will come."""
    while not handler.server.ended.is_set():
        handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.001)


LARGE = 32 << 20


def large(handler, data):
    for _ in range(LARGE >> 16):
        handler.wfile.write(bytes(1 << 16))
        handler.request_seen.sent += 1 << 16


def redirect_with(content, path="/slow"):
    """A redirect that has content of its own."""

    def way(handler, data):
        handler.send_response(302)
        handler.send_header("Location", path)
        handler.send_header("Content-Length", str(LARGE))
        handler.end_headers()
        content(handler, data)

    return way
