"""Small GGUF files, written by gguf with our encoders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gguf
import numpy as np

from mkdocs_quantlab.fast import quantize

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

SHAPES = {"attn_norm": (256,), "attn_q": (256, 256), "attn_v": (64, 256), "ffn_down": (256, 512)}
"""Tensors of a layer, in numpy's order."""


def weights(layers: int = 2, words: int = 40) -> dict[str, NDArray[np.float32]]:
    """The weights that a model is made of, by tensor."""
    rng = np.random.default_rng(7)
    shapes = {"token_embd.weight": (words, 256)} | {
        f"blk.{layer}.{kind}.weight": shape
        for layer in range(layers)
        for kind, shape in SHAPES.items()
    }
    return {
        name: rng.standard_normal(shape, dtype=np.float32) * np.float32(0.02)
        for name, shape in shapes.items()
    }


def write_gguf(
    path: Path,
    base: str = "Q4_K",
    *,
    layers: int = 2,
    file_type: int | None = None,
    words: int = 40,
    architecture: str = "llama",
    more: dict[str, str] | None = None,
    tensors_a_part: int = 0,
    **texts: str,
) -> Path:
    """Writes a model of few layers.

    Args:
        path: Where to.
        base: The ggml type of all matrices but those that `more` names.
        layers: Number of layers.
        file_type: `general.file_type`, if any.
        words: Size of the vocabulary.
        architecture: `general.architecture`.
        more: Other types, by the tensor's name.
        tensors_a_part: Splits the model into files of at most so many tensors.
        texts: Metadata, with `__` for a dot.
    """
    writer = gguf.GGUFWriter(path, architecture, split_max_tensors=tensors_a_part)
    writer.add_block_count(layers)
    if file_type is not None:
        writer.add_file_type(file_type)
    writer.add_token_list([f"word {i}" for i in range(words)])
    for key, text in texts.items():
        writer.add_string(key.replace("__", "."), text)

    embedding = "F32" if base == "F32" else "Q6_K"
    for name, values in weights(layers, words).items():
        type_ = embedding if name.startswith("token_embd") else base if values.ndim > 1 else "F32"
        type_ = (more or {}).get(name, type_)
        data = values if type_ == "F32" else quantize(values, type_)
        writer.add_tensor(name, data, raw_dtype=gguf.GGMLQuantizationType[type_])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
