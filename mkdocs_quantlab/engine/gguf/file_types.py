"""What `general.file_type` says: one number for a whole file, the recipe that it was quantized with.

Source: llama.cpp's `include/llama.h: enum llama_ftype`.
"""

from __future__ import annotations

import re

from mkdocs_quantlab.engine.ggml.types import TYPES

FILE_TYPES = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K",
    11: "Q3_K_S", 12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S", 17: "Q5_K_M",
    18: "Q6_K", 19: "IQ2_XXS", 20: "IQ2_XS", 21: "Q2_K_S", 22: "IQ3_XS", 23: "IQ3_XXS", 24: "IQ1_S",
    25: "IQ4_NL", 26: "IQ3_S", 27: "IQ3_M", 28: "IQ2_S", 29: "IQ2_M", 30: "IQ4_XS", 31: "IQ1_M",
    32: "BF16", 36: "TQ1_0", 37: "TQ2_0", 38: "MXFP4_MOE", 39: "NVFP4", 40: "Q1_0", 41: "Q2_0",
}  # fmt: skip
"""Names by number."""

GUESSED = 1024
"""Added to the number where whoever wrote it did not know."""

_OWN = {"IQ2_S": "IQ2_XS", "IQ2_M": "IQ2_S", "IQ3_XS": "IQ3_S", "IQ3_M": "IQ3_S"}


def base_type(name: str) -> str:
    """The ggml type that a file type stores matrices in, but those that its rules give another.

    Source: llama.cpp's `src/llama-quant.cpp`, where each file type is given its default type.
    """
    return _OWN.get(name) or (name if name in TYPES else re.sub(r"_(S|M|L|MOE)$", "", name))
