"""A model quantized in the page: what is to be done to its file, and one piece of it after another, in workers of their own."""

from __future__ import annotations

import re
from base64 import b64encode
from contextlib import nullcontext
from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.core.live_code import EditError, edited
from mkdocs_quantlab.engine.core.numbers import volume
from mkdocs_quantlab.engine.core.resources import Sources
from mkdocs_quantlab.engine.core.schema import OptionError
from mkdocs_quantlab.engine.gguf.errors import GgufError
from mkdocs_quantlab.engine.gguf.quantize import (
    Encoded,
    Piece,
    encoded,
    prepare,
    read,
    read_everything,
    stored,
)
from mkdocs_quantlab.engine.methods.challenge import BLOCK, size_of
from mkdocs_quantlab.engine.methods.schemes import read_back
from mkdocs_quantlab.engine.widgets.gguf_quantize.widget import Options
from mkdocs_quantlab.engine.widgets.quantization_grid_explorer import widget as explorer

if TYPE_CHECKING:
    from mkdocs_quantlab.engine.core import protocol
    from mkdocs_quantlab.engine.gguf.model import Model
    from mkdocs_quantlab.engine.gguf.quantize import Job


def plan_quantization(given: protocol.PlanQuantization, data: bytes) -> protocol.QuantizationPlan:
    """Plans what has to be done to a model's file.

    Args:
        given: Options, and what the figure came with.
        data: All bytes of the file.

    Raises:
        OptionError: The options are not taken, or the file is not what the figure was drawn from.
    """
    sources = Sources(**given["sources"]) if given["sources"] else None
    options = Options(given["options"], sources)
    model = options.described()
    try:
        job = _job(options, model, data)
    except GgufError as error:
        raise OptionError(f"{model.file}: {error}", "model") from None
    bits = 8 * sum(tensor.size or 0 for tensor in job.tensors) / max(1, model.parameters)
    stem = re.sub(r"[-.](F16|BF16|F32)$", "", model.file.removesuffix(".gguf"), flags=re.IGNORECASE)
    # A mixture is no recipe, and is not called one.
    kind = f"{bits:.2f}-bits" if options.types else options.recipe
    return {
        "head": b64encode(job.head).decode(),
        "pieces": [_as_json(piece) for piece in job.pieces],
        "name": f"{stem}-{kind}.gguf",
        "size": job.size,
        "note": f"quantized in this page: {volume(job.size)}, {bits:.2f} bits per weight",
        "seconds": job.seconds,
    }


def _job(given: Options, model: Model, data: bytes) -> Job:
    header = read_everything(lambda start, stop: data[start:stop], len(data))
    if header.tensors != model.tensors:
        raise GgufError("it has other tensors than when this page was made; reload the page")
    return prepare(header, given.recipe, given.types)


def _as_json(piece: Piece) -> protocol.Piece:
    return {
        "tensor": piece.tensor,
        "start": piece.start,
        "stop": piece.stop,
        "source": piece.source,
        "target": piece.target,
        "weights": piece.weights,
        "padding": piece.padding,
    }


def encode_piece(given: protocol.PieceOnly, data: bytes) -> tuple[protocol.PieceLoss, bytes]:
    """Encodes a piece in a type of ggml; gives its bytes in the new file.

    Raises:
        GgufError: A weight is not finite.
    """
    return _with_loss(encoded(Piece(**given["piece"]), data), None)


def piece_weights(given: protocol.PieceOnly, data: bytes) -> protocol.PieceWeights:
    """Reads the weights of a piece for the reader's `encode`, which another interpreter runs.

    Raises:
        GgufError: A weight is not finite.
    """
    weights = read(Piece(**given["piece"]), data)
    starts = range(0, len(weights), BLOCK)
    return {"weights": [list(weights[start : start + BLOCK]) for start in starts]}


def store_decoded(given: protocol.StoreDecoded, data: bytes) -> tuple[protocol.PieceLoss, bytes]:
    """Stores a piece as the reader's code left it; gives its bytes in the new file.

    Raises:
        GgufError: A weight cannot be stored.
    """
    # JavaScript, which they came through, has no whole floats.
    values = [float(value) for block in given["decoded"] for value in block]
    made = stored(Piece(**given["piece"]), data, values)
    return _with_loss(made, size_of([bytes.fromhex(block) for block in given["blocks"]]))


def store_by_scheme(given: protocol.StoreByScheme, data: bytes) -> tuple[protocol.PieceLoss, bytes]:
    """Stores a piece, a whole tensor, as a toy layer's explorer would; gives its bytes in the new file.

    Raises:
        EditError: The reader's code does not run.
        GgufError: A weight cannot be stored.
        OptionError: The explorer's options are not taken.
    """
    options = explorer.Options(given["options"], Sources())
    piece, code = Piece(**given["piece"]), given["code"]
    weights = read(piece, data)
    scheme, block = (
        explorer.scheme_at(options.scheme, options.bits),
        options.per_scale(len(weights)),
    )
    try:
        with edited(explorer.EDITABLE.of(options), code) if code else nullcontext():
            values, bits = read_back(scheme, weights, options.bits, block)
    except EditError as error:
        where = f"line {error.line} of " if error.line else ""
        raise EditError(f"{where}your code in the explorer: {error}", None) from None
    return _with_loss(stored(piece, data, values), bits / 8)


def _with_loss(made: Encoded, size: float | None) -> tuple[protocol.PieceLoss, bytes]:
    return {"noise": made.noise, "power": made.power, "size": size}, made.data
