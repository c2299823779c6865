"""What schemes of the toy layer keep of a matrix of the built-in models, beside ggml's Q4_0; a lab prints it."""

from __future__ import annotations

import struct

from mkdocs_quantlab.builtin_models import data
from mkdocs_quantlab.builtin_models.weights import read_weights
from mkdocs_quantlab.engine.core.numbers import decibel, significant
from mkdocs_quantlab.engine.ggml.codec import decode, encode
from mkdocs_quantlab.engine.ggml.types import TYPES
from mkdocs_quantlab.engine.methods.error import snr
from mkdocs_quantlab.engine.methods.schemes import SCHEMES, quantize_dequantize

TENSOR = "blk.1.attn_output.weight"
MODELS = {"drawing": "As it was trained", "drawing-uneven": "Its uneven twin"}
ASKED = (("nf4", 64), ("fp4", 32), ("symmetric", 32))
BITS = 4


def weights(model: str) -> tuple[float, ...]:
    """The matrix, of the model in 16 bits."""
    stored = read_weights(data(f"{model}:F16")).data[TENSOR]
    return struct.unpack(f"<{len(stored) // 2}e", stored)


def schemes() -> str:
    """The table.

    Raises:
        AssertionError: It does not say what the lab says.
    """
    matrices = {model: weights(model) for model in MODELS}
    kept: dict[str, list[float]] = {"Q4_0": []}
    bits = {"Q4_0": TYPES["Q4_0"].bits_per_weight}
    for matrix in matrices.values():
        kept["Q4_0"].append(snr(matrix, decode("Q4_0", encode("Q4_0", matrix))))
    for name, block in ASKED:
        label = f"{SCHEMES[name].label}, {block} weights per scale"
        kept[label] = []
        for matrix in matrices.values():
            values, size = quantize_dequantize(SCHEMES[name], matrix, BITS, block)
            kept[label].append(snr(matrix, values))
            bits[label] = size / len(matrix)
    nf4, _, symmetric = list(kept)[1:]
    even, uneven = (kept["Q4_0"][i] - kept[nf4][i] for i in (0, 1))
    assert bits[nf4] == bits["Q4_0"]
    assert even > 0 > uneven
    assert all(a < b for a, b in zip(kept[symmetric], kept["Q4_0"], strict=True))
    lines = [f"| `{TENSOR}` | Bits per weight | {' | '.join(MODELS.values())} |"]
    lines.append("| --- | ---: | ---: | ---: |")
    lines += [
        f"| {name} | {significant(bits[name])} | {' | '.join(map(decibel, levels))} |"
        for name, levels in kept.items()
    ]
    return "\n".join(lines)
