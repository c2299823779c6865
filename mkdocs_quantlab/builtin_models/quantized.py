"""Whole models quantized by llama.cpp's recipes: the files that `llama-quantize` writes.

Source of metadata and order: llama.cpp's `src/llama-quant.cpp: llama_model_quantize_impl` and `tools/quantize/quantize.cpp`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs_quantlab.builtin_models.weights import read_weights
from mkdocs_quantlab.engine.gguf.errors import GgufError
from mkdocs_quantlab.engine.gguf.quantize import note, version_and_type
from mkdocs_quantlab.engine.gguf.recipes import plan, written_order
from mkdocs_quantlab.engine.gguf.writer import write

if TYPE_CHECKING:
    from array import array

    from mkdocs_quantlab.builtin_models.imatrix import Imatrix
    from mkdocs_quantlab.engine.gguf.header import Tensor, Value


def quantized(content: bytes, recipe: str, imatrix: Imatrix | None = None) -> bytes:
    """A model as `llama-quantize` stores it.

    Args:
        content: A file whose tensors are F16 or F32.
        recipe: One of `recipes.RECIPES`.
        imatrix: An importance matrix.

    Raises:
        GgufError: The file is broken, or no recipe can be followed with it.
    """
    source = read_weights(content)
    planned = plan(source.model, recipe, imatrix=imatrix is not None)
    encoded = {}
    before = {tensor.name: tensor for tensor in source.model.tensors}
    for tensor in planned.tensors:
        data = source.data[tensor.name]
        if tensor.type != before[tensor.name].type:
            given = _importance(before[tensor.name], imatrix)
            data = _encode(data, before[tensor.name], tensor, given)
        encoded[tensor.name] = data
    metadata, types = source.metadata, source.types
    note(metadata, types, version_and_type(recipe))
    if imatrix:
        said: dict[str, Value] = {
            "quantize.imatrix.file": imatrix.file,
            **(
                {"quantize.imatrix.dataset": imatrix.dataset} if imatrix.dataset is not None else {}
            ),
            "quantize.imatrix.entries_count": len(imatrix.importance),
            "quantize.imatrix.chunks_count": imatrix.chunks,
        }
        note(metadata, types, said)
    ordered = sorted(planned.tensors, key=written_order)
    return write(metadata, types, ((tensor, encoded[tensor.name]) for tensor in ordered))


def _importance(tensor: Tensor, imatrix: Imatrix | None) -> array[float] | None:
    """What an importance matrix has for a tensor: a value for each input, of stacked matrices for each one's.

    Raises:
        GgufError: It has another number of values: it was made with another model.
    """
    found = imatrix and imatrix.importance.get(tensor.name)
    if not imatrix or not found:
        return None
    inputs = tensor.shape[0] * (tensor.shape[2] if len(tensor.shape) > 2 else 1)
    if len(found) == inputs:
        return found
    if tensor.name == "token_embd.weight":
        return None  # as llama-quantize does: it looks rows up, and has no inputs
    raise GgufError(
        f"`{tensor.name}` has {inputs:,} inputs, and {imatrix.file} has {len(found):,} values for it: it is of another model"
    )


def _encode(data: bytes, stored: Tensor, wanted: Tensor, importance: array[float] | None) -> bytes:
    """A tensor's data in another type."""
    import numpy as np  # noqa: PLC0415  # slow to import, and most sites need no file made

    from mkdocs_quantlab.fast import dequantize, quantize  # noqa: PLC0415  # imports numpy

    weights = dequantize(memoryview(data), stored.type_name).reshape(stored.shape[::-1])
    if importance is None:
        return quantize(weights, wanted.type_name).tobytes()
    # Each of the stacked matrices has its own.
    stacked = weights if weights.ndim == 3 else weights[None]
    given = np.array(importance, np.float32).reshape(len(stacked), -1)
    return b"".join(
        quantize(each, wanted.type_name, row).tobytes()
        for each, row in zip(stacked, given, strict=True)
    )
