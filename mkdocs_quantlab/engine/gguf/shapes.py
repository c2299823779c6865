"""Models by a few numbers: the tensors of a dense, llama-like model, and the shapes of some that are well known."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.engine.ggml.types import TYPES
from mkdocs_quantlab.engine.gguf.header import Tensor
from mkdocs_quantlab.engine.gguf.model import Model

if TYPE_CHECKING:
    from collections.abc import Iterator


METADATA = {
    "layers": "block_count",
    "embedding": "embedding_length",
    "feed_forward": "feed_forward_length",
    "heads": "attention.head_count",
    "kv_heads": "attention.head_count_kv",
}
"""GGUF's metadata keys of a shape's numbers, without the architecture in front."""


class Shape(NamedTuple):
    """The numbers that make a dense, llama-like model, as `config.json` calls them."""

    layers: int
    """`num_hidden_layers`."""
    embedding: int
    """`hidden_size`."""
    feed_forward: int
    """`intermediate_size`."""
    heads: int
    """`num_attention_heads`."""
    kv_heads: int
    """`num_key_value_heads`."""
    vocabulary: int
    """`vocab_size`."""
    tied: bool = False
    """`tie_word_embeddings`: token embeddings and output are one matrix."""
    architecture: str = "llama"
    """As in `general.architecture`; of those here, `qwen2` adds biases to queries, keys and values."""
    rope_factors: bool = False
    """There is a tensor of rope factors, half a head long."""

    def tensors(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Names and `ne` of all tensors, in the order of llama.cpp's converter."""
        d, kv = self.embedding, self.embedding // self.heads * self.kv_heads
        if self.rope_factors:
            yield "rope_freqs.weight", (self.embedding // self.heads // 2,)
        yield "token_embd.weight", (d, self.vocabulary)
        for layer in range(self.layers):
            for kind, shape in (
                ("attn_norm", (d,)),
                ("attn_q", (d, d)),
                ("attn_k", (d, kv)),
                ("attn_v", (d, kv)),
                ("attn_output", (d, d)),
                ("ffn_norm", (d,)),
                ("ffn_gate", (d, self.feed_forward)),
                ("ffn_up", (d, self.feed_forward)),
                ("ffn_down", (self.feed_forward, d)),
            ):
                yield f"blk.{layer}.{kind}.weight", shape
                if self.architecture == "qwen2" and kind in ("attn_q", "attn_k", "attn_v"):
                    yield f"blk.{layer}.{kind}.bias", shape[1:]
        yield "output_norm.weight", (d,)
        if not self.tied:
            yield "output.weight", (d, self.vocabulary)

    def model(self, name: str) -> Model:
        """The model of this shape as 16-bit floats, vectors as F32: what llama.cpp's converter writes."""
        tensors = []
        offset = 0
        for tensor, shape in self.tensors():
            type_ = TYPES["F32" if len(shape) == 1 else "F16"].id
            tensors.append(Tensor(tensor, shape, type_, offset))
            offset += -(-(tensors[-1].size or 0) // 32) * 32
        metadata: dict[str, int | str] = {"general.architecture": self.architecture}
        metadata |= {
            f"{self.architecture}.{key}": getattr(self, name) for name, key in METADATA.items()
        }
        return Model(name, "", 1, offset, 3, False, {**metadata}, {}, tuple(tensors))


SHAPES = {
    "Llama-3.1-8B": Shape(32, 4096, 14336, 32, 8, 128256, rope_factors=True),
    "Llama-3.1-70B": Shape(80, 8192, 28672, 64, 8, 128256, rope_factors=True),
    "Llama-3.2-1B": Shape(16, 2048, 8192, 32, 8, 128256, tied=True, rope_factors=True),
    "Llama-2-7B": Shape(32, 4096, 11008, 32, 32, 32000),
    "Mistral-7B-v0.1": Shape(32, 4096, 14336, 32, 8, 32000),
    "TinyLlama-1.1B": Shape(22, 2048, 5632, 32, 4, 32000),
    "Qwen2.5-0.5B": Shape(24, 896, 4864, 14, 2, 151936, tied=True, architecture="qwen2"),
    "Qwen2.5-7B": Shape(28, 3584, 18944, 28, 4, 152064, architecture="qwen2"),
}
"""Well-known models by name. Source: each model's own `config.json`; the rope factors of Llama 3.1 and 3.2 are tensors that
llama.cpp's converter adds."""
