"""The shipped model's vocabulary is the one that the grammar gives, and llama.cpp reads texts with it as training did."""

from __future__ import annotations

import json
import random
import urllib.request

import gguf
import pytest

from mkdocs_quantlab.engine.drawing.phrases import UNSEEN
from models.drawing.samples import held_out_sample, training_sample
from models.drawing.vocabulary import Tokenizer, build
from tests.paths import ROOT
from tests.servers.llama_server import LlamaServer

MODEL = ROOT / "mkdocs_quantlab/builtin_models/drawing-F16.gguf"


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer(build())


def test_the_file_has_the_vocabulary(tokenizer):
    fields = gguf.GGUFReader(MODEL).fields
    texts, scores, kinds = (
        fields[f"tokenizer.ggml.{key}"].contents() for key in ("tokens", "scores", "token_type")
    )
    assert texts == [token.text for token in tokenizer.tokens]
    assert scores == [token.score for token in tokenizer.tokens]
    assert kinds == [token.kind for token in tokenizer.tokens]


def test_llama_cpp_reads_texts_as_training_did(tokenizer):
    def post(path, **body):
        request = urllib.request.Request(
            server.url + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request) as response:
            return json.load(response)

    rng = random.Random(9)
    samples = [training_sample(rng) for _ in range(60)]
    samples += [held_out_sample(rng, UNSEEN) for _ in range(60)]
    prompts = [sample.prompt for sample in samples] + ["Héllo, wörld 🚲!", "a  b", "</svg> 007"]
    with LlamaServer(MODEL, context=640) as server:
        for prompt in prompts:
            said = post("/apply-template", messages=[{"role": "user", "content": prompt}])["prompt"]
            read = post("/tokenize", content=said, add_special=True, parse_special=True)["tokens"]
            assert read == tokenizer.chat(prompt), prompt
        for sample in samples:
            read = post("/tokenize", content=sample.answer)["tokens"]
            assert read == tokenizer.encode(sample.answer)
            assert tokenizer.decode(read) == sample.answer
