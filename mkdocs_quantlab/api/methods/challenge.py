"""A comparison of the reader's format with ggml's, on weights that it has not seen."""

from __future__ import annotations

from mkdocs_quantlab.engine.methods.challenge import (
    BLOCK,
    BLOCKS,
    Blocks,
    Score,
    Weights,
    decode_all,
    draw,
    encode_all,
    judge,
    read_run,
    score,
)

__all__ = [
    "BLOCK",
    "BLOCKS",
    "Blocks",
    "Score",
    "Weights",
    "decode_all",
    "draw",
    "encode_all",
    "judge",
    "read_run",
    "score",
]
