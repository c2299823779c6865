"""Importance matrices in llama.cpp's GGUF layout: of each matrix the sums of squares of its inputs, and how many were summed.

Source: llama.cpp's `tools/imatrix/imatrix.cpp: save_imatrix` and `tools/quantize/quantize.cpp: load_imatrix`.
"""

from __future__ import annotations

from array import array
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.engine.ggml.types import TYPES
from mkdocs_quantlab.engine.gguf.errors import GgufError
from mkdocs_quantlab.engine.gguf.header import Array, Tensor
from mkdocs_quantlab.engine.gguf.ranges import read_stream
from mkdocs_quantlab.engine.gguf.writer import write

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mkdocs_quantlab.engine.gguf.header import Value

SUMS = ".in_sum2"
COUNTS = ".counts"


class Imatrix(NamedTuple):
    """What a quantizer takes of an importance matrix."""

    file: str
    """The file's name, which llama-quantize notes in what it writes."""
    dataset: str
    """What the inputs came from; it is noted as well."""
    chunks: int
    """Number of texts."""
    importance: dict[str, array[float]]
    """Of each matrix, the mean square of each input, in float32."""


def read_imatrix(content: bytes, file: str) -> Imatrix:
    """What is in a file.

    Args:
        content: The file.
        file: Its name.

    Raises:
        GgufError: It is no importance matrix.
    """
    header = read_stream(BytesIO(content))
    if header.metadata.get("general.type") != "imatrix":
        raise GgufError(f"{file} is no importance matrix: its `general.type` is not `imatrix`")
    datasets, chunks = (header.metadata.get(f"imatrix.{k}") for k in ("datasets", "chunk_count"))
    if not isinstance(datasets, Array) or not datasets.values or not isinstance(chunks, int):
        raise GgufError(f"{file} does not say from what and how many texts it was made")
    values: dict[str, array[float]] = {}
    for tensor in header.tensors:
        start = header.data_start + tensor.offset
        values[tensor.name] = array("f", content[start : start + (tensor.size or 0)])
    importance = {}
    for name, sums in values.items():
        if name.endswith(SUMS):
            matrix = name.removesuffix(SUMS)
            (count,) = values[matrix + COUNTS]
            importance[matrix] = array("f", (total / count for total in sums))
    return Imatrix(file, str(datasets.values[0]), chunks, importance)


def write_imatrix(
    sums: Mapping[str, tuple[array[float], int]], dataset: str, chunks: int, chunk_size: int
) -> bytes:
    """A file with an importance matrix.

    Args:
        sums: Of each matrix the sum of squares of each input, and the number of inputs that were summed.
        dataset: What they came from.
        chunks: Number of texts.
        chunk_size: Tokens of a text, at most.
    """
    metadata: dict[str, Value] = {
        "general.type": "imatrix",
        "imatrix.datasets": Array("string", 1, 8 + len(dataset.encode()), (dataset,)),
        "imatrix.chunk_count": chunks,
        "imatrix.chunk_size": chunk_size,
    }
    types = dict(zip(metadata, ("string", "array", "uint32", "uint32"), strict=True))
    f32 = TYPES["F32"].id
    tensors = []
    for name, (total, count) in sorted(sums.items()):
        tensors.append((Tensor(name + SUMS, (len(total), 1), f32, 0), total.tobytes()))
        counted = array("f", (count,)).tobytes()
        tensors.append((Tensor(name + COUNTS, (1, 1), f32, 0), counted))
    return write(metadata, types, tensors)
