"""The memory that a model needs at run time: weights, KV cache and compute buffers."""

from __future__ import annotations

from mkdocs_quantlab.engine.gguf.cache import (
    BATCH,
    CACHE_TYPES,
    FULL,
    INDEXER,
    STATE,
    WINDOWED,
    Cache,
    CacheError,
    Layers,
    Part,
    Setting,
)
from mkdocs_quantlab.engine.gguf.memory import ACTIVATIONS, Buffers, Memory, Need, need_of

__all__ = [
    "ACTIVATIONS",
    "BATCH",
    "CACHE_TYPES",
    "FULL",
    "INDEXER",
    "STATE",
    "WINDOWED",
    "Buffers",
    "Cache",
    "CacheError",
    "Layers",
    "Memory",
    "Need",
    "Part",
    "Setting",
    "need_of",
]
