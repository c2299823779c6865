"""What stands in for the part of Ollama that knows, loads and runs models; llama.cpp runs them, as in Ollama.

What it does, and its error texts, are those of Ollama 0.33: server/routes.go, server/sched.go and llm/llama_server.go.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import re
import threading
import time
from collections import deque
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import gguf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from tests.servers.llama_server import LlamaServer

Json = dict[str, Any]

BUSY = "server busy, please try again.  maximum pending requests exceeded"
STOPPED = (
    "model runner has unexpectedly stopped, this may be due to resource limitations or an internal error, "
    "check ollama server logs for details"
)
LOOPED = "prediction aborted, token repeat limit reached"
# The same token so many times after the first is a loop (llm/llama_server.go, Completion).
REPEATS = 30
# api.DefaultOptions, as far as llama.cpp is told them.
OPTIONS: dict[str, tuple[type, Any]] = {
    "num_predict": (int, -1),
    "num_keep": (int, 4),
    "temperature": (float, 0.8),
    "top_k": (int, 40),
    "top_p": (float, 0.9),
    "min_p": (float, 0.0),
    "typical_p": (float, 1.0),
    "repeat_penalty": (float, 1.0),
    "repeat_last_n": (int, 64),
    "presence_penalty": (float, 0.0),
    "frequency_penalty": (float, 0.0),
    "seed": (int, -1),
    "stop": (list, None),
    "num_ctx": (int, 0),
}
GO_TYPES = {int: "integer", float: "float32", list: "array"}


class RefusedError(Exception):
    """An error as Ollama tells it: with its status before the first record, as a line after it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class DroppedError(Exception):
    """The connection is to be cut."""


class GoneError(Exception):
    """The client has left."""


class Script(NamedTuple):
    """What a model says in place of what llama.cpp would generate.

    Attributes:
        text: Its tokens; of a string, pieces of at most five characters.
        thinking: Tokens before them, said by a model that can think unless asked not to.
        pause: Seconds before each token.
    """

    text: str | Iterable[str]
    thinking: str | Iterable[str] = ()
    pause: float = 0

    def pieces(self, *, think: bool) -> Iterator[tuple[str, str]]:
        """Each token with the message's field it belongs to."""
        for field, text in (("thinking", self.thinking if think else ""), ("content", self.text)):
            for token in re.findall(r"\s*\S{1,5}|\s+", text) if isinstance(text, str) else text:
                time.sleep(self.pause)
                yield field, token


class Held:
    """What a model says when the test lets it.

    Attributes:
        begun: It has been asked.
        released: It may answer.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.begun = threading.Event()
        self.released = threading.Event()

    def script(self, request: Json) -> Script:
        """For `Models.script`."""
        return Script(self._words())

    def _words(self) -> Iterator[str]:
        self.begun.set()
        assert self.released.wait(60)
        yield self.text


class Model:
    """A model that the server has.

    Attributes:
        name: With its tag.
        server: llama.cpp, running it.
        thinks: It can think.
        template: The tag's TEMPLATE; empty where `ollama create` was given none and took none for the file's.
        parameters: The tag's parameters, as `ollama show` lists them.
    """

    def __init__(self, name: str, server: LlamaServer, *, thinks: bool = False) -> None:
        self.name = name
        self.server = server
        self.template = ""
        self.parameters = ""
        self.capabilities = ["completion", "thinking"] if thinks else ["completion"]

    @property
    def path(self) -> Path:
        """The GGUF file."""
        return self.server.model

    @cached_property
    def digest(self) -> str:
        """The file's SHA-256."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    @cached_property
    def _file(self) -> gguf.GGUFReader:
        return gguf.GGUFReader(self.path)

    @cached_property
    def context_length(self) -> int:
        """Tokens of context that its runner has."""
        return _post(self.server.url, "/props")["default_generation_settings"]["n_ctx"]

    @cached_property
    def details(self) -> Json:
        """What lists say about it."""
        count = sum(int(tensor.n_elements) for tensor in self._file.tensors)
        file_type = gguf.LlamaFileType(self._file.get_field("general.file_type").contents())
        return {
            "parent_model": "",
            "format": "gguf",
            "family": "llama",
            "families": ["llama"],
            "parameter_size": f"{count / 1e6:.2f}M",
            "quantization_level": file_type.name.removeprefix("MOSTLY_"),
        }

    @property
    def modified_at(self) -> str:
        """When the file was written."""
        return datetime.fromtimestamp(self.path.stat().st_mtime, UTC).isoformat()

    def listed(self) -> Json:
        """Its entry of /api/tags."""
        fields = self._file.fields
        lengths = {
            name: int(fields[f"llama.{name}"].contents())
            for name in ("context_length", "embedding_length")
        }
        return self.known() | {
            "modified_at": self.modified_at,
            "details": self.details | lengths,
            "capabilities": self.capabilities,
        }

    def known(self) -> Json:
        """What its entries of /api/tags and /api/ps share."""
        return {
            "name": self.name,
            "model": self.name,
            "size": self.path.stat().st_size,
            "digest": self.digest,
            "details": self.details,
        }

    def shown(self, *, verbose: bool) -> Json:
        """The answer of /api/show."""
        fields = {
            name: field.contents()
            for name, field in self._file.fields.items()
            if not name.startswith("GGUF.")
        }
        template = fields.pop("tokenizer.chat_template")
        del fields["general.name"]
        if not verbose:
            fields = {n: None if isinstance(v, list) else v for n, v in fields.items()}
        count = sum(int(tensor.n_elements) for tensor in self._file.tensors)
        return {
            "modelfile": f'# Modelfile generated by "ollama show"\n# To build a new Modelfile based on this, replace FROM with:\n'
            f"# FROM {self.name}\n\nFROM /blobs/sha256-{self.digest}\nTEMPLATE {self.template or '{{ .Prompt }}'}\n",
            **({"parameters": self.parameters} if self.parameters else {}),
            # Where the tag has none, Ollama shows the file's, which llama-server applies.
            "template": self.template or template,
            "details": self.details,
            "model_info": {"general.parameter_count": count} | fields,
            "tensors": [
                {"name": t.name, "type": t.tensor_type.name, "shape": [int(n) for n in t.shape]}
                for t in self._file.tensors
            ],
            "capabilities": self.capabilities,
            "modified_at": self.modified_at,
        }


class _Slots:
    """Lets so many in at once, in the order of arrival."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._queue: deque[object] = deque()
        self._changed = threading.Condition()

    @contextmanager
    def one(self, gone: Callable[[], bool]) -> Iterator[None]:
        """Waits for a slot and holds it.

        Raises:
            GoneError: The client left first.
        """
        ticket = object()
        with self._changed:
            self._queue.append(ticket)
        try:
            with self._changed:
                while self._queue.index(ticket) >= self.count:
                    self._changed.wait(0.05)
                    if gone():
                        raise GoneError
            yield
        finally:
            with self._changed:
                self._queue.remove(ticket)
                self._changed.notify_all()


class Process(NamedTuple):
    """What belongs to the process behind a model: a request with another starts it anew (server/sched.go, needsReload)."""

    context: int
    shift: bool


class _Runner:
    """A loaded model."""

    def __init__(self, model: Model, process: Process, parallel: int) -> None:
        self.model = model
        self.process = process
        self.slots = _Slots(parallel)
        self.users = 0
        self.used = time.monotonic()


class Models:
    """Which models there are, which are loaded, and what they answer.

    Attributes:
        load_time: Seconds that it takes to load a model; may change meanwhile.
        num_parallel: OLLAMA_NUM_PARALLEL, the requests that a loaded model answers at once. Others wait, without limit.
        max_loaded: OLLAMA_MAX_LOADED_MODELS.
        max_queue: OLLAMA_MAX_QUEUE, how many may wait for a model to be loaded.
        crowded: So many do.
        pending: How many wait for a load, or are being loaded for.
        loads: The models that were loaded so far, each as often as it was.
        script: What models say, by request, in place of what they would; the tests' own words.
        loop_error: A loop is an error, as since a change of September 2026; before, the stream just ended.
        error_after: After so many tokens, an error in the stream.
        drop_after: After so many tokens, the connection is cut.
    """

    def __init__(self, models: Sequence[Model]) -> None:
        self.models = list(models)
        self.load_time = 0.0
        self.num_parallel = 1
        self.max_loaded = 3
        self.max_queue = 512
        self.crowded = False
        self.script: Callable[[Json], Script | None] = lambda request: None
        self.loop_error = False
        self.error_after: int | None = None
        self.drop_after: int | None = None
        self._loaded: dict[str, _Runner] = {}
        self.pending = 0
        self.loads: list[str] = []
        self._lock = threading.Lock()
        self._loading = threading.Lock()

    def find(self, name: object) -> Model:
        """The model of that name.

        Raises:
            RefusedError: There is none.
        """
        if not name or not isinstance(name, str):
            raise RefusedError(400, "model is required")
        full = name if ":" in name else f"{name}:latest"
        for model in self.models:
            if model.name.lower() == full.lower():
                return model
        raise RefusedError(404, f"model '{name}' not found")

    def running(self) -> list[Json]:
        """The entries of /api/ps."""
        with self._lock:
            runners = list(self._loaded.values())
        return [
            runner.model.known()
            | {
                "expires_at": datetime.fromtimestamp(time.time() + 300, UTC).isoformat(),
                "size_vram": 0,
                "context_length": runner.process.context,
            }
            for runner in runners
        ]

    def chat(self, request: Json, gone: Callable[[], bool]) -> Iterator[Json]:
        """The records of an answer to /api/chat.

        Args:
            request: The body.
            gone: Whether the client has left.

        Raises:
            RefusedError: An error, of the request or later.
            DroppedError: The connection is to be cut.
            GoneError: The client left while it waited.
        """
        begun = time.perf_counter_ns()
        if not 0 <= (request.get("top_logprobs") or 0) <= 20:
            raise RefusedError(400, "top_logprobs must be between 0 and 20")
        name = request.get("model")
        model = self.find(name)
        messages = request.get("messages") or []

        def record(field: str = "content", text: str = "", **rest: object) -> Json:
            message = {"role": "assistant", "content": "", field: text}
            return {"model": name, "created_at": now(), "message": message, "done": False} | rest

        unload = _is_zero(request.get("keep_alive"))
        if not messages and unload:
            self._unload(model)
            yield record(done=True, done_reason="unload")
            return
        think = request.get("think")
        if "thinking" in model.capabilities:
            think = True if think is None else think
        elif think:
            raise RefusedError(400, f'"{name}" does not support thinking')
        options = _options(request.get("options") or {})
        context = min(options.pop("num_ctx") or model.context_length, model.context_length)
        process = Process(context, request.get("shift") is not False)
        with self._runner(model, process, gone) as runner:
            loaded = time.perf_counter_ns()
            if not messages:
                yield record(done=True, done_reason="load")
                return
            messages, tokens = _fit(model, messages, context, request.get("truncate") is not False)
            with runner.slots.one(gone):
                script = self.script(request)
                if script:
                    spoken = _recite(script.pieces(think=bool(think)), options, tokens)
                else:
                    spoken = _generate(model, messages, options, request)
                for piece in self._watched(spoken):
                    if piece.figures is None:
                        rest = {"logprobs": piece.logprobs} if piece.logprobs else {}
                        yield record(piece.field, piece.text, **rest)
                        continue
                    total = time.perf_counter_ns() - begun
                    durations = {"total_duration": total, "load_duration": loaded - begun}
                    yield record(done=True, **piece.figures, **durations)
        if unload:
            self._unload(model)

    def _watched(self, pieces: Iterator[_Piece]) -> Iterator[_Piece]:
        """The pieces as far as nothing goes wrong: a loop, or what a test asked for."""
        last, repeats = "", 0
        for count, piece in enumerate(pieces):
            if count == self.error_after:
                raise RefusedError(500, STOPPED)
            if count == self.drop_after:
                raise DroppedError
            repeats = repeats + 1 if piece.text.strip() == last else 0
            last = piece.text.strip()
            if repeats > REPEATS:
                if self.loop_error:
                    raise RefusedError(500, LOOPED)
                return
            yield piece

    @contextmanager
    def _runner(
        self, model: Model, process: Process, gone: Callable[[], bool]
    ) -> Iterator[_Runner]:
        runner = self._use(model, process)
        if runner is None:
            runner = self._load(model, process, gone)
        try:
            yield runner
        finally:
            with self._lock:
                runner.users -= 1
                runner.used = time.monotonic()

    def _use(self, model: Model, process: Process) -> _Runner | None:
        """The model if it is loaded in such a process, in use from now on."""
        with self._lock:
            runner = self._loaded.get(model.name)
            if runner is None or runner.process != process:
                return None
            runner.users += 1
            return runner

    def _load(self, model: Model, process: Process, gone: Callable[[], bool]) -> _Runner:
        with self._lock:
            if self.crowded or self.pending > self.max_queue:
                raise RefusedError(503, BUSY)
            self.pending += 1
        try:
            with self._loading:
                if runner := self._use(model, process):
                    return runner
                while not self._make_room(model):
                    _pause(gone)
                begun = time.monotonic()
                while time.monotonic() - begun < self.load_time:
                    _pause(gone)
                runner = _Runner(model, process, self.num_parallel)
                runner.users = 1
                with self._lock:
                    self.loads.append(model.name)
                    self._loaded[model.name] = runner
                return runner
        finally:
            with self._lock:
                self.pending -= 1

    def _make_room(self, model: Model) -> bool:
        """Unloads what is in the way if it is idle; whether nothing is in the way any more."""
        with self._lock:
            victim = self._loaded.get(model.name)
            if victim is None and len(self._loaded) >= self.max_loaded:
                # An idle one, and of those the one that was used longest ago.
                victim = min(self._loaded.values(), key=lambda runner: (runner.users, runner.used))
            if victim is None:
                return True
            if victim.users == 0:
                del self._loaded[victim.model.name]
            return victim.users == 0

    def _unload(self, model: Model) -> None:
        with self._lock:
            self._loaded.pop(model.name, None)


class _Piece(NamedTuple):
    """A token; or, with figures, the end."""

    field: str = "content"
    text: str = ""
    logprobs: Sequence[Json] = ()
    figures: Json | None = None


def now() -> str:
    """The time as Go writes it."""
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


def _is_zero(keep_alive: object) -> bool:
    return (
        keep_alive is not None
        and re.fullmatch(r"0+(\.0*)?(ms|s|m|h)?", str(keep_alive)) is not None
    )


def _pause(gone: Callable[[], bool]) -> None:
    time.sleep(0.01)
    if gone():
        raise GoneError


def _options(given: Json) -> Json:
    """All options; those given replace defaults. Unknown ones are ignored, as Ollama does."""
    options = {name: default for name, (_, default) in OPTIONS.items()}
    for name, value in given.items():
        if name not in OPTIONS or value is None:
            continue
        kind = OPTIONS[name][0]
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not (isinstance(value, list) if kind is list else number):
            raise RefusedError(500, f'option "{name}" must be of type {GO_TYPES[kind]}')
        options[name] = kind(value)
    return options


def _fit(
    model: Model, messages: Sequence[Json], context: int, truncate: bool
) -> tuple[list[Json], int]:
    """The messages that fit, without the oldest others, and their tokens: nobody is told (truncateNativeChatMessages)."""
    last = len(messages) - 1
    for first in range(last + 1 if truncate else 1):
        system = [message for message in messages[:first] if message["role"] == "system"]
        kept = [*system, *messages[first:]]
        prompt = _post(model.server.url, "/apply-template", {"messages": kept})["prompt"]
        text = {"content": prompt, "add_special": True, "parse_special": True}
        tokens = len(_post(model.server.url, "/tokenize", text)["tokens"])
        if tokens <= context:
            return kept, tokens
    raise RefusedError(400, json.dumps({"error": overflow(tokens, context)}, separators=(",", ":")))


def overflow(tokens: int, context: int) -> Json:
    """llama.cpp's error for a prompt that is too long, which Ollama hands on as a text."""
    return {
        "code": 400,
        "message": f"request ({tokens} tokens) exceeds the available context size ({context} tokens), "
        "try increasing it",
        "type": "exceed_context_size_error",
        "n_prompt_tokens": tokens,
        "n_ctx": context,
    }


def _recite(pieces: Iterator[tuple[str, str]], options: Json, tokens: int) -> Iterator[_Piece]:
    begun = time.perf_counter_ns()
    first = begun
    count, limit = 0, options["num_predict"]
    reason = "stop"
    for field, text in pieces:
        if count == limit:
            reason = "length"
            break
        if not count:
            first = time.perf_counter_ns()
        count += 1
        yield _Piece(field, text)
    figures = {
        "prompt_eval_count": tokens,
        "prompt_eval_duration": max(first - begun, 1),
        "eval_count": count,
        "eval_duration": max(time.perf_counter_ns() - first, 1),
    }
    yield _Piece(figures={"done_reason": reason} | figures)


def _generate(
    model: Model, messages: Sequence[Json], options: Json, request: Json
) -> Iterator[_Piece]:
    """llama.cpp's answer to the request that Ollama makes (llamaServerChatRequest)."""
    limit = 10 * model.context_length
    tokens = options.pop("num_predict")
    body = options | {
        "messages": messages,
        "stream": True,
        "n_predict": limit if tokens < 0 else min(tokens, limit),
        "cache_prompt": True,
    }
    candidates = request.get("top_logprobs") or 0
    if request.get("logprobs"):
        body |= {"logprobs": True, "top_logprobs": max(candidates, 1)}
    for event in _events(model.server.url, "/v1/chat/completions", body):
        choice = event["choices"][0]
        if choice["finish_reason"]:
            timings = event["timings"]
            figures = {
                "done_reason": "length" if choice["finish_reason"] == "length" else "stop",
                "prompt_eval_count": timings["cache_n"] + timings["prompt_n"],
                "prompt_eval_duration": int(timings["prompt_ms"] * 1e6),
                "eval_count": timings["predicted_n"],
                "eval_duration": int(timings["predicted_ms"] * 1e6),
            }
            yield _Piece(figures=figures)
            return
        logprobs = [
            _logprob(entry)
            | ({"top_logprobs": list(map(_logprob, entry["top_logprobs"]))} if candidates else {})
            for entry in (choice.get("logprobs") or {"content": []})["content"]
        ]
        if text := choice["delta"].get("content"):
            yield _Piece(text=text, logprobs=logprobs)


def _logprob(entry: Json) -> Json:
    # Ollama makes the bytes from the text, so that half a character is lost.
    token = entry["token"]
    return {"token": token, "logprob": entry["logprob"], "bytes": list(token.encode())}


@contextmanager
def _asked(url: str, path: str, body: Json | None) -> Iterator[http.client.HTTPResponse]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    try:
        method = "GET" if body is None else "POST"
        headers = {"Content-Type": "application/json"}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        response = connection.getresponse()
        if response.status >= 400:
            raise RefusedError(response.status, response.read().decode().strip())
        yield response
    except (OSError, http.client.HTTPException):
        raise RefusedError(500, STOPPED) from None
    finally:
        connection.close()


def _post(url: str, path: str, body: Json | None = None) -> Any:
    with _asked(url, path, body) as response:
        return json.load(response)


def _events(url: str, path: str, body: Json) -> Iterator[Json]:
    with _asked(url, path, body) as response:
        for line in response:
            if line.startswith(b"data: {"):
                yield json.loads(line.removeprefix(b"data: "))
