"""Quantizes a whole GGUF file, piece by piece: what the page does for a reader, and `quantlab gguf quantize` on the command line.

`prepare` looks at a file's header and says what is to be done: the new file's beginning, and pieces of the old file, each with the type
that its weights are to have. `encoded` does one piece, and knows of no other: pieces may be done in any order, by several workers. The
new file is the beginning and the encoded pieces, each with its padding.

Source of the order of tensors and of what is noted in the metadata: llama.cpp's `llama-quant.cpp: llama_model_quantize_impl`.
"""

from __future__ import annotations

import math
from operator import mul, sub
from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.engine.core.foreign import shown
from mkdocs_quantlab.engine.core.resources import Resource
from mkdocs_quantlab.engine.ggml import batch
from mkdocs_quantlab.engine.ggml.types import QK_K, TYPES, by_size
from mkdocs_quantlab.engine.gguf.errors import GgufError
from mkdocs_quantlab.engine.gguf.file_types import RECIPES, base_type, ftype_number
from mkdocs_quantlab.engine.gguf.header import Array
from mkdocs_quantlab.engine.gguf.model import Model
from mkdocs_quantlab.engine.gguf.ranges import read_ranges
from mkdocs_quantlab.engine.gguf.recipe_rules import fall_back, part_of, reason_kept
from mkdocs_quantlab.engine.gguf.recipes import plan, written_order
from mkdocs_quantlab.engine.gguf.writer import alignment, head, padding, widened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from mkdocs_quantlab.engine.core.protocol import Piece, TensorLoss
    from mkdocs_quantlab.engine.gguf.header import Header, Tensor, Value

QUANTIZATION_VERSION = 2
"""ggml's `GGML_QNT_VERSION`."""

GROUPS = (
    "token_embd output attn_q attn_k attn_v attn_output ffn_gate ffn_up ffn_down".split()
)  # fmt: skip
"""Tensor groups, as in llama.cpp's quantization rules; each may be given a type of its own."""

CHOICES = tuple(
    entry.name
    for entry in by_size(TYPES.values())
    if entry.seconds is not None and entry.bits_per_weight < TYPES["F32"].bits_per_weight
)
"""Types that a group may be given, more bits first: those that can be encoded here and that a model runs in."""

CUSTOM = "custom"
"""A group's choice in a page: what the reader's `encode` and `decode` make of its weights."""
CUSTOM_PIECE = 32 * QK_K
"""Weights of a piece that the reader's code stores."""
SCHEME = "scheme"
"""A group's choice in a page: what the scheme of an explorer makes of its weights, as the reader set and edited it."""
IN_F16 = (CUSTOM, SCHEME)
"""Choices that are stored as F16, since no other program knows the format."""

FLOATS = tuple(entry.name for entry in TYPES.values() if entry.family == "float")
"""What weights may be stored in before they are quantized."""

SECONDS = {
    **{entry.name: entry.seconds for entry in TYPES.values() if entry.seconds is not None},
    SCHEME: 9,
}
"""Seconds that the page's Python takes for a million weights, by type: `python -m benchmarks.quantize_page`. For a scheme, the affine one's."""

PIECE_SECONDS = 0.3
"""How long a piece should take. The page shows progress after each."""
MAX_PIECE_WEIGHTS = 1 << 17
"""Each weight takes some 200 bytes of memory. Pieces are whole super-blocks."""


class Job(NamedTuple):
    """What is to be done to quantize a file."""

    head: bytes
    """The new file up to its first tensor's data."""
    pieces: tuple[Piece, ...]
    """In the order of the new file."""
    tensors: tuple[Tensor, ...]
    """In the order of the new file, with the types that they have there; offsets are still those of the old one."""
    file_type: str
    """The name of the `general.file_type` that the new file has."""

    @property
    def size(self) -> int:
        """Bytes of the new file."""
        sizes = (tensor.size or 0 for tensor in self.tensors)
        return len(self.head) + sum(sizes) + sum(piece["padding"] for piece in self.pieces)

    @property
    def seconds(self) -> float:
        """How long the page takes with one worker, about."""
        return seconds(
            (piece["target"], piece["weights"])
            for piece in self.pieces
            if piece["target"] != piece["source"]
        )


class Encoded(NamedTuple):
    """What came of a piece."""

    data: bytes
    """Without padding."""
    noise: float
    """Sum of the squared errors."""
    power: float
    """Sum of the squared weights."""


class Loss(NamedTuple):
    """What a tensor lost that was quantized in the page."""

    noise: float
    """Sum of the squared errors."""
    power: float
    """Sum of the squared weights."""
    size: float | None = None
    """Bytes that it takes in the reader's format; None for a type of ggml."""


class LossesHere(Resource[dict[tuple[str, str], Loss]]):
    """What the reader quantized, by tensor and target; only the page has some."""

    kind = "quantized"

    def __init__(self) -> None:
        super().__init__()

    @staticmethod
    def pack(value: Mapping[tuple[str, str], Loss]) -> list[TensorLoss]:
        """As the page's script notes them."""
        return [
            {"tensor": tensor, "target": target, "noise": noise, "power": power, "size": size}
            for (tensor, target), (noise, power, size) in value.items()
        ]

    @staticmethod
    def unpack(packed: list[TensorLoss]) -> dict[tuple[str, str], Loss]:
        """What the page's script noted."""
        return {
            (each["tensor"], each["target"]): Loss(each["noise"], each["power"], each["size"])
            for each in packed
        }


def group_of(tensor: Tensor) -> str | None:
    """The group of `GROUPS` that a tensor belongs to; None for one that stays as it is, and for other matrices."""
    found = part_of(tensor.name)
    return found if found in GROUPS and reason_kept(tensor) is None else None


def made_here(recipe: str) -> bool:
    """Whether all types of a recipe can be encoded here, whatever the model, without an importance matrix."""
    return recipe in _MADE_HERE


_MADE_HERE = frozenset(recipe for recipe in RECIPES if TYPES[base_type(recipe)].can_encode)


def assigned(model: Model, recipe: str, types: Mapping[str, str]) -> tuple[Tensor, ...]:
    """The tensors with the types that they are to have, in the model's order.

    Args:
        model: The model.
        recipe: One of llama.cpp's, for all that `types` does not name.
        types: By group of `GROUPS`, a type for all of its matrices, or one of `IN_F16`. Where its blocks do not divide a row, llama.cpp's
            stand-in takes its place.

    Raises:
        GgufError: The model's metadata do not say what the recipe's rules ask.
    """
    found = []
    for entry in plan(model, recipe).assigned:
        tensor = entry.tensor
        wanted = types.get(group_of(tensor) or "")
        if wanted:
            type_, _ = fall_back("F16" if wanted in IN_F16 else wanted, "", tensor.shape[0])
            tensor = tensor._replace(type=TYPES[type_].id)
        found.append(tensor)
    return tuple(found)


def file_type(model: Model, tensors: Sequence[Tensor], recipe: str) -> str:
    """What `general.file_type` may say of a mixture without a lie.

    A recipe that gives every tensor just that type, the one that was asked for if it does. Else, of the recipes for the type that
    most weights have, the nearest in size: llama.cpp calls them `MOSTLY_` for that.

    Args:
        model: The model before.
        tensors: Its tensors with their new types, in any order.
        recipe: The recipe that was asked for.
    """
    types = {tensor.name: tensor.type for tensor in tensors}
    for name in (recipe, *RECIPES):
        if all(tensor.type == types[tensor.name] for tensor in plan(model, name).tensors):
            return name
    weights: dict[str, int] = {}
    for tensor in tensors:
        if reason_kept(tensor) is None:
            weights[tensor.type_name] = weights.get(tensor.type_name, 0) + tensor.parameters
    main = max(weights, key=lambda name: weights[name])
    size = sum(tensor.size or 0 for tensor in tensors)
    named = [name for name in RECIPES if base_type(name) == main]
    return min(named, key=lambda name: abs(plan(model, name).size - size))


def read_everything(fetch: Callable[[int, int], bytes | memoryview], size: int) -> Header:
    """The header of a file with all elements of all arrays, as a writer needs it: long arrays as bytes.

    Raises:
        GgufError: The file is no GGUF, broken, beyond a limit, or big-endian.
    """
    header = read_ranges(fetch, size)
    if header.big_endian:
        raise GgufError("the file is big-endian; only little-endian files can be quantized")
    metadata = header.metadata.copy()
    for key, value in header.metadata.items():
        if isinstance(value, Array) and (value.values is None or value.type == "array"):
            stop = header.ends[key]
            raw = memoryview(fetch(stop - value.size, stop))[: value.size]
            stored = widened(raw, value.type, value.length) if header.version == 1 else bytes(raw)
            metadata[key] = value._replace(raw=stored)
    return header._replace(metadata=metadata)


def prepare(header: Header, recipe: str, types: Mapping[str, str]) -> Job:
    """What is to be done to quantize a file.

    Args:
        header: The file's, from `read_everything`.
        recipe: As for `assigned`.
        types: As for `assigned`.

    Raises:
        GgufError: The file cannot be quantized here: it is one part of several, or a tensor that is to have another type
            is no float now, or is to have one that cannot be encoded here.
    """
    model = Model.of_files("", [("", header)])
    for tensor in header.tensors:
        if tensor.size is None:
            raise GgufError(
                f"`{shown(tensor.name, 80)}` has the {tensor.type_name}, whose size is unknown"
            )
    wanted = sorted(assigned(model, recipe, types), key=written_order)
    before = {tensor.name: tensor for tensor in header.tensors}
    for tensor in wanted:
        _check(before[tensor.name], tensor)
    named = file_type(model, wanted, recipe)
    metadata, value_types = _noted(header, named)
    multiple = alignment(metadata)
    pieces: list[Piece] = []
    for tensor in wanted:
        old = before[tensor.name]
        choice = types.get(group_of(old) or "", "")
        if choice == CUSTOM and old.parameters % QK_K:
            raise GgufError(
                f"`{old.name}` has {old.parameters:,} weights, which is not a multiple of the {QK_K} that your code takes at a time"
            )
        target = choice if choice in IN_F16 else tensor.type_name
        pieces += _pieces(old, tensor, target, header.data_start, multiple)
    return Job(head(metadata, value_types, wanted), tuple(pieces), tuple(wanted), named)


def _check(old: Tensor, new: Tensor) -> None:
    if old.type == new.type:
        return
    if old.type_name not in FLOATS:
        raise GgufError(
            f"`{old.name}` is already {old.type_name}; only {', '.join(FLOATS)} can be quantized, because quantizing again adds errors"
        )
    if not TYPES[new.type_name].can_encode:
        can = ", ".join(name for name in CHOICES if name not in FLOATS)
        raise GgufError(
            f"`{new.name}` would be {new.type_name}, which cannot be encoded here; these types can: {can}"
        )


def version_and_type(named: str) -> dict[str, Value]:
    """What every quantized file says of itself.

    Args:
        named: The name of its `general.file_type`.
    """
    return {
        "general.quantization_version": QUANTIZATION_VERSION,
        "general.file_type": ftype_number(named),
    }


def note(metadata: dict[str, Value], types: dict[str, str], noted: Mapping[str, Value]) -> None:
    """Puts texts and whole numbers behind everything else in a file's metadata, as llama.cpp does with what it sets."""
    for key, value in noted.items():
        metadata.pop(key, None)
        metadata[key] = value
        types[key] = "string" if isinstance(value, str) else "uint32"


def _noted(header: Header, named: str) -> tuple[dict[str, Value], dict[str, str]]:
    """The new file's metadata and their types."""
    metadata, types = dict(header.metadata), dict(header.types)
    note(metadata, types, version_and_type(named))
    for key in ("split.no", "split.count", "split.tensors.count"):
        metadata.pop(key, None)
    return metadata, types


def _pieces(
    old: Tensor, new: Tensor, target: str, data_start: int, multiple: int
) -> Iterator[Piece]:
    """A tensor in pieces; what stays as it is in one, and so what a scheme fits to as a whole."""
    bytes_before, bytes_after = old.size, new.size
    assert bytes_before is not None, "`prepare` has refused it"
    assert bytes_after is not None, "it is a type that is known"
    count = old.parameters
    step = count
    if target == CUSTOM:
        step = CUSTOM_PIECE
    elif target != SCHEME and old.type != new.type:
        step = int(PIECE_SECONDS / SECONDS.get(new.type_name, 1) * 1e6) // QK_K * QK_K
        step = max(QK_K, min(MAX_PIECE_WEIGHTS, step))
    begin = data_start + old.offset
    # A tensor without weights has a piece too: its padding is none, and it is in the table.
    for first in range(0, max(count, 1), max(step, 1)):
        last = min(count, first + step)
        yield {
            "tensor": old.name,
            "start": begin + bytes_before * first // max(count, 1),
            "stop": begin + bytes_before * last // max(count, 1),
            "source": old.type_name,
            "target": target,
            "weights": last - first,
            "padding": padding(bytes_after, multiple) if last == count else 0,
        }


def encoded(piece: Piece, data: bytes) -> Encoded:
    """What becomes of a piece.

    Args:
        piece: The piece; its target is a type.
        data: Its bytes in the old file.

    Raises:
        GgufError: A weight is not finite.
    """
    if piece["source"] == piece["target"]:
        return Encoded(data, 0.0, 0.0)
    weights = read(piece, data)
    return _compared(batch.encode_run(piece["target"], weights), weights)


def stored(piece: Piece, data: bytes, decoded: Sequence[float]) -> Encoded:
    """What becomes of a piece whose target is one of `IN_F16`.

    Args:
        piece: The piece.
        data: Its bytes in the old file.
        decoded: What the reader's code made of its weights.

    Raises:
        GgufError: A weight is not finite, or one of `decoded` is beyond F16.
    """
    run = batch.encode_run("F16", decoded)
    if not math.isfinite(sum(run.decoded)):
        raise GgufError(
            f"your code returned a weight for `{piece['tensor']}` that F16 cannot store: {max(decoded, key=abs):g}"
        )
    return _compared(run, read(piece, data))


def read(piece: Piece, data: bytes) -> Sequence[float]:
    """The weights of a piece.

    Raises:
        GgufError: One is not finite.
    """
    weights = batch.decode_run(piece["source"], data)
    # Each is below 1e39, so that no sum of finite ones is beyond a double.
    if not math.isfinite(sum(weights)):
        raise GgufError(
            f"`{piece['tensor']}` has a weight that is not finite, which no type can store"
        )
    return weights


def _compared(run: batch.Run, weights: Sequence[float]) -> Encoded:
    errors = list(map(sub, run.decoded, weights))
    return Encoded(run.data, sum(map(mul, errors, errors)), sum(map(mul, weights, weights)))


def quantized(data: bytes, recipe: str, types: Mapping[str, str] | None = None) -> bytes:
    """A whole file in other types.

    Args:
        data: The file.
        recipe: As for `assigned`.
        types: As for `assigned`; none if left out.

    Raises:
        GgufError: As `read_everything`, `prepare` and `encoded`.
    """
    job = prepare(
        read_everything(lambda start, stop: data[start:stop], len(data)), recipe, types or {}
    )
    parts = [job.head]
    for piece in job.pieces:
        parts += encoded(piece, data[piece["start"] : piece["stop"]]).data, bytes(piece["padding"])
    return b"".join(parts)


def seconds(parts: Iterable[tuple[str, int]]) -> float:
    """How long the page takes with one worker, about, without what the reader's `encode` takes.

    Args:
        parts: What is encoded: the type, or `SCHEME`, and the number of weights.
    """
    return sum(weights * SECONDS.get(target, 0) / 1e6 for target, weights in parts)
