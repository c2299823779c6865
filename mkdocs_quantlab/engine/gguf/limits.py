"""What a GGUF header may have at most: crafted files claim more than memory holds."""

from __future__ import annotations

MAX_HEADER = 128 << 20
"""Bytes of a header; the longest that are known, with 262,144 tokens and their merges, have 18 million."""
MAX_KEYS = 100_000
"""Metadata entries, the limit of huggingface.js."""
MAX_TENSORS = 100_000
"""Tensors of a file; the largest models have some 2,000."""
MAX_NAME = 65_535
"""Bytes of a key, `gguf.md`'s limit, and of a tensor's name, which ggml takes up to 63 bytes of."""
MAX_STRING = 10_000_000
"""Bytes of a string that is no element of an array, the limit of huggingface.js."""
MAX_TEXT = 16 << 20
"""Bytes of all such strings and names together; known files have less than 1 million."""
MAX_ARRAY = 1 << 22
"""Elements of an array; the longest that is known is of 514,906 merges."""
MAX_DIMENSIONS = 8
"""Dimensions of a tensor, the limit of huggingface.js; ggml takes 4."""
MAX_NESTING = 4
"""Arrays in arrays in arrays, the limit of huggingface.js; ggml takes none in others."""
MAX_NESTED = 10_000
"""Arrays in arrays, in all: each costs as much time as hundreds of strings."""
MAX_ELEMENTS = 2**63 - 1
"""Elements of a tensor, the limit of `gguf.cpp`."""
