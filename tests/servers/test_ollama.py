"""The stand-in for Ollama against Ollama's own clients, of PyPI and of npm, and against what Ollama's source says."""

from __future__ import annotations

import json
import subprocess
import threading
import time

import httpx
import ollama as pypi
import pytest

from tests.paths import ROOT
from tests.servers import tiny_model
from tests.servers.ollama_models import BUSY, LOOPED, Held, Script, overflow

BROWSER = ROOT / "browser"
PROMPT = [{"role": "user", "content": "Draw a pelican riding a bicycle."}]
SITE = "https://course.example"

# Does what it is told with npm's client, and prints each record, or the error.
NPM = """
import {Ollama} from 'ollama';
const [host, method, request] = JSON.parse(process.argv[1]);
try {
  const answer = await new Ollama({host})[method](request);
  if (request.stream) for await (const record of answer) console.log(JSON.stringify(record));
  else console.log(JSON.stringify(answer));
} catch (error) {
  console.log(JSON.stringify({error: error.message, status: error.status_code}));
}
"""


def npm(server, method, **request):
    done = subprocess.run(
        [
            "node",
            "--input-type=module",
            "--eval",
            NPM,
            "--",
            json.dumps([server.url, method, request]),
        ],
        cwd=BROWSER,
        check=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def client(ollama):
    with httpx.Client(base_url=ollama.url, trust_env=False, timeout=60) as client:
        yield client


@pytest.fixture
def theirs(ollama):
    client = pypi.Client(ollama.url, trust_env=False, timeout=60)
    yield client
    client._client.close()


def ask(model="tiny:q4", *, seed=1, tokens=20, **rest):
    options = {"seed": seed, "num_predict": tokens, "temperature": 0.8}
    return {"model": model, "messages": PROMPT, "options": options} | rest


def text(records):
    return "".join(record["message"]["content"] for record in records)


def lines(response):
    return [json.loads(line) for line in response.text.splitlines()]


def events(response):
    assert response.headers["content-type"] == "text/event-stream"
    parts = response.text.removesuffix("\n\n").split("\n\n")
    return [part.removeprefix("data: ") for part in parts]


# The model


def test_the_model_is_the_same_each_time(tmp_path, tiny_models):
    tiny_model.write(tmp_path / "again.gguf", "Q4_K_M")
    assert (tmp_path / "again.gguf").read_bytes() == tiny_models["tiny:q4"].read_bytes()


@pytest.mark.parametrize(("tag", "name"), [("tiny:q4", "Q4_K - Medium"), ("tiny:q6", "Q6_K")])
def test_llama_cpp_knows_the_quantization(llama_servers, tag, name):
    models = httpx.get(f"{llama_servers[tag].url}/v1/models", trust_env=False).json()
    assert models["data"][0]["meta"]["ftype"] == name


def test_greedy_answers_part_after_a_common_start(client):
    request = {"messages": PROMPT, "stream": False, "options": {"temperature": 0}}
    four, six = (
        client.post("/api/chat", json=request | {"model": tag}).json()["message"]["content"]
        for tag in ("tiny:q4", "tiny:q6")
    )
    assert four.split()[:3] == six.split()[:3]
    assert four != six


# Both clients


def test_clients_list_show_and_see_what_is_loaded(ollama, theirs):
    assert [model.model for model in theirs.list().models] == ["tiny:q4", "tiny:q6"]
    assert npm(ollama, "list")[0]["models"][1]["details"]["quantization_level"] == "Q6_K"
    shown = theirs.show("tiny:q4")
    assert shown.details.quantization_level == "Q4_K_M"
    assert shown.modelinfo["llama.block_count"] == tiny_model.LAYERS
    assert shown.modelinfo["tokenizer.ggml.tokens"] is None
    tensors = npm(ollama, "show", model="tiny:q4")[0]["tensors"]
    types = [tensor["type"] for tensor in tensors]
    assert (types.count("Q4_K"), types.count("Q6_K"), types.count("F32")) == (13, 3, 5)
    assert theirs.ps().models == []
    assert theirs.chat("tiny:q6").done_reason == "load"
    assert npm(ollama, "ps")[0]["models"][0]["context_length"] == tiny_model.CONTEXT
    assert theirs.chat("tiny:q6", keep_alive=0).done_reason == "unload"
    assert theirs.ps().models == []


def test_clients_read_the_same_stream(ollama, theirs):
    mine = list(theirs.chat(**ask(), stream=True, logprobs=True, top_logprobs=3))
    node = npm(ollama, "chat", **ask(), stream=True, logprobs=True, top_logprobs=3)
    assert text(mine) == text(node) != ""
    assert len(mine) == len(node) == 21
    last = mine[-1]
    assert (last.done, last.done_reason, last.eval_count) == (True, "length", 20)
    assert 0 < last.load_duration < last.total_duration
    assert last.prompt_eval_duration > 0
    assert last.eval_duration > 0
    assert node[-1]["prompt_eval_count"] == last.prompt_eval_count > len(PROMPT[0]["content"]) / 4
    for record in mine[:-1]:
        [token] = record.logprobs
        assert token.token == record.message.content
        likely = [each.logprob for each in token.top_logprobs]
        assert likely == sorted(likely, reverse=True)
        assert len(likely) == 3


def test_an_answer_in_one_piece(ollama, theirs):
    whole = theirs.chat(**ask())
    assert whole.done
    assert whole.message.content == text(theirs.chat(**ask(), stream=True))
    assert npm(ollama, "chat", **ask())[0]["message"]["content"] == whole.message.content


def test_clients_read_refusals(ollama, theirs):
    with pytest.raises(pypi.ResponseError, match="model 'tiny:q5' not found") as missing:
        theirs.chat(**ask("tiny:q5"))
    assert missing.value.status_code == 404
    [error] = npm(ollama, "chat", **ask("tiny:q5"))
    assert error == {"error": "model 'tiny:q5' not found", "status": 404}
    with pytest.raises(pypi.ResponseError, match="does not support thinking") as thinking:
        theirs.chat(**ask(), think=True)
    assert thinking.value.status_code == 400


def test_an_error_in_the_stream_is_a_line(ollama, theirs):
    ollama.error_after = 3
    answer = theirs.chat(**ask(), stream=True)
    said = [next(answer) for _ in range(3)]
    assert text(said)
    with pytest.raises(pypi.ResponseError, match="model runner has unexpectedly stopped"):
        next(answer)
    *said, error = npm(ollama, "chat", **ask(), stream=True)
    assert len(said) == 3
    assert error["error"].startswith("model runner has unexpectedly stopped")


def test_a_loop_ends_the_stream_without_a_word(ollama, theirs):
    ollama.script = lambda request: Script(["<unused50>"] * 200)
    said = list(theirs.chat(**ask(tokens=500), stream=True))
    assert text(said) == "<unused50>" * 31
    assert not said[-1].done
    *said, error = npm(ollama, "chat", **ask(tokens=500), stream=True)
    assert len(said) == 31
    assert error["error"] == "Did not receive done or success response in stream."
    ollama.loop_error = True
    with pytest.raises(pypi.ResponseError, match=LOOPED):
        list(theirs.chat(**ask(tokens=500), stream=True))


def test_thinking_is_on_unless_asked_not_to(start_ollama):
    server = start_ollama(thinks=True)
    server.script = lambda request: Script("An answer.", thinking="A thought.")
    thought = npm(server, "chat", **ask(), stream=True)
    assert "".join(r["message"].get("thinking", "") for r in thought) == "A thought."
    assert text(thought) == "An answer."
    plain = npm(server, "chat", **ask(), stream=True, think=False)
    assert not any("thinking" in r["message"] for r in plain)
    assert text(plain) == "An answer."


# What no client shows


def test_texts_are_escaped_as_go_does(ollama, client):
    ollama.script = lambda request: Script(["<svg>", " & café"])
    answer = client.post("/api/chat", json=ask())
    assert r'"\u003csvg\u003e"' in answer.text
    assert r'" \u0026 café"' in answer.text
    assert text(lines(answer)) == "<svg> & café"


def test_a_seed_beside_the_options_is_ignored(client):
    def answer(**rest):
        return text(lines(client.post("/api/chat", json=ask() | rest)))

    assert answer() == answer() == answer(seed=2)
    assert answer() != answer(options={"seed": 2, "num_predict": 20, "temperature": 0.8})


def test_a_wrong_type_of_option(client):
    answer = client.post("/api/chat", json=ask(options={"temperature": "hot"}))
    assert answer.json() == {"error": 'option "temperature" must be of type float32'}


def test_old_messages_are_dropped_in_silence(client):
    long = [{"role": "user", "content": "word " * 100}, *PROMPT]
    request = ask(options={"num_ctx": 128, "num_predict": 1}, stream=False, messages=long)
    short = ask(options={"num_ctx": 128, "num_predict": 1}, stream=False)
    counts = [
        client.post("/api/chat", json=r).json()["prompt_eval_count"] for r in (request, short)
    ]
    assert counts[0] == counts[1]
    refused = client.post("/api/chat", json=request | {"truncate": False})
    assert refused.status_code == 400
    error = json.loads(refused.json()["error"])["error"]
    assert error == overflow(error["n_prompt_tokens"], 128)


def test_a_prompt_that_is_too_long_is_refused_as_by_llama_cpp(client, llama_servers):
    long = [{"role": "user", "content": "word " * 5000}]
    ours = client.post("/api/chat", json=ask(messages=long))
    url = f"{llama_servers['tiny:q4'].url}/v1/chat/completions"
    real = httpx.post(url, json={"messages": long}, trust_env=False)
    assert (ours.status_code, json.loads(ours.json()["error"])) == (400, real.json())


def test_a_cut_connection(ollama, client):
    ollama.drop_after = 2
    with client.stream("POST", "/api/chat", json=ask()) as answer:
        assert answer.status_code == 200
        with pytest.raises(httpx.RemoteProtocolError):
            answer.read()


def test_a_dead_model_runner(start_llama_server, start_ollama):
    server = start_ollama()
    llama = server.models[0].server = start_llama_server("tiny:q4")
    httpx.post(f"{server.url}/api/chat", json=ask(), trust_env=False)
    llama.stop()
    answer = httpx.post(f"{server.url}/api/chat", json=ask(), trust_env=False)
    assert answer.status_code == 500
    assert answer.json()["error"].startswith("model runner has unexpectedly stopped")


def test_unknown_paths_and_methods(client):
    assert client.post("/api/nothing").status_code == 404
    assert client.get("/api/chat").status_code == 405
    assert client.head("/").status_code == 200


# Origins and hosts


@pytest.mark.parametrize("method", ["OPTIONS", "GET"])
@pytest.mark.parametrize("origin", [SITE, "null", "http://localhost.evil.example"])
def test_other_origins_are_refused_without_a_word(client, method, origin):
    answer = client.request(method, "/api/version", headers={"Origin": origin})
    assert (answer.status_code, answer.content) == (403, b"")
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("origin", ["http://localhost:8000", "http://127.0.0.1:8000", "app://x"])
def test_local_origins_are_allowed(client, origin):
    answer = client.get("/api/version", headers={"Origin": origin})
    assert answer.headers["access-control-allow-origin"] == origin
    preflight = client.options("/api/chat", headers={"Origin": origin})
    assert preflight.status_code == 204
    allowed = preflight.headers["access-control-allow-headers"].split(",")
    assert "Authorization" in allowed
    assert "X-Api-Key" not in allowed


def test_configured_origins(start_ollama):
    origins = [SITE, "https://*.example.edu"]
    server = start_ollama(origins)
    for origin, status in [
        (SITE, 200),
        ("https://a.example.edu", 200),
        ("https://example.com", 403),
    ]:
        answer = httpx.get(server.url, headers={"Origin": origin}, trust_env=False)
        assert answer.status_code == status
    server.origins = ["*"]
    answer = httpx.get(server.url, headers={"Origin": "null"}, trust_env=False)
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost:11434", 200), ("box.local", 200), ("10.0.0.7", 200), ("ollama.example.edu", 403)],
)
def test_foreign_host_names_are_refused(client, host, status):
    assert client.get("/", headers={"Host": host}).status_code == status


# Loading and queues


def test_the_time_to_load_is_told_apart(ollama, client):
    ollama.load_time = 0.3
    first, second = (lines(client.post("/api/chat", json=ask()))[-1] for _ in range(2))
    assert first["load_duration"] >= 0.3e9
    assert second["load_duration"] < 0.3e9


class Asking(threading.Thread):
    """A request that is waited for elsewhere; `begun` when the answer begins."""

    def __init__(self, server, request):
        super().__init__()
        self.server = server
        self.request = request
        self.begun = threading.Event()
        self.start()

    def run(self):
        url = f"{self.server.url}/api/chat"
        with httpx.stream("POST", url, json=self.request, trust_env=False, timeout=60) as answer:
            for _ in answer.iter_lines():
                self.begun.set()
            self.status = answer.status_code


def test_more_than_the_queue_holds_is_refused(ollama, client):
    ollama.load_time = 60
    ollama.max_queue = 1
    waiting = [Asking(ollama, ask())]
    while not ollama.pending:
        time.sleep(0.01)
    waiting.append(Asking(ollama, ask("tiny:q6")))
    while ollama.pending < 2:
        time.sleep(0.01)
    refused = client.post("/api/chat", json=ask())
    assert (refused.status_code, refused.json()) == (503, {"error": BUSY})
    ollama.load_time = 0
    for each in waiting:
        each.join()
        assert each.status == 200


@pytest.fixture
def held(ollama):
    """The answer to the first question, which holds up the others."""
    held = Held("The first.")
    scripts = [held.script]
    ollama.script = lambda request: scripts.pop()(request) if scripts else Script("Another.")
    return held


def test_others_wait_their_turn(ollama, held):
    first = Asking(ollama, ask())
    assert held.begun.wait(60)
    second = Asking(ollama, ask())
    assert not second.begun.wait(0.1)
    held.released.set()
    for each in (first, second):
        each.join()
        assert each.status == 200
    assert second.begun.is_set()


def test_several_are_answered_at_once(ollama, held):
    ollama.num_parallel = 2
    first = Asking(ollama, ask())
    assert held.begun.wait(60)
    second = Asking(ollama, ask())
    second.join()
    assert not first.begun.is_set()
    held.released.set()
    first.join()


def test_who_leaves_the_queue_does_not_hold_it_up(ollama, client, held):
    first = Asking(ollama, ask())
    assert held.begun.wait(60)
    with pytest.raises(httpx.ReadTimeout):
        client.post("/api/chat", json=ask(), timeout=0.1)
    held.released.set()
    first.join()
    assert client.post("/api/chat", json=ask()).status_code == 200


def test_only_so_many_models_stay_loaded(ollama, theirs):
    ollama.max_loaded = 1
    for tag in ("tiny:q4", "tiny:q6"):
        theirs.chat(tag)
        assert [model.model for model in theirs.ps().models] == [tag]


# The API that is OpenAI's


def test_openai_stream(client):
    request = {"model": "tiny:q4", "messages": PROMPT, "max_tokens": 5, "stream": True}
    options = {"stream_options": {"include_usage": True}, "logprobs": True, "top_logprobs": 2}
    *chunks, done = events(client.post("/v1/chat/completions", json=request | options))
    assert done == "[DONE]"
    *content, finish, usage = map(json.loads, chunks)
    assert content[0]["choices"][0]["delta"]["role"] == "assistant"
    assert len(content) == 5
    assert len(content[0]["choices"][0]["logprobs"]["content"][0]["top_logprobs"]) == 2
    assert finish["choices"][0] == {"index": 0, "delta": {}, "finish_reason": "length"}
    assert usage["choices"] == []
    assert usage["usage"]["completion_tokens"] == 5


def test_openai_answer_in_one_piece(client):
    request = {"model": "tiny:q4", "messages": PROMPT, "max_tokens": 5, "seed": 1}
    answer = client.post("/v1/chat/completions", json=request).json()
    assert answer["choices"][0]["finish_reason"] == "length"
    assert answer["choices"][0]["message"]["content"]
    assert [model["id"] for model in client.get("/v1/models").json()["data"]] == [
        "tiny:q4",
        "tiny:q6",
    ]


def test_openai_errors(ollama, client):
    def error(**request):
        answer = client.post("/v1/chat/completions", json=request)
        return answer.status_code, answer.json()["error"]["type"], answer.json()["error"]["message"]

    missing = (404, "not_found_error", "model 'tiny:q5' not found")
    assert error(model="tiny:q5", messages=PROMPT) == missing
    empty = (400, "invalid_request_error", "[] is too short - 'messages'")
    assert error(model="tiny:q4", messages=[]) == empty
    ollama.crowded = True
    assert error(model="tiny:q4", messages=PROMPT) == (503, "api_error", BUSY)


def test_openai_streams_lose_their_errors(ollama, client):
    ollama.error_after = 2
    request = {"model": "tiny:q4", "messages": PROMPT, "stream": True}
    chunks = [json.loads(e) for e in events(client.post("/v1/chat/completions", json=request))]
    assert len(chunks) == 3
    assert chunks[-1]["model"] == ""
    assert chunks[-1]["choices"][0]["delta"] == {"content": ""}
    assert all(chunk["choices"][0]["finish_reason"] is None for chunk in chunks)


def test_openai_reasoning(start_ollama):
    server = start_ollama(thinks=True)
    server.script = lambda request: Script("So.", thinking="Hm.")
    request = {"model": "tiny:q4", "messages": PROMPT}

    def message(**rest):
        url = f"{server.url}/v1/chat/completions"
        answer = httpx.post(url, json=request | rest, trust_env=False)
        return answer.json()["choices"][0]["message"]

    assert message() == {"role": "assistant", "content": "So.", "reasoning": "Hm."}
    assert message(reasoning_effort="none") == {"role": "assistant", "content": "So."}
