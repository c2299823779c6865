"""A stand-in for Open WebUI in front of an Ollama, as the record of 0.12.4 shows it (`recorded/openwebui.json`).

Its own API passes `max_tokens` and an object `options` on, and neither seed nor temperature; it returns no log probabilities. Below `/ollama` it
passes Ollama's API through. Whatever it does not know is answered with the program's page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tests.servers.gateway import DONE, Gateway, GatewayHandler, RefusedError, dump, event

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers.gateway import Json

VERSION = "0.12.4"
CONFIG = {
    "status": True,
    "name": "Open WebUI",
    "version": VERSION,
    "default_locale": "",
    "i18n": {},
    "oauth": {"providers": {}, "auto_redirect": False},
    "features": {
        "slim": False,
        "auth": True,
        "auth_trusted_header": False,
        "enable_signup_password_confirmation": False,
        "enable_ldap": False,
        "enable_signup": False,
        "enable_login_form": True,
        "enable_websocket": True,
    },
}
PAGE = "<!doctype html>\n"


class _Handler(GatewayHandler):
    gateway: OpenWebUI
    allows_credentials = True

    def not_json(self) -> RefusedError:
        return RefusedError(422, {"detail": "There was an error parsing the body"})

    def route(self, method: str, path: str, body: Json) -> None:
        is_behind = path.startswith("/ollama/")
        if (method, path) == ("GET", "/api/version"):
            self.send(200, {"version": VERSION, "deployment_id": ""})
        elif (method, path) == ("GET", "/api/config"):
            self.send(200, CONFIG)
        elif (method, path) == ("GET", "/api/models"):
            self._check_key()
            self.send(200, {"data": [_listed(model) for model in self._tags()]})
        elif (method, path) == ("POST", "/api/chat/completions"):
            self._check_key()
            self._chat(body)
        elif is_behind and self.gateway.passes_through:
            self._check_key()
            self._pass(method, path.removeprefix("/ollama"), body)
        elif method == "GET":
            self.send(200, PAGE, "text/html; charset=utf-8")
        else:
            raise RefusedError(405, {"detail": "Method Not Allowed"})

    def _check_key(self) -> None:
        key = self.bearer()
        if key is None:
            raise RefusedError(401, {"detail": "Not authenticated"})
        if key != self.gateway.key:
            words = "Your session has expired or the token is invalid. Please sign in again."
            raise RefusedError(401, {"detail": words})

    def _tags(self) -> list[Json]:
        (listed,) = self.upstream("GET", "/api/tags", {})
        running = {
            model["name"]
            for each in self.upstream("GET", "/api/ps", {})
            for model in each["models"]
        }
        more = {"connection_type": "local", "urls": [0]}
        return [
            model | more | ({"expires_at": 1795977223} if model["name"] in running else {})
            for model in listed["models"]
        ]

    def _pass(self, method: str, path: str, body: Json) -> None:
        if method == "POST" and not any(body.get("model") == tag["name"] for tag in self._tags()):
            raise RefusedError(400, {"detail": f"Model '{body.get('model')}' was not found"})
        if path == "/api/tags":
            self.send(200, {"models": self._tags()})
        elif path == "/api/chat" and body.get("stream", True):
            records = self.upstream(method, path, body)
            self.stream("application/x-ndjson", (dump(record) + b"\n" for record in records))
        else:
            (record,) = self.upstream(method, path, body)
            self.send(200, record)

    def _chat(self, body: Json) -> None:
        model = body.get("model")
        if not any(tag["name"] == model for tag in self._tags()):
            raise RefusedError(400, {"detail": "Model not found"})
        options = dict(body.get("options") or {})
        if "max_tokens" in body:
            options["num_predict"] = body["max_tokens"]
        asked = {"model": model, "messages": body["messages"], "options": options, "stream": True}
        records = self.upstream("POST", "/api/chat", asked)
        if body.get("stream"):
            self.stream("text/event-stream", _events(records))
            return
        said = list(records)
        text = "".join(record["message"]["content"] for record in said)
        choice = _choice(said[-1]["done_reason"], message={"role": "assistant", "content": text})
        head = _head(said[-1], "chat.completion") | {"id": f"{model}-1"}
        self.send(200, head | {"choices": [choice], "usage": _usage(said[-1])})


class OpenWebUI(Gateway):
    """Open WebUI with API keys on.

    Attributes:
        passes_through: Ollama's own API is open below `/ollama`.
    """

    handler: ClassVar[type[GatewayHandler]] = _Handler
    passes_through = True


def _listed(tag: Json) -> Json:
    more = {"tags": [], "actions": [], "filters": []}
    return {
        "id": tag["name"],
        "name": tag["name"],
        "object": "model",
        "created": 0,
        "owned_by": "ollama",
        "ollama": tag,
        "loaded": "expires_at" in tag,
        "connection_type": "local",
        **more,
    }


def _head(record: Json, kind: str) -> Json:
    return {"id": "chatcmpl-1", "created": 1795976959, "model": record["model"], "object": kind}


def _choice(reason: str | None, **what: Json) -> Json:
    return {"index": 0, "logprobs": None, "finish_reason": reason, **what}


def _usage(record: Json) -> Json:
    names = ("total_duration", "load_duration", "prompt_eval_count", "prompt_eval_duration", "eval_count", "eval_duration")  # fmt: skip
    figures = {name: record.get(name, 0) for name in names}
    read, written = figures["prompt_eval_count"], figures["eval_count"]
    return {
        "input_tokens": read,
        "output_tokens": written,
        "total_tokens": read + written,
        "prompt_tokens": read,
        "completion_tokens": written,
        "response_token/s": round(written / max(figures["eval_duration"], 1) * 1e9, 2),
        "prompt_token/s": round(read / max(figures["prompt_eval_duration"], 1) * 1e9, 2),
        **figures,
        "approximate_total": "0h0m0s",
        "completion_tokens_details": {
            "reasoning_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def _events(records: Iterator[Json]) -> Iterator[bytes]:
    role = {"role": "assistant"}
    for record in records:
        head = _head(record, "chat.completion.chunk")
        if record["done"]:
            choice = _choice(record["done_reason"], delta={})
            yield event(head | {"choices": [choice], "usage": _usage(record)})
        else:
            choice = _choice(None, delta={"content": record["message"]["content"], **role})
            yield event(head | {"choices": [choice]})
            role = {}
    yield DONE
