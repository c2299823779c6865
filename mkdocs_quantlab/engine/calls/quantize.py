"""A model quantized in the page: what is to be done to its file, and one piece of it after another, in workers of their own."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.core.live_code import EditError, parse
from mkdocs_quantlab.engine.core.numbers import volume
from mkdocs_quantlab.engine.core.resources import Resources
from mkdocs_quantlab.engine.core.schema import OptionError
from mkdocs_quantlab.engine.gguf.errors import GgufError
from mkdocs_quantlab.engine.gguf.quantize import (
    CUSTOM,
    SCHEME,
    Encoded,
    encoded,
    prepare,
    read,
    read_everything,
    stored,
)
from mkdocs_quantlab.engine.methods.challenge import BLOCK, read_run, size_of
from mkdocs_quantlab.engine.methods.schemes import quantize_dequantize
from mkdocs_quantlab.engine.widgets.gguf_quantize.widget import Options
from mkdocs_quantlab.engine.widgets.quantization_grid_explorer import widget as explorer
from mkdocs_quantlab.engine.widgets.quantization_grid_explorer.live import read_tensor, tensor

if TYPE_CHECKING:
    from mkdocs_quantlab.engine.core import protocol
    from mkdocs_quantlab.engine.gguf.model import Model
    from mkdocs_quantlab.engine.gguf.quantize import Job

LIVE_TARGETS: list[protocol.LiveTarget] = [
    {
        "target": CUSTOM,
        "widget": "quantization-challenge",
        "always": True,
        "missing": "no_format",
    },
    {
        "target": SCHEME,
        "widget": "quantization-grid-explorer",
        "always": False,
        "missing": "no_scheme",
    },
]
"""What other widgets of the page make."""


def plan_quantization(given: protocol.PlanQuantization, data: bytes) -> protocol.QuantizationPlan:
    """Plans what has to be done to a model's file.

    Args:
        given: Options, and what the figure came with.
        data: All bytes of the file.

    Raises:
        OptionError: The options are not taken, or the file is not what the figure was drawn from.
    """
    resources = Resources.from_json(given["resources"]) if given["resources"] else None
    options = Options(given["options"], resources)
    model = options.described()
    try:
        job = _job(options, model, data)
    except GgufError as error:
        raise OptionError(f"{model.file}: {error}", "model") from None
    bits = 8 * sum(tensor.size or 0 for tensor in job.tensors) / max(1, model.parameters)
    stem = re.sub(r"[-.](F16|BF16|F32)$", "", model.file.removesuffix(".gguf"), flags=re.IGNORECASE)
    # A mixture is no recipe, and is not called one.
    kind = f"{bits:.2f}-bits" if options.types else options.recipe
    targets = {piece["target"] for piece in job.pieces}
    return {
        "head": b64encode(job.head).decode(),
        "pieces": list(job.pieces),
        "name": f"{stem}-{kind}.gguf",
        "size": job.size,
        "note": f"quantized in this page: {volume(job.size)}, {bits:.2f} bits per weight",
        "seconds": job.seconds,
        "live": [each for each in LIVE_TARGETS if each["target"] in targets],
    }


def _job(given: Options, model: Model, data: bytes) -> Job:
    header = read_everything(lambda start, stop: data[start:stop], len(data))
    if header.tensors != model.tensors:
        raise GgufError("it has other tensors than when this page was made; reload the page")
    return prepare(header, given.recipe, given.types)


def encode_piece(given: protocol.PieceOnly, data: bytes) -> tuple[protocol.PieceLoss, bytes]:
    """Encodes a piece in a type of ggml; gives its bytes in the new file.

    Raises:
        GgufError: A weight is not finite.
    """
    return _with_loss(encoded(given["piece"], data), None)


def piece_inputs(given: protocol.PieceInputs, data: bytes) -> protocol.LiveInputs:
    """Says what the reader's code works on, of the widget that makes the piece's target.

    Raises:
        GgufError: A weight is not finite.
        OptionError: The widget's options are not taken.
    """
    piece = given["piece"]
    weights = read(piece, data)
    if piece["target"] == CUSTOM:
        starts = range(0, len(weights), BLOCK)
        return {
            "inputs": json.dumps(
                {CUSTOM: [list(weights[start : start + BLOCK]) for start in starts]}
            )
        }
    options = explorer.Options(given["options"], Resources())
    return {"inputs": None if options.bits == 16 else json.dumps(tensor(options, weights))}


def store_values(given: protocol.StoreValues, data: bytes) -> tuple[protocol.PieceLoss, bytes]:
    """Stores a piece as the reader's code left it; gives its bytes in the new file.

    Raises:
        EditError: The code gave something else than the weights of the piece.
        GgufError: A weight cannot be stored.
    """
    piece = given["piece"]
    values = [parse(text) for text in given["run"]["values"]]
    if piece["target"] == CUSTOM:
        if len(values) != 2:
            raise EditError("your code returned no blocks or no weights", None)
        blocks, decoded = read_run(json.loads(given["run"]["inputs"]), *values)
        size: float = size_of([bytes.fromhex(block) for block in blocks[CUSTOM]])
        back = [value for block in decoded[CUSTOM] for value in block]
    else:
        if len(values) != 1:
            raise EditError("your code returned no weights", None)
        back, bits = read_tensor(values[0], piece["weights"])
        size = bits / 8
    return _with_loss(stored(piece, data, back), size)


def store_by_scheme(given: protocol.StoreByScheme, data: bytes) -> tuple[protocol.PieceLoss, bytes]:
    """Stores a piece, a whole tensor, as a toy layer's explorer would; gives its bytes in the new file.

    Raises:
        GgufError: A weight cannot be stored.
        OptionError: The explorer's options are not taken.
    """
    options = explorer.Options(given["options"], Resources())
    piece = given["piece"]
    weights = read(piece, data)
    scheme = explorer.scheme_at(options.scheme, options.bits)
    values, bits = quantize_dequantize(
        scheme, weights, options.bits, options.per_scale(len(weights))
    )
    return _with_loss(stored(piece, data, values), bits / 8)


def _with_loss(made: Encoded, size: float | None) -> tuple[protocol.PieceLoss, bytes]:
    return {"noise": made.noise, "power": made.power, "size": size}, made.data
