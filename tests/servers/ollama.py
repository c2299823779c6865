"""A stand-in for Ollama's server: its native API and /v1/chat/completions, as in Ollama 0.33, in front of llama.cpp.

Origins are checked as gin-contrib/cors 1.7 does with Ollama's settings (server/routes.go, GenerateRoutes). What goes wrong is
chosen with the attributes of `Models` and `Ollama`, never by a prompt. `test_ollama.py` holds it to what the `ollama` clients
of PyPI and npm accept.
"""

from __future__ import annotations

import ipaddress
import json
import select
import socket
import struct
import threading
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from urllib.parse import urlsplit

from tests.servers.ollama_models import DroppedError, GoneError, Models, RefusedError, now
from tests.servers.quiet import QuietServer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tests.servers.ollama_models import Json, Model

VERSION = "0.33.0"
LOCAL_ORIGINS = [
    *(f"{scheme}://{host}{port}" for host in ("localhost", "127.0.0.1", "0.0.0.0") for scheme in ("http", "https") for port in ("", ":*")),
    "app://*", "file://*", "tauri://*", "vscode-webview://*", "vscode-file://*",
]  # fmt: skip
ALLOWED_HEADERS = [
    "Authorization", "Content-Type", "User-Agent", "Accept", "X-Requested-With", "Openai-Beta",
    *(f"X-Stainless-{name}" for name in (
        "Arch", "Async", "Custom-Poll-Interval", "Helper-Method", "Lang", "Os", "Package-Version", "Poll-Helper",
        "Retry-Count", "Runtime", "Runtime-Version", "Timeout")),
]  # fmt: skip
EFFORTS = {
    "": None,
    "none": False,
    "minimal": "low",
    "low": "low",
    "medium": "medium",
    "high": "high",
}
# What nobody but the owner should reach; here it changes nothing.
MANAGEMENT = [
    ("POST", "/api/pull"), ("POST", "/api/push"), ("POST", "/api/create"), ("POST", "/api/copy"),
    ("DELETE", "/api/delete"),
]  # fmt: skip

PATHS = {
    "/", "/api/version", "/api/tags", "/api/ps", "/api/show", "/api/chat", "/v1/models", "/v1/chat/completions",
    *(path for _, path in MANAGEMENT),
}  # fmt: skip


class Asked(NamedTuple):
    """A request as it came in."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Json


class Ollama(Models):
    """The server, on a free port of 127.0.0.1; a context manager that ends it.

    Attributes:
        url: Its address, without a final slash.
        origins: OLLAMA_ORIGINS, allowed beside local ones; `*` allows all.
        asked: All requests so far.
    """

    def __init__(self, models: Sequence[Model], origins: Iterable[str] = ()) -> None:
        super().__init__(models)
        self.origins = list(origins)
        self.asked: list[Asked] = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.ollama = self
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def stop(self) -> None:
        """Ends it and cuts its connections."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        for connection in list(self._server.connections):
            with suppress(OSError):  # it has ended by itself
                connection.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_) -> None:
        self.stop()


class _Server(QuietServer):
    # A class that asks at once.
    request_queue_size = 512
    ollama: Ollama

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.connections: set[socket.socket] = set()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self) -> None:
        self.server.connections.discard(self.connection)
        super().finish()

    def log_message(self, *_: Any) -> None:
        pass

    def _answer(self) -> None:
        self.ollama = self.server.ollama
        self.cors: list[tuple[str, str]] = []
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            request = json.loads(body) if body else {}
        except ValueError:
            request = None
        path = urlsplit(self.path).path
        self.ollama.asked.append(Asked(self.command, path, dict(self.headers), request or {}))
        status = self._check_origin()
        if status is None and not self._is_host_allowed():
            status = 403
        if status is not None:
            self._send(status)
            return
        method = "GET" if self.command == "HEAD" else self.command
        try:
            self._route(method, path, request, empty=not body)
        except RefusedError as refused:
            self._send_json({"error": refused.message}, refused.status)

    do_GET = do_HEAD = do_POST = do_DELETE = do_OPTIONS = do_PUT = _answer  # noqa: N815

    # Who may ask

    def _check_origin(self) -> int | None:
        """The status to end with, if any."""
        origin = self.headers.get("Origin")
        host = self.headers.get("Host", "")
        if not origin or origin in (f"http://{host}", f"https://{host}"):
            return None
        patterns = [*self.ollama.origins, *LOCAL_ORIGINS]
        if not any(_matches(pattern, origin) for pattern in patterns):
            return 403
        everyone = "*" in patterns
        self.cors.append(("Access-Control-Allow-Origin", "*" if everyone else origin))
        if self.command == "OPTIONS":
            methods = "GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS"
            self.cors += [
                ("Access-Control-Allow-Methods", methods),
                ("Access-Control-Allow-Headers", ",".join(ALLOWED_HEADERS)),
                ("Access-Control-Max-Age", "43200"),
            ]
        if not everyone:
            self.cors.append(("Vary", "Origin"))
        return 204 if self.command == "OPTIONS" else None

    def _is_host_allowed(self) -> bool:
        """Whether the name it is called by is a local one, as it listens on a loopback address only."""
        host = urlsplit("//" + self.headers.get("Host", "")).hostname or ""
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            names = ("", "localhost", socket.gethostname().lower())
            return host in names or host.endswith((".localhost", ".local", ".internal"))
        return address.is_loopback or address.is_private or address.is_unspecified

    # What is asked

    def _route(self, method: str, path: str, request: Json | None, *, empty: bool) -> None:
        ollama = self.ollama
        if (method, path) == ("GET", "/"):
            self._send(200, b"Ollama is running", "text/plain; charset=utf-8")
        elif (method, path) == ("GET", "/api/version"):
            self._send_json({"version": VERSION})
        elif (method, path) == ("GET", "/api/tags"):
            self._send_json({"models": [model.listed() for model in ollama.models]})
        elif (method, path) == ("GET", "/api/ps"):
            self._send_json({"models": ollama.running()})
        elif (method, path) == ("GET", "/v1/models"):
            self._send_json({"object": "list", "data": [_v1_model(m) for m in ollama.models]})
        elif (method, path) == ("POST", "/v1/chat/completions"):
            self._chat_completions(request)
        elif (method, path) in MANAGEMENT:
            self._send_json({"status": "success"})
        elif path not in PATHS:
            self._send(404, b"404 page not found", "text/plain")
        elif (method, path) not in {("POST", "/api/show"), ("POST", "/api/chat")}:
            self._send(405, b"405 method not allowed", "text/plain")
        elif empty:
            raise RefusedError(400, "missing request body")
        elif not isinstance(request, dict):
            raise RefusedError(400, "invalid character in the request body")
        elif path == "/api/show":
            model = ollama.find(request.get("model") or request.get("name"))
            self._send_json(model.shown(verbose=bool(request.get("verbose"))))
        else:
            self._chat(request)

    def _chat(self, request: Json) -> None:
        with self._answered(request) as records:
            if request.get("stream") is False or not request.get("messages"):
                self._send_json(_joined(records))
            else:
                self._stream("application/x-ndjson", _lines(records))

    def _chat_completions(self, request: Json | None) -> None:
        try:
            native = _from_v1(request)
            with self._answered(native) as records:
                if native["stream"]:
                    options = request.get("stream_options") or {}
                    usage = bool(options.get("include_usage"))
                    self._stream("text/event-stream", _v1_events(records, usage=usage))
                else:
                    self._send_json(_v1_completion(_joined(records)))
        except RefusedError as refused:
            kinds = {400: "invalid_request_error", 404: "not_found_error"}
            error = {"message": refused.message, "type": kinds.get(refused.status, "api_error")}
            self._send_json({"error": error | {"param": None, "code": None}}, refused.status)

    @contextmanager
    def _answered(self, request: Json) -> Iterator[Iterator[Json]]:
        """The records of the answer; an error before the first, which has a status of its own, is raised at once."""
        try:
            # Closing ends llama.cpp's work when the client has left.
            with closing(self.ollama.chat(request, self._is_gone)) as records:
                yield chain([next(records)], records)
        except (DroppedError, GoneError):
            # Without lingering, closing resets the connection.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True

    # What is sent

    def _send(self, status: int, body: bytes = b"", content_type: str = "") -> None:
        self.send_response(status)
        for name, value in self.cors:
            self.send_header(name, value)
        if content_type:
            self.send_header("Content-Type", content_type)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _send_json(self, value: Json, status: int = 200) -> None:
        # What reads requests of OpenAI's API answers as Ollama does, what answers them in its own way.
        is_v1 = self.path.startswith("/v1") and status != 400
        kind = "application/json" if is_v1 else "application/json; charset=utf-8"
        self._send(status, _dump(value), kind)

    def _stream(self, content_type: str, parts: Iterator[bytes]) -> None:
        self.send_response(200)
        for name, value in [*self.cors, ("Content-Type", content_type)]:
            self.send_header(name, value)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for part in parts:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
        self.wfile.write(b"0\r\n\r\n")

    def _is_gone(self) -> bool:
        readable, _, _ = select.select([self.connection], [], [], 0)
        return bool(readable) and not self.connection.recv(1, socket.MSG_PEEK)


def _matches(pattern: str, origin: str) -> bool:
    pattern = pattern.strip().lower()
    first, star, last = pattern.partition("*")
    if not star:
        return origin == pattern
    return origin.startswith(first) and origin.endswith(last)


def _dump(value: Json) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # As Go does; they stand in texts only.
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text.encode()


def _joined(records: Iterable[Json]) -> Json:
    """The whole answer as one record."""
    texts: dict[str, str] = {"content": "", "thinking": ""}
    logprobs: list[Json] = []
    for record in records:
        for field in texts:
            texts[field] += record["message"].get(field, "")
        logprobs += record.get("logprobs", ())
    message = {"role": "assistant", "content": texts["content"]}
    if texts["thinking"]:
        message["thinking"] = texts["thinking"]
    return record | {"message": message} | ({"logprobs": logprobs} if logprobs else {})


def _lines(records: Iterator[Json]) -> Iterator[bytes]:
    try:
        for record in records:
            yield _dump(record) + b"\n"
    except RefusedError as refused:
        yield _dump({"error": refused.message}) + b"\n"


# The API that is OpenAI's (openai/openai.go, middleware/openai.go)


def _from_v1(request: Json | None) -> Json:
    if not isinstance(request, dict):
        raise RefusedError(400, "invalid character in the request body")
    if not request.get("messages"):
        raise RefusedError(400, "[] is too short - 'messages'")
    effort = (request.get("reasoning") or {}).get("effort") or request.get("reasoning_effort") or ""
    if effort not in EFFORTS:
        raise RefusedError(400, f'invalid reasoning value: "{effort}"')
    names = {"max_tokens": "num_predict"}
    known = (
        "max_tokens",
        "seed",
        "stop",
        "temperature",
        "top_p",
        "frequency_penalty",
        "presence_penalty",
    )
    options = {
        names.get(name, name): request[name] for name in known if request.get(name) is not None
    }
    if isinstance(options.get("stop"), str):
        options["stop"] = [options["stop"]]
    return {
        "model": request.get("model"),
        "messages": request["messages"],
        "stream": bool(request.get("stream")),
        "options": {"temperature": 1.0, "top_p": 1.0} | options,
        "think": EFFORTS[effort],
        "logprobs": bool(request.get("logprobs")),
        "top_logprobs": request.get("top_logprobs") or 0,
    }


def _v1_model(model: Model) -> Json:
    created = int(model.path.stat().st_mtime)
    return {"id": model.name, "object": "model", "created": created, "owned_by": "library"}


def _v1_usage(record: Json) -> Json:
    prompt, completion = record.get("prompt_eval_count", 0), record.get("eval_count", 0)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }


def _v1_head(record: Json, kind: str) -> Json:
    return {
        "id": "chatcmpl-1",
        "object": kind,
        "created": int(datetime.fromisoformat(record["created_at"]).timestamp()),
        "model": record["model"],
        "system_fingerprint": "fp_ollama",
    }


def _v1_completion(record: Json) -> Json:
    message = {"role": "assistant", "content": record["message"]["content"]}
    if thinking := record["message"].get("thinking"):
        message["reasoning"] = thinking
    choice = {"index": 0, "message": message, "finish_reason": record.get("done_reason")}
    if "logprobs" in record:
        choice["logprobs"] = {"content": record["logprobs"]}
    return _v1_head(record, "chat.completion") | {"choices": [choice], "usage": _v1_usage(record)}


def _v1_events(records: Iterator[Json], *, usage: bool) -> Iterator[bytes]:
    def event(record: Json, choices: list[Json], **rest: object) -> bytes:
        chunk = _v1_head(record, "chat.completion.chunk") | {"choices": choices} | rest
        return b"data: " + _dump(chunk) + b"\n\n"

    def choice(record: Json, *, first: bool) -> Json:
        delta = {"role": "assistant"} if first else {}
        delta["content"] = record["message"]["content"]
        if thinking := record["message"].get("thinking"):
            delta["reasoning"] = thinking
        result = {"index": 0, "delta": delta, "finish_reason": None}
        return result | (
            {"logprobs": {"content": record["logprobs"]}} if "logprobs" in record else {}
        )

    first = True
    try:
        for record in records:
            if first or not record["done"]:
                yield event(record, [choice(record, first=first)])
            first = False
            if record["done"]:
                end = {"index": 0, "delta": {}, "finish_reason": record["done_reason"]}
                yield event(record, [end])
                if usage:
                    yield event(record, [], usage=_v1_usage(record))
                yield b"data: [DONE]\n\n"
    except RefusedError:
        # Ollama reads its own error as a record, of which nothing is left: the stream ends without a word.
        lost = {"model": "", "created_at": now(), "message": {"content": ""}}
        yield event(lost, [choice(lost, first=first)])
