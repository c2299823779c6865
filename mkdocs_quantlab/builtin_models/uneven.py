"""The uneven twin of a llama: the same function, with channels of very different size.

Channels of the norms, of the values and of the feed-forward network's up projection are multiplied by random powers of two, and the
columns of the matrices that read these channels by their inverses. A power of two changes a floating-point number's exponent
only, so the model computes the same, but weights that share a block's scale are now of different size, as in large models, which have
outlier channels. It is a dial that we turn on purpose, not something that the model learned.
"""

from __future__ import annotations

import math
import random
import struct
from array import array
from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.builtin_models.files import SIGMA
from mkdocs_quantlab.builtin_models.weights import read_weights
from mkdocs_quantlab.engine.gguf.errors import GgufError
from mkdocs_quantlab.engine.gguf.recipes import traits
from mkdocs_quantlab.engine.gguf.writer import write

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mkdocs_quantlab.engine.gguf.model import Model

SEED = 5

_CODES = {"F32": "f", "F16": "e"}


class Exponents(NamedTuple):
    """What a tensor is multiplied by, as exponents of 2."""

    rows: Sequence[int] | None = None
    columns: Sequence[int] | None = None


def exponents(model: Model, sigma: float = SIGMA, seed: int = SEED) -> dict[str, Exponents]:
    """The exponents of each tensor that is changed, by name.

    Args:
        model: A llama.
        sigma: The standard deviation of the factors' natural logarithms, before they are rounded to powers of two.
        seed: Of the random numbers.

    Raises:
        GgufError: The metadata do not say what heads there are.
    """
    rng = random.Random(seed)
    shapes = {tensor.name: tensor.shape for tensor in model.tensors}
    asked = traits(model)
    heads = model.metadata[f"{asked.architecture}.attention.head_count"]
    assert isinstance(heads, int), "as `traits` found"
    found: dict[str, Exponents] = {}

    def draw(count: int) -> list[int]:
        return [round(rng.gauss(0, sigma / math.log(2))) for _ in range(count)]

    def norm(name: str, *readers: str) -> None:
        """A norm's channels, and the matrices that read them."""
        drawn = draw(shapes[name][0])
        found[name] = Exponents(columns=drawn)
        for reader in readers:
            found[reader] = Exponents(columns=_negative(drawn))

    for layer in range(asked.layers):
        q, k, v, output, gate, up, down = (
            f"blk.{layer}.{kind}.weight"
            for kind in "attn_q attn_k attn_v attn_output ffn_gate ffn_up ffn_down".split()
        )
        norm(f"blk.{layer}.attn_norm.weight", q, k, v)
        norm(f"blk.{layer}.ffn_norm.weight", gate, up)
        inner = draw(shapes[up][1])
        found[up] = found[up]._replace(rows=inner)
        found[down] = Exponents(columns=_negative(inner))
        values = draw(shapes[v][1])
        found[v] = found[v]._replace(rows=values)
        found[output] = Exponents(columns=_negative(_shared(values, heads, asked.gqa)))
    norm("output_norm.weight", "output.weight")
    return found


def uneven(content: bytes, sigma: float = SIGMA, seed: int = SEED) -> bytes:
    """The twin of a llama in F16, as a file.

    Weights that fall below F16's normal numbers (2^-14) lose bits: each changes by 2^-25 at most, which is less than what F16
    takes off an average weight.

    Args:
        content: A file whose tensors are F16 or F32, with an output matrix of its own.
        sigma: As for `exponents`.
        seed: As for `exponents`.

    Raises:
        GgufError: The file is broken, or a weight gets too large for F16.
    """
    source = read_weights(content)
    changes = exponents(source.model, sigma, seed)
    tensors = []
    for tensor in source.model.tensors:
        data = source.data[tensor.name]
        if tensor.name in changes:
            data = _multiplied(data, tensor.type_name, tensor.shape, changes[tensor.name])
        tensors.append((tensor, data))
    metadata, types = source.metadata, source.types
    name = metadata.get("general.name", "drawing")
    note = (
        f"channels rescaled on purpose, by random powers of two that the next matrix undoes (sigma {sigma:g}, seed {seed}): the same "
        "function, in weights that few bits hold worse"
    )
    described = metadata.get("general.description")
    metadata["general.name"] = f"{name}, uneven"
    metadata["general.description"] = f"{described} Uneven twin: {note}." if described else note
    types["general.name"] = types["general.description"] = "string"
    return write(metadata, types, tensors)


def rescaled_importance(
    content: bytes, importance: Mapping[str, array[float]], sigma: float = SIGMA, seed: int = SEED
) -> dict[str, array[float]]:
    """The importance matrix of the twin, out of its original's: inputs are larger by what columns are smaller by.

    Args:
        content: The original's file.
        importance: The original's mean squares of inputs.
        sigma: As for `exponents`.
        seed: As for `exponents`.
    """
    changes = exponents(read_weights(content).model, sigma, seed)
    found = {}
    for name, squares in importance.items():
        columns = changes[name].columns or [0] * len(squares)
        found[name] = array(
            "f", (math.ldexp(x, -2 * k) for x, k in zip(squares, columns, strict=True))
        )
    return found


def _negative(drawn: Sequence[int]) -> list[int]:
    return [-k for k in drawn]


def _shared(values: Sequence[int], heads: int, gqa: int) -> list[int]:
    """What each column of attention's output matrix reads: `gqa` query heads in a row share a head of values."""
    size = len(values) * gqa // heads
    starts = [head // gqa * size for head in range(heads)]
    return [k for start in starts for k in values[start : start + size]]


def _multiplied(data: bytes, type_: str, shape: tuple[int, ...], change: Exponents) -> bytes:
    """A tensor's data, each weight multiplied."""
    code, width = _CODES[type_], shape[0]
    row_form = struct.Struct(f"<{width}{code}")
    columns = [math.ldexp(1, k) for k in change.columns or [0] * width]
    rows = change.rows or [0] * (len(data) // row_form.size)
    changed = bytearray()
    for k, row in zip(rows, row_form.iter_unpack(data), strict=True):
        factor = math.ldexp(1, k)
        try:
            changed += row_form.pack(*(w * factor * c for w, c in zip(row, columns, strict=True)))
        except OverflowError:
            raise GgufError(f"a rescaled weight is too large for {type_}") from None
    return bytes(changed)
