"""Writes the built-in models with llama.cpp's own quantizer, and prints the digest of each: a process of its own.

python -m tests.models.as_llama_quantize [NAME ...]
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from pathlib import Path

from mkdocs_quantlab.builtin_models.files import names
from mkdocs_quantlab.builtin_models.made import imatrix_of, make
from mkdocs_quantlab.engine.gguf.file_types import FILE_TYPES
from tests.oracle.llama_quantize import Quantizer

NUMBERS = {name: number for number, name in FILE_TYPES.items()}


def digests(asked):
    quantizer = Quantizer()
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "source.gguf"), Path(folder, "target.gguf")
        for name in asked:
            model, _, recipe = name.partition(":")
            source.write_bytes(make(f"{model}:F16"))
            importance = notes = None
            if recipe.endswith("-imatrix"):
                # As tools/quantize/quantize.cpp notes it.
                imatrix = imatrix_of(model)
                importance = imatrix.importance
                notes = {
                    "quantize.imatrix.file": imatrix.file,
                    "quantize.imatrix.dataset": imatrix.dataset,
                    "quantize.imatrix.entries_count": len(importance),
                    "quantize.imatrix.chunks_count": imatrix.chunks,
                }
            number = NUMBERS[recipe.removesuffix("-imatrix")]
            assert quantizer.write(source, target, number, importance, notes), name
            found[name] = hashlib.sha256(target.read_bytes()).hexdigest()
    return found


if __name__ == "__main__":
    wanted = sys.argv[1:] or [name for name in names() if not name.endswith(":F16")]
    sys.stdout.write(json.dumps(digests(wanted)))
