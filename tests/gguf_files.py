"""Small GGUF files, written by gguf with our encoders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gguf
import numpy as np

from mkdocs_quantlab.measure import quantize

if TYPE_CHECKING:
    from pathlib import Path

SHAPES = {"attn_norm": (256,), "attn_q": (256, 256), "attn_v": (64, 256), "ffn_down": (256, 512)}
"""Tensors of a layer, in numpy's order."""


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
    rng = np.random.default_rng(7)
    writer = gguf.GGUFWriter(path, architecture, split_max_tensors=tensors_a_part)
    writer.add_block_count(layers)
    if file_type is not None:
        writer.add_file_type(file_type)
    writer.add_token_list([f"word {i}" for i in range(words)])
    for key, text in texts.items():
        writer.add_string(key.replace("__", "."), text)

    def add(name: str, shape: tuple[int, ...], type_: str) -> None:
        values = rng.standard_normal(shape, dtype=np.float32) * np.float32(0.02)
        type_ = (more or {}).get(name, type_)
        data = values if type_ == "F32" else quantize(values, type_)
        writer.add_tensor(name, data, raw_dtype=gguf.GGMLQuantizationType[type_])

    add("token_embd.weight", (words, 256), "Q6_K" if base != "F32" else "F32")
    for layer in range(layers):
        for kind, shape in SHAPES.items():
            add(f"blk.{layer}.{kind}.weight", shape, "F32" if len(shape) == 1 else base)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
