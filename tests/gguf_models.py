"""Models made by hand, for tests of what is said of files."""

from __future__ import annotations

from mkdocs_quantlab.engine.core.resources import Resources
from mkdocs_quantlab.engine.ggml.types import TYPES
from mkdocs_quantlab.engine.gguf.header import Array, Tensor
from mkdocs_quantlab.engine.gguf.model import Model
from mkdocs_quantlab.engine.gguf.named import ModelOf

SHAPES = {
    "attn_norm": (256,),
    "attn_q": (256, 256),
    "attn_v": (256, 64),
    "ffn_down": (1024, 256),
}
"""Tensors of a layer, and their `ne`."""


def model(
    name="m", file="model.gguf", base="Q4_K", *, more=None, layers=2, embedding="Q6_K", **metadata
):
    """A model of a few layers whose matrices are `base`, but those that `more` names."""
    more = more or {}

    def number(tensor, default):
        return TYPES[more.get(tensor, default)].id

    tensors = [Tensor("token_embd.weight", (256, 1000), number("token_embd.weight", embedding), 0)]
    for layer in range(layers):
        for kind, shape in SHAPES.items():
            tensor = f"blk.{layer}.{kind}.weight"
            default = "F32" if len(shape) == 1 else base
            tensors.append(Tensor(tensor, shape, number(tensor, default), 0))
    metadata = {key.replace("__", "."): value for key, value in metadata.items()}
    metadata = {
        "general.architecture": "llama",
        "llama.block_count": layers,
        "tokenizer.ggml.tokens": Array("string", 1000, 9000, None, ("a1", "b2")),
    } | metadata
    size = sum(tensor.size for tensor in tensors) + 10_000
    return Model(name, file, 1, size, 3, False, metadata, {}, tuple(tensors))


def resources(*models):
    """The resources that a figure of these models comes with."""
    return Resources([m.name for m in models], {ModelOf(m.name): m for m in models})
