"""The stand-ins for Open WebUI and LiteLLM against the record of the real programs, field by field."""

from __future__ import annotations

import json

import httpx
import pytest

from tests.servers.ollama_models import Script
from tests.servers.recorded import body_of, recorded, records, shape

ORIGIN = "http://127.0.0.2:8003"
"""Of the page that asked for the record."""
KEY = "a-key-of-a-class"
MODELS = {
    "openwebui": {"smol:Q8_0": "tiny:q4"},
    "litellm": {"smol-q8": "tiny:q4", "smol-q2": "tiny:q6"},
}
STREAMED = {
    "openwebui": ["chat-streamed", "chat-streamed-usage", "chat-logprobs", "ollama-api-chat"],
    "litellm": ["chat-streamed", "chat-streamed-usage", "chat-streamed-openai-upstream", "chat-logprobs"],
}  # fmt: skip
# Ollama's own answer, of whose fields test_recorded.py tells.
PASSED = {"ollama-api-show"}
CASES = [(program, name) for program in STREAMED for name in recorded(program)]
WHOLE = [case for case in CASES if case[1] not in (*STREAMED[case[0]], *PASSED)]


@pytest.fixture
def server(request, ollama, start_openwebui, start_litellm):
    """The program that a test is about, in front of an Ollama that has a model loaded."""
    httpx.post(ollama.url + "/api/chat", json={"model": "tiny:q4"}, timeout=60, trust_env=False)
    return {
        "openwebui": lambda: start_openwebui(KEY, ORIGIN),
        "litellm": lambda: start_litellm(KEY),
    }[request.param]()


def of(cases):
    """For tests of cases of programs."""
    return pytest.mark.parametrize(
        ("server", "program", "name"),
        [(program, program, name) for program, name in cases],
        indirect=["server"],
        ids=lambda value: value if isinstance(value, str) else "",
    )


def asked(server, program, name):
    """The stand-in's answer to a recorded request; its models and its key are others."""
    request = recorded(program)[name]["request"]
    body = request.get("body")
    if isinstance(body, dict):
        body |= {"model": MODELS[program].get(body["model"], body["model"])}
    headers = {key: value.replace("<key>", KEY) for key, value in request["headers"].items()}
    content = request.get("raw") if body is None else json.dumps(body)
    return httpx.request(
        request["method"], server.url + request["path"], headers=headers, content=content, timeout=60, trust_env=False
    )  # fmt: skip


HEADERS = ("content-type", "access-control-allow-origin", "access-control-allow-credentials")


def assert_like(answer, response):
    """Status, and the headers that a page sees."""
    assert answer.status_code == response["status"]
    theirs = {name.lower(): value for name, value in response["headers"]}
    assert {name: answer.headers.get(name) for name in HEADERS} == {
        name: theirs.get(name) for name in HEADERS
    }


@of(WHOLE)
def test_answers_have_the_fields_of_the_record(server, program, name):
    case = recorded(program)[name]
    answer = asked(server, program, name)
    assert_like(answer, case["response"])
    if answer.headers["content-type"].startswith("application/json"):
        ours, theirs = answer.json(), json.loads(body_of(case))
        assert shape(ours) == shape(theirs)
        if answer.status_code >= 400:
            assert ours == theirs
    else:
        assert answer.text == body_of(case)


@of([(program, name) for program, names in STREAMED.items() for name in names])
def test_streams_have_the_fields_of_the_record(server, program, name):
    case = recorded(program)[name]
    answer = asked(server, program, name)
    assert_like(answer, case["response"])
    ours, theirs = records(answer.text), records(body_of(case))
    for place in (0, 1, -2, -1):
        assert shape(ours[place]) == shape(theirs[place]), place
    assert answer.text.endswith("[DONE]\n\n") == body_of(case).rstrip().endswith("[DONE]")


@pytest.mark.parametrize(
    ("server", "path", "model", "reach"),
    [
        ("openwebui", "/api", "tiny:q4", False),
        ("litellm", "/v1", "tiny:q4", True),
        ("litellm", "/v1", "tiny:q6", True),
    ],
    indirect=["server"],
)
def test_which_settings_reach_ollama(server, ollama, path, model, reach):
    ollama.script = lambda _: Script("Yes.")
    settings = {"seed": 7, "temperature": 0.5, "max_tokens": 6}
    body = {
        "model": model,
        "messages": [{"role": "user", "content": "Hi"}],
        "stream": True,
        **settings,
    }
    answer = httpx.post(
        f"{server.url}{path}/chat/completions", json=body, headers={"Authorization": f"Bearer {KEY}"}, timeout=60, trust_env=False
    )  # fmt: skip
    assert answer.status_code == 200
    sent = ollama.asked[-1].body
    got = sent.get("options", sent)
    assert ("seed" in got, "temperature" in got) == (reach, reach)
    assert got.get("num_predict", got.get("max_tokens")) == 6
