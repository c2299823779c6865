"""Makes the files in docs/models: one tiny model of random weights, as four recipes of llama.cpp store it.

    python docs/demo_models.py [FOLDER]

The same bytes each time: weights are drawn from a seed, and written by our encoders.
"""

from __future__ import annotations

import string
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import gguf
import numpy as np

from mkdocs_quantlab.engine.gguf.file_types import FILE_TYPES
from mkdocs_quantlab.engine.gguf.recipes import plan
from mkdocs_quantlab.engine.gguf.shapes import Shape
from mkdocs_quantlab.fast import quantize

if TYPE_CHECKING:
    from mkdocs_quantlab.engine.gguf.model import Model

RECIPES = ("F16", "Q8_0", "Q4_K_M", "Q2_K")
# Rows of 256 weights, which blocks of K-quants need; everything else as small as it can be.
SHAPE = Shape(
    layers=2, embedding=256, feed_forward=256, heads=8, kv_heads=1, vocabulary=128, tied=True
)
SEED = 7
NOTE = "Random weights, made for tests and demonstrations: it has learned nothing."
TEMPLATE = "{% for message in messages %}<{{ message.role }}>{{ message.content }}</s>{% endfor %}"


def tokens() -> list[str]:
    """Special tokens, the printable characters, and some pairs of letters."""
    pairs = [a + b for a in "aeiou" for b in "nrstl"]
    words = ["<unk>", "<s>", "</s>", "\u2581", *string.printable[:95].replace(" ", "\n"), *pairs]
    return [*words, *(f"<extra {i}>" for i in range(SHAPE.vocabulary - len(words)))]


def weights() -> dict[str, np.ndarray]:
    """The weights: Gaussian, with rows and columns of different spread, and one in a thousand far out."""
    rng = np.random.default_rng(SEED)
    found = {}
    for name, shape in SHAPE.tensors():
        drawn = rng.standard_normal(shape[::-1], dtype=np.float32)
        if len(shape) == 1:
            found[name] = 1 + np.float32(0.1) * drawn
            continue
        columns, rows = shape
        drawn *= np.exp2(rng.integers(-1, 2, (rows, 1))).astype(np.float32)
        drawn *= np.exp2(rng.integers(-1, 1, (1, columns))).astype(np.float32)
        drawn[rng.random(drawn.shape) < 0.001] *= np.float32(6)
        found[name] = drawn * np.float32(0.02)
    return found


def make(folder: Path) -> None:
    """Writes the files into a folder."""
    drawn = weights()
    shape = SHAPE.model("tiny")
    for recipe in RECIPES:
        write(folder / f"tiny-llama-{recipe}.gguf", recipe, drawn, shape)


def write(path: Path, recipe: str, drawn: dict[str, np.ndarray], shape: Model) -> None:
    """Writes one file, as a recipe stores the weights."""
    writer = gguf.GGUFWriter(path, SHAPE.architecture)
    writer.add_type("model")
    writer.add_name("Tiny llama")
    writer.add_description(NOTE)
    writer.add_license("CC0-1.0")
    writer.add_context_length(512)
    for key, value in shape.metadata.items():
        if isinstance(value, int):
            writer.add_uint32(key, value)
    writer.add_rope_dimension_count(SHAPE.embedding // SHAPE.heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(SHAPE.vocabulary)
    (number,) = (number for number, name in FILE_TYPES.items() if name == recipe)
    writer.add_file_type(number)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    writer.add_tokenizer_model("llama")
    words = tokens()
    writer.add_token_list(words)
    writer.add_token_scores([float(-i) for i in range(len(words))])
    writer.add_token_types([2, 3, 3, *(1 for _ in words[3:])])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_chat_template(TEMPLATE)
    for tensor in plan(shape, recipe).tensors:
        type_ = tensor.type_name
        data = drawn[tensor.name]
        writer.add_tensor(
            tensor.name,
            data if type_ == "F32" else quantize(data, type_),
            raw_dtype=gguf.GGMLQuantizationType[type_],
        )
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    make(Path(*sys.argv[1:]) if sys.argv[1:] else Path(__file__).parent / "models")
