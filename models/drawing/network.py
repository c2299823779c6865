"""The network: llama's architecture (RMSNorm, rotary positions, grouped queries, SwiGLU), named as GGUF names its tensors."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True)
class Shape:
    """Sizes."""

    vocabulary: int
    embedding: int = 256
    feed_forward: int = 512
    layers: int = 4
    heads: int = 4
    kv_heads: int = 2
    context: int = 640
    epsilon: float = 1e-5
    rope_base: float = 10_000.0

    @property
    def head(self) -> int:
        return self.embedding // self.heads


class Norm(nn.Module):
    """RMSNorm."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(shape.embedding))
        self.epsilon = shape.epsilon

    def forward(self, x: Tensor) -> Tensor:
        return functional.rms_norm(x, self.weight.shape, self.weight, self.epsilon)


class Block(nn.Module):
    """One layer."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        width, kv = shape.embedding, shape.kv_heads * shape.head
        self.attn_norm = Norm(shape)
        self.attn_q = nn.Linear(width, width, bias=False)
        self.attn_k = nn.Linear(width, kv, bias=False)
        self.attn_v = nn.Linear(width, kv, bias=False)
        self.attn_output = nn.Linear(width, width, bias=False)
        self.ffn_norm = Norm(shape)
        self.ffn_gate = nn.Linear(width, shape.feed_forward, bias=False)
        self.ffn_up = nn.Linear(width, shape.feed_forward, bias=False)
        self.ffn_down = nn.Linear(shape.feed_forward, width, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        x = x + self.attn_output(self._attention(self.attn_norm(x), cos, sin))
        h = self.ffn_norm(x)
        return x + self.ffn_down(functional.silu(self.ffn_gate(h)) * self.ffn_up(h))

    def _attention(self, h: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        batch, length, _ = h.shape
        shared = self.shape.heads // self.shape.kv_heads

        def heads(projected: Tensor, number: int) -> Tensor:
            return projected.view(batch, length, number, self.shape.head).transpose(1, 2)

        q = _rotated(heads(self.attn_q(h), self.shape.heads), cos, sin)
        k = _rotated(heads(self.attn_k(h), self.shape.kv_heads), cos, sin)
        v = heads(self.attn_v(h), self.shape.kv_heads)
        k, v = k.repeat_interleave(shared, 1), v.repeat_interleave(shared, 1)
        mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        return mixed.transpose(1, 2).reshape(batch, length, self.shape.embedding)


def _rotated(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotary positions on neighbouring pairs, which is what llama.cpp does for the architecture `llama`."""
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cos - odd * sin, even * sin + odd * cos), -1).flatten(-2)


class Network(nn.Module):
    """The whole model."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.token_embd = nn.Embedding(shape.vocabulary, shape.embedding)
        self.blk = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.output_norm = Norm(shape)
        self.output = nn.Linear(shape.embedding, shape.vocabulary, bias=False)
        half = torch.arange(0, shape.head, 2) / shape.head
        angles = torch.arange(shape.context)[:, None] * shape.rope_base**-half
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                nn.init.normal_(weight, 0, self._spread(name, weight))

    def _spread(self, name: str, weight: Tensor) -> float:
        """Of the first random weights: small where a layer adds to what it was given."""
        if name == "token_embd.weight":
            return 0.5
        spread = 1 / math.sqrt(weight.shape[1])
        if name.endswith(("attn_output.weight", "ffn_down.weight")):
            return spread * 0.5 / math.sqrt(self.shape.layers)
        return spread * 0.3 if name == "output.weight" else spread

    def hidden(self, tokens: Tensor) -> Tensor:
        """What the output matrix is applied to: batch x length x embedding."""
        length = tokens.shape[1]
        x = self.token_embd(tokens)
        for block in self.blk:
            x = block(x, self.cos[:length], self.sin[:length])
        return self.output_norm(x)

    def forward(self, tokens: Tensor) -> Tensor:
        """Logits, batch x length x vocabulary, of tokens, batch x length."""
        return self.output(self.hidden(tokens))
