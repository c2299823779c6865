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

    from mkdocs_quantlab.engine.gguf.header import Header, Value

SUMS = ".in_sum2"
COUNTS = ".counts"
LARGEST = 3.4028234663852886e38
"""The largest number of float32."""


class Imatrix(NamedTuple):
    """What a quantizer takes of an importance matrix."""

    file: str
    """The file's name, which llama-quantize notes in what it writes."""
    dataset: str | None
    """What the inputs came from; it is noted as well. None where the file does not say."""
    chunks: int
    """Number of texts."""
    importance: dict[str, array[float]]
    """Of each matrix, the mean square of each input, in float32; of stacked matrices those of one behind those of the other."""


def read_imatrix(content: bytes, file: str) -> Imatrix:
    """What is in a file. What llama-quantize takes is taken: inputs that were never seen are of importance 1.

    Args:
        content: The file.
        file: Its name.

    Raises:
        GgufError: It is no importance matrix.
    """
    header = read_stream(BytesIO(content))
    if header.big_endian:
        raise GgufError("the file is big-endian; only little-endian files can be read")
    if header.metadata.get("general.type") != "imatrix":
        raise GgufError("it is no importance matrix: its `general.type` is not `imatrix`")
    datasets, chunks = (header.metadata.get(f"imatrix.{k}") for k in ("datasets", "chunk_count"))
    if not isinstance(datasets, Array) or datasets.values is None or not isinstance(chunks, int):
        raise GgufError("it does not say from what and how many texts it was made")
    tensors = {tensor.name: tensor for tensor in header.tensors}
    importance = {}
    for name, sums in tensors.items():
        if not name.endswith(SUMS):
            continue
        matrix = name.removesuffix(SUMS)
        counts = tensors.get(matrix + COUNTS)
        if counts is None:
            raise GgufError(f"`{matrix}` has sums, and no counts of what was summed")
        values = [_floats(content, header, each) for each in (sums, counts)]
        importance[matrix] = _means(matrix, sums, *values)
    if not importance:
        raise GgufError("it has sums for no matrix")
    dataset = str(datasets.values[0]) if datasets.values else None
    return Imatrix(file, dataset, chunks, importance)


def _floats(content: bytes, header: Header, tensor: Tensor) -> array[float]:
    if tensor.type_name != "F32":
        raise GgufError(f"`{tensor.name}` is {tensor.type_name}; it has to be F32")
    start = header.data_start + tensor.offset
    return array("f", content[start : start + (tensor.size or 0)])


def _means(matrix: str, sums: Tensor, totals: array[float], counts: array[float]) -> array[float]:
    """The mean squares: there is one count for each of the stacked matrices, of experts for example."""
    width = sums.shape[0] if sums.shape else 1
    stacked = sums.shape[1] if len(sums.shape) > 1 else 1
    if len(totals) != width * stacked or len(counts) < stacked:
        raise GgufError(
            f"`{matrix}` has {len(totals):,} sums in the shape {sums.shape}, and {len(counts):,} counts; "
            "each row of sums takes one count"
        )
    means = array("f")
    for row in range(stacked):
        count = counts[row]
        for total in totals[row * width : (row + 1) * width]:
            mean = total / count if count > 0 else 1.0
            # A sum that float32 cannot hold is infinite when it is stored.
            if not 0 <= mean <= LARGEST:
                raise GgufError(
                    f"`{matrix}` has an importance of {mean:g}; they are finite and not negative"
                )
            means.append(mean)
    return means


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
