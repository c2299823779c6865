"""What llama.cpp's quantizer makes of small files: the digests of the files that it writes, as JSON.

    python -m tests.oracle.quantized FOLDER

A process of its own, as `llama_quantize` has to be.
"""

from __future__ import annotations

import hashlib
import json
import random
import struct
import sys
from pathlib import Path

from mkdocs_quantlab.engine.ggml.types import TYPES
from mkdocs_quantlab.engine.gguf.file_types import FILE_TYPES
from mkdocs_quantlab.engine.gguf.header import Array, Tensor
from mkdocs_quantlab.engine.gguf.writer import write
from tests.oracle.recipes import Case

CASES = {
    "two layers": Case(layers=2),
    "tied, rows that do not fit": Case(layers=2, tied=True, rows=96, down=352),
}
RECIPES = "F16 BF16 Q8_0 Q6_K Q5_1 Q5_K_M Q5_0 Q4_1 Q4_K_M Q4_K_S Q4_0 IQ4_NL IQ4_XS Q3_K_M Q3_K_S Q2_K TQ2_0 TQ1_0".split()


def source(case: Case, seed: int = 1, rows: int = 1) -> bytes:
    """A model of random weights: matrices in 16 bits, vectors in 32, in the order of a converter.

    Args:
        case: Its tensors and metadata.
        seed: Of the weights.
        rows: How many times as many rows matrices have.
    """
    rng = random.Random(seed)
    metadata = {
        "general.architecture": case.architecture,
        "general.file_type": 1,
        **{f"{case.architecture}.{key}": number for key, number in case.numbers().items()},
        f"{case.architecture}.attention.layer_norm_rms_epsilon": 1e-5,
        f"{case.architecture}.vocab_size": 32,
        "some.words": Array("string", 2, 0, ("späte", "")),
    }
    types = dict.fromkeys(metadata, "uint32") | {
        "general.architecture": "string",
        f"{case.architecture}.attention.layer_norm_rms_epsilon": "float32",
        "some.words": "array",
    }
    tensors = []
    for name, shape in case.shapes().items():
        type_ = TYPES["F32" if len(shape) == 1 else "F16"]
        longer = (shape[0], shape[1] * rows) if len(shape) > 1 else shape
        tensor = Tensor(name, longer, type_.id, 0)
        drawn = [rng.gauss(0, 0.05) for _ in range(tensor.parameters)]
        code = "f" if type_.name == "F32" else "e"
        tensors.append((tensor, struct.pack(f"<{len(drawn)}{code}", *drawn)))
    return write(metadata, types, tensors)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def main() -> None:
    from tests.oracle.llama_quantize import Quantizer

    quantizer = Quantizer()
    numbers = {name: number for number, name in FILE_TYPES.items()}
    target = Path(sys.argv[1], "target.gguf")
    found = {}
    for name, case in CASES.items():
        given = Path(sys.argv[1], "source.gguf")
        given.write_bytes(source(case))
        for recipe in RECIPES:
            if not quantizer.write(given, target, numbers[recipe], None):
                sys.exit(f"llama.cpp refuses {recipe} of {name}")
            found[f"{name}: {recipe}"] = digest(target.read_bytes())
    print(json.dumps(found))


if __name__ == "__main__":
    main()
