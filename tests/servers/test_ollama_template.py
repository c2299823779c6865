"""Ollama leaves the drawing model's chat template alone, and llama.cpp makes the prompts of it that the model was trained on."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import gguf
import pytest
import requests

from mkdocs_quantlab.builtin_models.files import F16
from models.drawing.vocabulary import ASSISTANT, TEMPLATE, USER
from tests.servers.recorded import body_of, recorded

NEAR = json.loads((Path(__file__).parent / "recorded_templates.json").read_text(encoding="utf-8"))
MESSAGES = [
    {"role": "user", "content": "Draw a house."},
    {"role": "assistant", "content": "<svg/>"},
    {"role": "user", "content": "Draw a red house."},
]


def test_no_template_of_ollamas_is_near_the_models():
    """Whoever changes the template measures the distances again."""
    assert hashlib.sha256(TEMPLATE.encode()).hexdigest() == NEAR["sha256"]
    assert len(NEAR["distances"]) == 19
    assert min(NEAR["distances"].values()) >= NEAR["limit"]


def test_without_its_comment_ollama_takes_it_for_another():
    assert NEAR["without_comment"]["zephyr"] < NEAR["limit"]
    guessed = json.loads(body_of(recorded("ollama")["show-verbose-small-model"]))
    assert guessed["template"] == "<Ollama's own: zephyr>"
    left = json.loads(body_of(recorded("ollama")["show-own-template"]))
    assert "TEMPLATE {{ .Prompt }}" in left["modelfile"]
    assert left["template"].endswith(TEMPLATE.partition("-#}")[2])


def test_the_file_has_the_template():
    field = gguf.GGUFReader(F16).get_field("tokenizer.chat_template")
    assert field.contents() == TEMPLATE


def test_llama_cpp_leaves_the_comment_out():
    pytest.importorskip("xllamacpp")
    from tests.servers.llama_server import LlamaServer

    with LlamaServer(F16, context=256) as server:
        requests.get(f"{server.url}/health", timeout=60).raise_for_status()
        answer = requests.post(
            f"{server.url}/apply-template", json={"messages": MESSAGES}, timeout=60
        )
    assert answer.json()["prompt"] == (
        f"{USER}Draw a house.{ASSISTANT}<svg/></s>{USER}Draw a red house.{ASSISTANT}"
    )
