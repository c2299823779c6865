"""A stand-in for LiteLLM's proxy in front of an Ollama, as the record of 1.108.7 shows it (`recorded/litellm.json`).

It has a master key and no database: a wrong key is looked up in the database, and without any key it answers 500 without letting a page read it.
The proxy's configuration says which API a model is behind: here it is Ollama's own for names that end in `q4`, and Ollama's `/v1` for all others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tests.servers.gateway import DONE, Gateway, GatewayHandler, RefusedError, event

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers.gateway import Json

PAGE = "<!doctype html>\n"
OPTIONS = {
    "max_tokens": "num_predict",
    "seed": "seed",
    "temperature": "temperature",
    "top_p": "top_p",
}
UPSTREAM_FIELDS = (*OPTIONS, "model", "messages", "logprobs", "top_logprobs")


def _error(message: str, **more: object) -> Json:
    fields = {"type": "invalid_request_error", "param": None, "code": "400"} | more
    return {"error": {"message": message, **fields}}


class _Handler(GatewayHandler):
    gateway: LiteLLM

    def not_json(self) -> RefusedError:
        self._check_key()
        message = "Invalid JSON payload: unexpected character, expected a string key: line 1 column 2 (char 1)"
        return RefusedError(400, _error(message, param="request_body"))

    def route(self, method: str, path: str, body: Json) -> None:
        if (method, path) == ("GET", "/"):
            self.send(200, PAGE, "text/html; charset=utf-8")
        elif (method, path) in {("GET", "/v1/models"), ("GET", "/models")}:
            self._check_key()
            data = [
                {"id": name, "object": "model", "created": 1677610602, "owned_by": "openai"}
                for name in self.gateway.models()
            ]
            self.send(200, {"data": data, "object": "list"})
        elif (method, path) in {("POST", "/v1/chat/completions"), ("POST", "/chat/completions")}:
            self._check_key()
            self._chat(body)
        else:
            raise RefusedError(404, {"detail": "Not Found"})

    def _check_key(self) -> None:
        key = self.bearer()
        if key is None:
            raise RefusedError(500, "Internal Server Error", has_cors=False)
        if key != self.gateway.key:
            raise RefusedError(400, _error("No connected db.", type="no_db_connection"))

    def _chat(self, body: Json) -> None:
        name = str(body.get("model"))
        if name not in self.gateway.models():
            message = (
                f"/chat/completions: Invalid model name passed in model={name}. "
                "Call `/v1/models` to view available models for your key."
            )
            raise RefusedError(400, _error(message, provider_specific_fields={"error": message}))
        if body.get("stream"):
            usage = bool((body.get("stream_options") or {}).get("include_usage"))
            say = self._of_ollama if name.endswith("q4") else self._of_openai
            self.stream("text/event-stream; charset=utf-8", say(body, usage=usage))
            return
        said = list(self._records(body))
        text = "".join(record["message"]["content"] for record in said)
        choice = {
            "finish_reason": said[-1]["done_reason"],
            "index": 0,
            "message": {"content": text, "role": "assistant"},
        }
        head = _head(name, "chat.completion")
        self.send(200, head | {"choices": [choice], "usage": _usage(said[-1])})

    def _records(self, body: Json) -> Iterator[Json]:
        options = {OPTIONS[key]: body[key] for key in OPTIONS if key in body}
        asked = {
            "model": body["model"],
            "messages": body["messages"],
            "options": options,
            "stream": True,
        }
        return self.upstream("POST", "/api/chat", asked)

    def _of_ollama(self, body: Json, *, usage: bool) -> Iterator[bytes]:
        """`ollama_chat/`: Ollama's own API behind the proxy's. Log probabilities are not returned."""
        head = _head(body["model"], "chat.completion.chunk")
        role = {"role": "assistant"}
        for record in self._records(body):
            if not record["done"]:
                delta = {**role, "content": record["message"]["content"]}
                yield event(head | {"choices": [{"index": 0, "delta": delta}]})
                role = {}
                continue
            end = {"index": 0, "delta": {}, "finish_reason": record["done_reason"]}
            yield event(head | {"choices": [end]})
            if usage:
                details = {"reasoning_tokens": 0, "text_tokens": record["eval_count"]}
                counts = _usage(record) | {"completion_tokens_details": details}
                yield event(head | {"choices": [{"index": 0, "delta": {}}], "usage": counts})
        yield DONE

    def _of_openai(self, body: Json, *, usage: bool) -> Iterator[bytes]:
        """`openai/`: Ollama's `/v1`, whose events are passed on under the proxy's name of the model."""
        known = {key: body[key] for key in UPSTREAM_FIELDS if key in body}
        asked = known | {"stream": True, "stream_options": {"include_usage": True}}
        for record in self.upstream("POST", "/v1/chat/completions", asked):
            told = {"provider_specific_fields": {"original_response_id": record["id"]}}
            head = _head(body["model"], record["object"]) | {"system_fingerprint": "fp_ollama"}
            if not record["choices"]:
                yield event(head | {"choices": [{"index": 0, "delta": {}}]} | told)
                # Whether it was asked for or not.
                details = {
                    "reasoning_tokens": 0,
                    "text_tokens": record["usage"]["completion_tokens"],
                }
                counts = record["usage"] | {"completion_tokens_details": details}
                yield event(
                    head | {"choices": [{"index": 0, "delta": {}}]} | told | {"usage": counts}
                )
                continue
            (choice,) = record["choices"]
            yield event(
                head | {"choices": [{k: v for k, v in choice.items() if v is not None}]} | told
            )
        yield DONE


class LiteLLM(Gateway):
    """LiteLLM with a master key, whose models are named as Ollama's tags are."""

    handler: ClassVar[type[GatewayHandler]] = _Handler

    def models(self) -> list[str]:
        """The models that it offers."""
        return [model.name for model in self.ollama.models]


def _head(model: str, kind: str) -> Json:
    return {"id": "chatcmpl-1", "object": kind, "created": 1795976959, "model": model}


def _usage(record: Json) -> Json:
    read, written = record.get("prompt_eval_count", 0), record.get("eval_count", 0)
    return {"completion_tokens": written, "prompt_tokens": read, "total_tokens": read + written}
