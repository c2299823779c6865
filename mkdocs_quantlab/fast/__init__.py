"""ggml quantization of numpy arrays: the bytes of `llama-quantize`, without a compiler.

    >>> import numpy as np
    >>> from mkdocs_quantlab.fast import accuracy, dequantize, quantize
    >>> weights = np.random.default_rng(0).standard_normal((64, 4096), dtype=np.float32)
    >>> data = quantize(weights, "Q4_K")             # uint8, (64, 2304): what a GGUF file holds
    >>> again = dequantize(data, "Q4_K")             # float32, (64, 4096)
    >>> round(accuracy(weights, "Q4_K").snr_db)
    23

What it does:

- Encodes Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, IQ4_NL, IQ4_XS, Q4_0, Q4_1, Q5_0 and Q5_1, with and without an importance
  matrix, and F16, BF16, Q8_0, TQ1_0, TQ2_0, MXFP4, NVFP4, Q1_0 and Q2_0, to which it makes no difference.
- The bytes equal those of ggml's x86-64 reference (tests compare them). A ggml that fuses multiplication and
  addition, as on ARM, differs in some blocks of the K-quants, without being better or worse.
- Decodes every type that ggml stores weights in.
- Goes through arrays in pieces: they may be memory-mapped and larger than memory, `out=` takes a memory-mapped
  result, `threads=` uses more cores.

One thread is about as fast as ggml's C on one thread, but for Q3_K, which is half as fast, and IQ4, which is
several times faster: `python -m benchmarks.quantize` prints the figures of a machine.

Nothing of MkDocs is imported.
"""

from __future__ import annotations

from mkdocs_quantlab.fast.accuracy import Accuracy, accuracy, compare
from mkdocs_quantlab.fast.codec import dequantize, quantize

__all__ = ["Accuracy", "accuracy", "compare", "dequantize", "quantize"]
