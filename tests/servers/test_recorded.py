"""The stand-in for Ollama against the record of a real one, field by field; and what the record must not hold."""

from __future__ import annotations

import json
import re

import httpx
import pytest

from tests.servers.recorded import FOLDER, body_of, recorded, records, shape

CASES = recorded("ollama")

STREAMED = [
    "chat-streamed", "chat-unicode", "chat-logprobs", "chat-unknown-option", "chat-top-level-seed-is-ignored",
    "openai-chat-streamed", "openai-chat-streamed-usage", "openai-chat-logprobs",
]  # fmt: skip
WHOLE = [
    "version", "root", "tags", "ps-before-any-model", "openai-models", "chat-load-only", "chat-keep-alive-0", "chat-whole",
    "openai-chat-whole", "chat-unknown-model", "chat-model-empty", "chat-no-body", "chat-think-refused", "chat-option-of-wrong-type",
    "chat-top-logprobs-too-many", "openai-chat-unknown-model", "show-empty", "show-unknown", "not-found", "method-not-allowed",
]  # fmt: skip


@pytest.fixture
def client(ollama):
    with httpx.Client(base_url=ollama.url, trust_env=False, timeout=60) as client:
        yield client


def asked(client, case):
    """The stand-in's answer to a recorded request; its models go by other names."""
    request = case["request"]
    body = request.get("body")
    if isinstance(body, dict) and body.get("model", "").startswith(("smollm2:", "drawing")):
        body = body | {"model": "tiny:q4"}
    content = request.get("raw") if body is None else json.dumps(body)
    return client.request(
        request["method"], request["path"], headers=request["headers"], content=content
    )


@pytest.mark.parametrize("name", WHOLE)
def test_answers_have_the_fields_of_the_record(client, name):
    case = CASES[name]
    answer = asked(client, case)
    assert answer.status_code == case["response"]["status"]
    theirs = {key.lower(): value for key, value in case["response"]["headers"]}
    assert answer.headers.get("content-type", "") == theirs.get("content-type", "")
    assert answer.headers.get("access-control-allow-origin") == theirs.get(
        "access-control-allow-origin"
    )
    text = body_of(case)
    if theirs.get("content-type", "").startswith("application/json"):
        assert shape(answer.json()) == shape(json.loads(text))
    else:
        assert answer.text.strip() == text.strip()


@pytest.mark.parametrize("name", STREAMED)
def test_streams_have_the_fields_of_the_record(client, name):
    case = CASES[name]
    answer = asked(client, case)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == dict(case["response"]["headers"])["Content-Type"]
    ours, theirs = records(answer.text), records(body_of(case))
    assert shape(ours[0]) == shape(theirs[0])
    assert shape(ours[-1]) == shape(theirs[-1])
    assert answer.text.rstrip().endswith("[DONE]") == body_of(case).rstrip().endswith("[DONE]")


def test_what_belongs_to_the_process_loads_the_model_again(ollama, client):
    for name in (
        "shift-1-load-only",
        "shift-2-question-with-shift-false",
        "shift-3-the-same-again",
        "shift-4-question-without-shift",
    ):
        before = len(ollama.loads)
        asked(client, CASES[name])
        assert len(ollama.loads) - before == CASES[name]["loads"], name


def test_a_tag_shows_its_own_template_and_parameters_or_the_files(ollama, client):
    [model, _] = ollama.models
    own = client.post("/api/show", json={"model": model.name}).json()
    assert "parameters" not in own
    assert "TEMPLATE {{ .Prompt }}" in own["modelfile"]
    assert own["template"].startswith("{%")
    model.template = "{{ .System }}{{ .Prompt }}"
    model.parameters = 'stop    "</s>"'
    guessed = client.post("/api/show", json={"model": model.name}).json()
    assert set(guessed) == set(json.loads(body_of(CASES["show"]))) - {"license", "projector_info"}
    assert guessed["template"] == model.template


@pytest.mark.parametrize("file", sorted(FOLDER.iterdir()), ids=lambda file: file.stem)
def test_the_record_holds_no_key_and_no_path_of_a_machine(file):
    text = file.read_text(encoding="utf-8")
    assert not re.search(r"/(home|root|tmp|Users)/|[A-Z]:\\\\", text)
    keys = set(re.findall(r"Bearer ([^\"]+)", text))
    assert keys <= {"<key>", "sk-wrong"}
    assert len(text) < 300_000
