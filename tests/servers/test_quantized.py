"""llama.cpp runs a mixture of types that we wrote."""

from __future__ import annotations

import pytest
import requests

from mkdocs_quantlab.engine.gguf.quantize import GROUPS, quantized
from tests.paths import ROOT
from tests.servers.llama_server import LlamaServer

F16 = ROOT / "docs/models/tiny-llama-F16.gguf"
PROMPT = {"prompt": "an era", "n_predict": 12, "temperature": 0, "cache_prompt": False}


@pytest.fixture
def said(tmp_path):
    """What a model says, and with which probability it chose each token."""
    pytest.importorskip("xllamacpp")

    def ask(data):
        path = tmp_path / "model.gguf"
        path.write_bytes(data)
        with LlamaServer(path, context=256) as server:
            requests.get(f"{server.url}/health", timeout=60).raise_for_status()
            answer = requests.post(
                f"{server.url}/completion", json=PROMPT | {"n_probs": 1}, timeout=60
            )
            answer.raise_for_status()
            return [token["id"] for token in answer.json()["completion_probabilities"]]

    return ask


def test_llama_cpp_runs_what_we_write(said):
    """With next to no error the same tokens, with other types in all groups still as many."""
    data = F16.read_bytes()
    before = said(data)
    assert len(before) == 12
    assert said(quantized(data, "F16")) == before
    types = ("Q8_0", "Q5_0", "Q4_1", "Q5_1", "Q4_0", "MXFP4", "Q8_0", "TQ2_0", "Q4_0")
    mixed = quantized(data, "F16", dict(zip(GROUPS, types, strict=True)))
    assert len(mixed) < len(data) / 2
    assert len(said(mixed)) == 12
