"""What the stand-ins for Open WebUI and LiteLLM share: programs with a key of their own in front of an Ollama.

Both run on Starlette, whose `CORSMiddleware` answers preflights, and adds nothing to answers for origins that it does not let in.
"""

from __future__ import annotations

import http.client
import json
import threading
from contextlib import closing
from http.server import BaseHTTPRequestHandler
from itertools import chain
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self
from urllib.parse import urlsplit

from tests.servers.quiet import QuietServer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.servers.ollama import Ollama

Json = dict[str, Any]

METHODS = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT, QUERY"
PREFLIGHT_VARY = (
    "Origin, Access-Control-Request-Method, Access-Control-Request-Headers, "
    "Access-Control-Request-Private-Network"
)
JSON_TYPE = "application/json"


class Asked(NamedTuple):
    """A request as it came in."""

    method: str
    path: str
    body: Json


class RefusedError(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, body: Json | str, *, has_cors: bool = True) -> None:
        super().__init__(status)
        self.status = status
        self.body = body
        self.has_cors = has_cors


class Gateway:
    """A server on a free port of 127.0.0.1; a context manager that ends it.

    Attributes:
        url: Its address, without a final slash.
        ollama: What is behind it.
        key: The key that it takes.
        origin: The one origin that it lets in; `*` for all.
        asked: All requests so far.
    """

    handler: ClassVar[type[GatewayHandler]]

    def __init__(self, ollama: Ollama, key: str, origin: str = "*") -> None:
        self.ollama = ollama
        self.key = key
        self.origin = origin
        self.asked: list[Asked] = []
        bound = type("Bound", (self.handler,), {"gateway": self})
        self._server = QuietServer(("127.0.0.1", 0), bound)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def stop(self) -> None:
        """Ends it."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def prompts(self) -> list[Json]:
        """The bodies of the prompts so far."""
        return [body for method, path, body in self.asked if method == "POST" and "chat" in path]


class GatewayHandler(BaseHTTPRequestHandler):
    """Takes requests apart, and sends answers; what they are, each program says in `route`."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    gateway: Any
    allows_credentials = False

    def log_message(self, *_: Any) -> None:
        pass

    def route(self, method: str, path: str, body: Json) -> None:
        """Answers. Raises: RefusedError."""
        raise NotImplementedError

    def not_json(self) -> RefusedError:
        """What a body that is no JSON is told."""
        raise NotImplementedError

    def _answer(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = urlsplit(self.path).path
        try:
            body = json.loads(raw) if raw else {}
        except ValueError:
            body = None
        self.gateway.asked.append(Asked(self.command, path, body or {}))
        if self.command == "OPTIONS" and self.headers.get("Access-Control-Request-Method"):
            self._preflight()
            return
        try:
            if body is None:
                raise self.not_json()
            self.route(self.command, path, body)
        except RefusedError as refused:
            self.send(refused.status, refused.body, has_cors=refused.has_cors)

    do_GET = do_POST = do_OPTIONS = _answer  # noqa: N815  # http.server's names

    def bearer(self) -> str | None:
        """The key that came along."""
        kind, _, key = self.headers.get("Authorization", "").partition(" ")
        return key if kind == "Bearer" else None

    def _allowed(self) -> str | None:
        """The origin that the answer lets in, if any."""
        origin = self.headers.get("Origin")
        if origin is None or self.gateway.origin not in ("*", origin):
            return None
        return str(self.gateway.origin)

    def _cors(self) -> list[tuple[str, str]]:
        allowed = self._allowed()
        if self.headers.get("Origin") is None:
            return []
        headers = [("Access-Control-Allow-Credentials", "true")] if self.allows_credentials else []
        return [
            *headers,
            *([("Access-Control-Allow-Origin", allowed)] if allowed else []),
            ("Vary", "Origin"),
        ]

    def _preflight(self) -> None:
        allowed = self._allowed()
        text = b"OK" if allowed else b"Disallowed CORS origin"
        self.send_response(200 if allowed else 400)
        headers = self.headers.get("Access-Control-Request-Headers", "")
        for name, value in [
            ("Vary", PREFLIGHT_VARY),
            ("Access-Control-Allow-Methods", METHODS),
            ("Access-Control-Max-Age", "600"),
            *([("Access-Control-Allow-Credentials", "true")] if self.allows_credentials else []),
            *([("Access-Control-Allow-Origin", allowed)] if allowed else []),
            ("Access-Control-Allow-Headers", headers),
            ("Content-Length", str(len(text))),
            ("Content-Type", "text/plain; charset=utf-8"),
        ]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    def send(self, status: int, body: Json | str, kind: str = "", *, has_cors: bool = True) -> None:
        """Sends a whole answer: JSON, or a text."""
        data = body.encode() if isinstance(body, str) else dump(body)
        default = "text/plain; charset=utf-8" if isinstance(body, str) else JSON_TYPE
        self.send_response(status)
        for name, value in self._cors() if has_cors else []:
            self.send_header(name, value)
        self.send_header("Content-Type", kind or default)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def stream(self, kind: str, events: Iterator[bytes]) -> None:
        """Sends an answer in parts; an error before the first has a status of its own."""
        first = next(events)
        self.send_response(200)
        for name, value in [
            *self._cors(),
            ("Content-Type", kind),
            ("Transfer-Encoding", "chunked"),
        ]:
            self.send_header(name, value)
        self.end_headers()
        for part in chain([first], events):
            self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
        self.wfile.write(b"0\r\n\r\n")

    def upstream(self, method: str, path: str, body: Json) -> Iterator[Json]:
        """The records, or events, with which the Ollama behind this answers. Raises: RefusedError, with its status and error."""
        host = urlsplit(self.gateway.ollama.url).netloc
        with closing(http.client.HTTPConnection(host, timeout=60)) as connection:
            sent = dump(body) if method == "POST" else None
            connection.request(method, path, sent, {"Content-Type": JSON_TYPE})
            response = connection.getresponse()
            if response.status != 200:
                raise RefusedError(response.status, json.loads(response.read()))
            for line in response:
                text = line.removeprefix(b"data: ").strip()
                if text and text != b"[DONE]":
                    yield json.loads(text)


def dump(value: Mapping[str, Any]) -> bytes:
    """A value as both programs write JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def event(value: Json) -> bytes:
    """A server-sent event."""
    return b"data: " + dump(value) + b"\n\n"


DONE = b"data: [DONE]\n\n"
