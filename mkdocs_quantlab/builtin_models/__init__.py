"""The models that come with the package: a small one that draws, its uneven twin, and both in many formats.

    >>> from mkdocs_quantlab.builtin_models import data, names
    >>> names()[:3]
    ('drawing:F16', 'drawing:Q8_0', 'drawing:Q6_K')
    >>> data("drawing:Q8_0")[:4]
    b'GGUF'

Two files are in the package: the model in 16 bits, and an importance matrix. All others are functions of these two, made when
they are first asked for and kept in the user's cache. They are the bytes that llama.cpp's `llama-quantize` writes (tests
compare them).

- `drawing:` is the model as it was trained.
- `drawing-uneven:` is the same function with other weights: some channels were made larger on purpose, by powers of two that
  the next matrix undoes (`uneven.py`). It draws the same in 16 bits, and suffers more from few bits, as large models with outlier
  channels do.
- `-imatrix` at the end: quantized with the importance matrix.
"""

from __future__ import annotations

from mkdocs_quantlab.builtin_models.files import (
    MODELS,
    BuiltinModelError,
    check,
    data,
    is_builtin,
    names,
    path,
    sums,
)

__all__ = ["MODELS", "BuiltinModelError", "check", "data", "is_builtin", "names", "path", "sums"]
