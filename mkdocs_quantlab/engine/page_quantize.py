"""A model quantized in the page: what workers of their own call. Apart from `page`, because few pages do."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from mkdocs_quantlab.engine.core.live_code import EditError, edited
from mkdocs_quantlab.engine.core.numbers import volume
from mkdocs_quantlab.engine.core.resources import Sources
from mkdocs_quantlab.engine.core.schema import OptionError
from mkdocs_quantlab.engine.gguf.errors import GgufError
from mkdocs_quantlab.engine.gguf.quantize import (
    Piece,
    encoded,
    prepare,
    read,
    read_everything,
    stored,
)
from mkdocs_quantlab.engine.methods.challenge import BLOCK, size_of
from mkdocs_quantlab.engine.methods.schemes import read_back
from mkdocs_quantlab.engine.page_files import to_bytes
from mkdocs_quantlab.engine.widgets.gguf_quantize.widget import Options
from mkdocs_quantlab.engine.widgets.quantization_grid_explorer import widget as explorer

if TYPE_CHECKING:
    from mkdocs_quantlab.engine.gguf.model import Model
    from mkdocs_quantlab.engine.gguf.quantize import Job


def plan_pieces(options: str, sources: str, file: Any) -> str:
    """What is to be done to a file.

    Args:
        options: The widget's, as a JSON object of texts.
        sources: What the figure came with, as `Sources.to_json` gives it.
        file: All bytes of the model's file, as JavaScript's bytes.

    Returns:
        JSON: `head`, the new file's beginning in base64; `pieces`, each as `quantize.Piece`; `name`, `size` and `note` of the new file;
        `seconds` that one worker takes, about. Or `{"message": ...}` where the options are not taken, or the file is not what the
        figure was drawn from.
    """
    try:
        given = Options(json.loads(options), Sources(**json.loads(sources)))
        model = given.described()
        try:
            job = _job(given, model, to_bytes(file))
        except GgufError as error:
            raise OptionError(f"{model.file}: {error}", "model") from None
    except OptionError as error:
        return json.dumps({"message": str(error)})
    bits = 8 * sum(tensor.size or 0 for tensor in job.tensors) / max(1, model.parameters)
    stem = re.sub(r"[-.](F16|BF16|F32)$", "", model.file.removesuffix(".gguf"), flags=re.IGNORECASE)
    # A mixture is no recipe, and is not called one.
    kind = f"{bits:.2f}-bits" if given.types else given.recipe
    return json.dumps(
        {
            "head": b64encode(job.head).decode(),
            "pieces": job.pieces,
            "name": f"{stem}-{kind}.gguf",
            "size": job.size,
            "note": f"quantized in this page: {volume(job.size)}, {bits:.2f} bits per weight",
            "seconds": job.seconds,
        }
    )


def _job(given: Options, model: Model, data: bytes | memoryview) -> Job:
    header = read_everything(lambda start, stop: data[start:stop], len(data))
    if header.tensors != model.tensors:
        raise GgufError("it has other tensors than when this page was made; reload the page")
    return prepare(header, given.recipe, given.types)


def encode_piece(piece: str, data: Any) -> list[Any]:
    """One piece.

    Args:
        piece: It, as `plan_pieces` gave it.
        data: Its bytes in the old file, as JavaScript's bytes.

    Returns:
        The bytes, and JSON: `noise` and `power` as `quantize.Encoded` has them, or `message` where the weights cannot be stored.
    """
    try:
        made = encoded(Piece(*json.loads(piece)), bytes(to_bytes(data)))
    except GgufError as error:
        return [b"", json.dumps({"message": str(error)})]
    return [made.data, json.dumps({"noise": made.noise, "power": made.power})]


def own_weights(piece: str, data: Any) -> str:
    """The weights of a piece for the reader's `encode`, which another interpreter runs.

    Args:
        piece: As for `encode_piece`.
        data: As for `encode_piece`.

    Returns:
        JSON: `own`, blocks of weights as `engine.methods.challenge` takes them; or `message`.
    """
    try:
        weights = read(Piece(*json.loads(piece)), bytes(to_bytes(data)))
    except GgufError as error:
        return json.dumps({"message": str(error)})
    starts = range(0, len(weights), BLOCK)
    return json.dumps({"own": [list(weights[start : start + BLOCK]) for start in starts]})


def own_stored(piece: str, blocks: str, decoded: str, data: Any) -> list[Any]:
    """A piece as the reader's code left it.

    Args:
        piece: As for `encode_piece`.
        blocks: What the reader's `encode` gave, as JSON.
        decoded: What the reader's `decode` made of it, as JSON.
        data: As for `encode_piece`.

    Returns:
        As `encode_piece`, with the bytes of the reader's blocks as `size`.
    """
    # JavaScript, which they came through, has no whole floats.
    values = [float(value) for block in json.loads(decoded)["own"] for value in block]
    try:
        made = stored(Piece(*json.loads(piece)), bytes(to_bytes(data)), values)
    except GgufError as error:
        return [b"", json.dumps({"message": str(error)})]
    size = size_of([bytes.fromhex(block) for block in json.loads(blocks)["own"]])
    return [made.data, json.dumps({"noise": made.noise, "power": made.power, "size": size})]


def scheme_stored(piece: str, options: str, code: str, data: Any) -> list[Any]:
    """A piece, a whole tensor, as a toy layer's explorer would store it.

    Args:
        piece: As for `encode_piece`.
        options: The explorer's, as a JSON object of texts; its scheme, bits and weights per scale count, its own weights do not.
        code: The reader's code in place of the scheme's, or the empty text.
        data: As for `encode_piece`.

    Returns:
        As `encode_piece`, with the bytes that the scheme would take as `size`.
    """
    try:
        given = explorer.Options(json.loads(options), Sources())
        whole, before = Piece(*json.loads(piece)), bytes(to_bytes(data))
        weights = read(whole, before)
        scheme, block = explorer.scheme_at(given.scheme, given.bits), given.per_scale(len(weights))
        with edited(explorer.EDITABLE.of(given), code) if code else nullcontext():
            values, bits = read_back(scheme, weights, given.bits, block)
        made = stored(whole, before, values)
    except EditError as error:
        where = f"line {error.line} of " if error.line else ""
        return [b"", json.dumps({"message": f"{where}your code in the explorer: {error}"})]
    except (GgufError, OptionError) as error:
        return [b"", json.dumps({"message": str(error)})]
    return [made.data, json.dumps({"noise": made.noise, "power": made.power, "size": bits / 8})]
