"""The network with the weights of a GGUF file, whatever types they are stored in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from mkdocs_quantlab.builtin_models.weights import read_weights
from mkdocs_quantlab.engine.gguf.header import Array
from mkdocs_quantlab.fast import dequantize
from models.drawing.network import Network, Shape
from models.drawing.vocabulary import Token, Tokenizer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mkdocs_quantlab.engine.gguf.header import Value


def load(content: bytes) -> tuple[Network, Tokenizer]:
    """A network that computes in float32 with the weights that llama.cpp would decode, and its tokenizer.

    Args:
        content: A GGUF file of the drawing model.
    """
    weights = read_weights(content)
    metadata = weights.model.metadata
    tokens = _tokens(metadata)
    shape = Shape(
        vocabulary=len(tokens),
        embedding=_number(metadata, "llama.embedding_length"),
        feed_forward=_number(metadata, "llama.feed_forward_length"),
        layers=_number(metadata, "llama.block_count"),
        heads=_number(metadata, "llama.attention.head_count"),
        kv_heads=_number(metadata, "llama.attention.head_count_kv"),
        context=_number(metadata, "llama.context_length"),
    )
    network = Network(shape)
    state = {}
    for tensor in weights.model.tensors:
        decoded = dequantize(np.frombuffer(weights.data[tensor.name], np.uint8), tensor.type_name)
        state[tensor.name] = torch.from_numpy(decoded.reshape(tensor.shape[::-1]).copy())
    network.load_state_dict(state)
    return network.eval(), Tokenizer(tokens)


def _tokens(metadata: Mapping[str, Value]) -> list[Token]:
    columns = []
    for key in ("tokens", "scores", "token_type"):
        found = metadata[f"tokenizer.ggml.{key}"]
        assert isinstance(found, Array)
        assert found.values is not None
        columns.append(found.values)
    return [Token(*row) for row in zip(*columns, strict=True)]


def _number(metadata: Mapping[str, Value], key: str) -> int:
    found = metadata[key]
    assert isinstance(found, int)
    return found
