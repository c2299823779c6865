"""Which types llama.cpp's quantizer gave the tensors of small models, for platforms on which it is not at hand.

`python -m tests.oracle.recipes` writes the file anew, out of files that llama.cpp wrote; with names of cases it prints
these. Rows are as long as in a model
that the rules tell apart, but few: the rules ask for names, row lengths and metadata.
"""

from __future__ import annotations

import json
import sys
import tempfile
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.engine.gguf.file_types import FILE_TYPES, RECIPES
from mkdocs_quantlab.engine.gguf.header import Tensor, place
from mkdocs_quantlab.engine.gguf.model import Model

if TYPE_CHECKING:
    from collections.abc import Iterable

FILE = Path(__file__).with_name("recipes.json")
NUMBERS = {name: number for number, name in FILE_TYPES.items()}


class Case(NamedTuple):
    layers: int = 8
    architecture: str = "llama"
    heads: int = 8
    kv_heads: int = 2
    experts: int = 0
    tied: bool = False
    rows: int = 256
    """Row length of all matrices but ffn_down."""
    down: int = 512
    """Row length of ffn_down."""
    qkv: str = "attn_q attn_k attn_v"
    attention_every: int = 1
    """Only each so many layers have attention."""
    more: tuple[str, ...] = ()
    """Further tensors, of two rows."""

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """`ne` by name, in the order of a file."""
        matrix, stack = (self.rows, 2), (self.experts,) if self.experts else ()
        experts = "_exps" if self.experts else ""
        found = {"token_embd.weight": matrix} | dict.fromkeys(self.more, matrix)
        for i in range(self.layers):
            layer = {"attn_norm": (self.rows,)}
            if i % self.attention_every == 0:
                layer |= dict.fromkeys((*self.qkv.split(), "attn_output"), matrix)
            layer["ffn_norm"] = (self.rows,)
            if self.experts:
                layer["ffn_gate_inp"] = (self.rows, self.experts)
            layer |= dict.fromkeys((f"ffn_gate{experts}", f"ffn_up{experts}"), (*matrix, *stack))
            layer[f"ffn_down{experts}"] = (self.down, 2, *stack)
            found |= {f"blk.{i}.{kind}.weight": shape for kind, shape in layer.items()}
        found["output_norm.weight"] = (self.rows,)
        return found if self.tied else found | {"output.weight": matrix}

    def numbers(self) -> dict[str, int]:
        """Metadata without the architecture's name."""
        found = {
            "block_count": self.layers,
            "context_length": 64,
            "embedding_length": 32 * self.heads,
            "feed_forward_length": 512,
            "attention.head_count": self.heads,
            "attention.head_count_kv": self.kv_heads,
            "rope.dimension_count": 32,
        }
        if self.experts:
            found |= {"expert_count": self.experts, "expert_used_count": 2}
        return found

    def model(self) -> Model:
        """The model as our reader would give it."""
        metadata = {"general.architecture": self.architecture}
        metadata |= {f"{self.architecture}.{key}": n for key, n in self.numbers().items()}
        tensors = tuple(Tensor(n, shape, 0, 0) for n, shape in self.shapes().items())
        return Model("case", "case.gguf", 1, 0, 3, False, metadata, {}, tensors)


CASES = {
    "2 layers": Case(layers=2),
    "8 layers": Case(),
    "32 layers, tied": Case(layers=32, tied=True),
    "21 layers, heads share 2": Case(layers=21, kv_heads=4),
    "every head its own": Case(kv_heads=8),
    "tied, heads share 8": Case(tied=True, kv_heads=1),
    "70B": Case(layers=80, kv_heads=1),
    "rows of 96": Case(rows=96),
    "rows of 96, tied": Case(rows=96, tied=True),
    "rows of 72": Case(rows=72),
    "down of 352": Case(down=352),
    "8 experts": Case(experts=8),
    "4 experts, heads share 2": Case(experts=4, kv_heads=4),
    "16 experts, 16 layers": Case(experts=16, layers=16, kv_heads=4),
    "fused": Case(qkv="attn_qkv", kv_heads=8),
    "fused, one value head": Case(qkv="attn_qkv", kv_heads=1),
    "falcon": Case(architecture="falcon", qkv="attn_qkv", kv_heads=1, layers=32),
    "latent values": Case(qkv="attn_q attn_kv_a_mqa attn_kv_b"),
    "attention in every third layer": Case(layers=24, attention_every=3),
    "qwen2, others": Case(
        architecture="qwen2",
        tied=True,
        more=("per_layer_token_embd.weight", "blk.0.ssm_conv1d.weight", "blk.1.attn_q.bias"),
    ),
}


def short(types: dict[str, int]) -> str:
    """Types by kind of tensor and by layer, runs counted: `12*4 14`."""
    order = sorted(types, key=lambda name: (place(name).kind, place(name).layer))
    runs = [(number, len(list(run))) for number, run in groupby(types[name] for name in order)]
    return " ".join(f"{number}*{n}" if n > 1 else str(number) for number, n in runs)


def _write(path: Path, case: Case) -> None:
    import gguf
    import numpy as np

    rng = np.random.default_rng(1)
    writer = gguf.GGUFWriter(path, case.architecture)
    for key, number in case.numbers().items():
        writer.add_uint32(f"{case.architecture}.{key}", number)
    for key in ("layer_norm_rms_epsilon", "layer_norm_epsilon"):
        writer.add_float32(f"{case.architecture}.attention.{key}", 1e-5)
    writer.add_vocab_size(32)
    for name, shape in case.shapes().items():
        writer.add_tensor(name, rng.standard_normal(shape[::-1], dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def measure(names: Iterable[str]) -> dict[str, dict[str, list[str | None]]]:
    """By case and recipe, without and with importance matrix; None where llama.cpp refuses."""
    from tests.oracle.llama_quantize import Quantizer

    quantizer = Quantizer()
    found: dict[str, dict[str, list[str | None]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "source.gguf"), Path(folder, "target.gguf")
        for name in names:
            case = CASES[name]
            _write(source, case)
            importance = {
                tensor: [1.0] * (shape[0] * (shape[2] if len(shape) > 2 else 1))
                for tensor, shape in case.shapes().items()
            }
            found[name] = {
                recipe: [
                    short(quantizer.types(target))
                    if quantizer.write(source, target, NUMBERS[recipe], given)
                    else None
                    for given in (None, importance)
                ]
                for recipe in RECIPES
            }
    return found


if __name__ == "__main__":
    asked = sys.argv[1:]
    text = json.dumps(measure(asked or CASES), indent=0) + "\n"
    if asked:
        sys.stdout.write(text)
    else:
        FILE.write_text(text, encoding="utf-8")
