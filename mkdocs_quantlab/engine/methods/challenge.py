"""A contest of formats: the reader's `encode` and `decode` on weights that neither has seen.

The weights are drawn, and the outcome is judged, where no code of the reader's runs. `encode` and `decode` run in interpreters
of their own; the one is given numbers, the other bytes, and nothing else passes between them. There is no seed that could
be passed on in place of the weights: they come from the system's random numbers.
"""

from __future__ import annotations

import math
import random
import struct
from typing import TYPE_CHECKING, Any, NamedTuple

from mkdocs_quantlab.engine.core.live_code import EditError, function, run
from mkdocs_quantlab.engine.core.live_values import MAX_NUMBER, fields, items, numbers, string
from mkdocs_quantlab.engine.ggml.measured import DISTRIBUTIONS, SPREAD
from mkdocs_quantlab.engine.ggml.types import QK_K
from mkdocs_quantlab.engine.methods.error import snr

if TYPE_CHECKING:
    from collections.abc import Callable

BLOCK = QK_K
"""Weights that are encoded at a time: as many as in a super-block of ggml."""
BLOCKS = 16
"""Blocks of each distribution."""
MAX_BLOCK_BYTES = 8 * BLOCK
"""Bytes of a block at most: as many as double precision takes."""

LENGTH = 2
"""Bytes that a block's length counts as, where a distribution's blocks have different lengths."""

Weights = dict[str, list[list[float]]]
"""Blocks of weights of each distribution."""
Blocks = dict[str, list[str]]
"""Encoded blocks of each distribution, in hexadecimal."""


def _student_t4(rng: random.Random) -> float:
    """Student's t with four degrees of freedom, which has the variance 2, divided by its standard deviation."""
    return rng.gauss(0, 1) / math.sqrt(rng.gammavariate(2, 2) / 4) / math.sqrt(2)


def _laplace(rng: random.Random) -> float:
    """An exponential of random sign; it has the variance 2."""
    return rng.choice((-1, 1)) * rng.expovariate(1) / math.sqrt(2)


_DRAW: dict[str, Callable[[random.Random], float]] = {
    "gaussian": lambda rng: rng.gauss(0, 1),
    "laplace": _laplace,
    "student-t4": _student_t4,
}


def draw(rng: random.Random | None = None) -> Weights:
    """The weights of a run: `BLOCKS` blocks of float32 of each distribution, of the spread that ggml was measured with.

    Args:
        rng: Where random numbers come from; the system, if left out.
    """
    rng = rng or random.SystemRandom()
    return {
        name: [[_float32(SPREAD * _DRAW[name](rng)) for _ in range(BLOCK)] for _ in range(BLOCKS)]
        for name in DISTRIBUTIONS
    }


def _float32(x: float) -> float:
    (rounded,) = struct.unpack("<f", struct.pack("<f", x))
    return float(rounded)


def encode_all(made: Any, weights: Weights) -> Blocks:
    """What the reader's `encode` makes of the weights of a run.

    Args:
        made: The module that the reader's code is.
        weights: The weights.

    Raises:
        EditError: `encode` fails, or gives no bytes, or too many.
    """
    encode = function(made, "encode")
    return {
        name: [_encoded(encode, list(map(float, block))) for block in blocks]
        for name, blocks in weights.items()
    }


def _encoded(encode: Callable[..., Any], block: list[float]) -> str:
    given = run(encode, block)
    if not isinstance(given, bytes | bytearray):
        raise EditError(f"`encode` returned a {type(given).__name__}; it must return bytes", None)
    data = bytes(given)  # a class derived from bytes may say another length
    if len(data) > MAX_BLOCK_BYTES:
        raise EditError(
            f"`encode` returned {len(data):,} bytes for {BLOCK} weights; the maximum is {MAX_BLOCK_BYTES:,}",
            None,
        )
    return data.hex()


def decode_all(made: Any, blocks: Blocks) -> Weights:
    """What the reader's `decode` makes of encoded blocks.

    Args:
        made: The module that the reader's code is.
        blocks: What `encode_all` gave.

    Raises:
        EditError: `decode` fails, or gives something other than `BLOCK` finite numbers.
    """
    decode = function(made, "decode")
    return {
        name: [_decoded(decode, bytes.fromhex(block)) for block in of_one]
        for name, of_one in blocks.items()
    }


def _decoded(decode: Callable[..., Any], data: bytes) -> list[float]:
    values = run(lambda given: [float(x) for x in decode(given)], data)
    if len(values) != BLOCK:
        raise EditError(f"`decode` returned {len(values):,} numbers; it must return {BLOCK}", None)
    if not all(abs(x) < MAX_NUMBER for x in values):  # NaN fails too
        raise EditError("`decode` gave a number that is not finite, or beyond float32", None)
    return [_float32(x) for x in values]


def read_run(weights: Weights, blocks: Any, decoded: Any) -> tuple[Blocks, Weights]:
    """Gives the blocks and weights of a run, as the interpreters of the reader's code gave them, checked.

    Args:
        weights: The weights of the run.
        blocks: What `encode_all` gave there.
        decoded: What `decode_all` gave there.

    Raises:
        EditError: They are not as many, or not of their kinds.
    """
    names = tuple(weights)
    fields(blocks, "the result of `encode`", names)
    fields(decoded, "the result of `decode`", names)
    return (
        {
            name: [
                _hexadecimal(each) for each in items(blocks[name], "the blocks", len(weights[name]))
            ]
            for name in names
        },
        {
            name: [
                numbers(each, "the result of `decode`", BLOCK)
                for each in items(decoded[name], "the blocks", len(weights[name]))
            ]
            for name in names
        },
    )


def _hexadecimal(block: Any) -> str:
    text = string(block, "a block", 2 * MAX_BLOCK_BYTES)
    try:
        # Capitals could tell `decode` more than the bytes do.
        if bytes.fromhex(text).hex() == text:
            return text
    except ValueError:
        pass
    raise EditError("a block is not hexadecimal", None)


class Score(NamedTuple):
    """How a code did on weights of one distribution."""

    distribution: str
    bits: float
    """Bits per weight: all bytes, over all weights."""
    snr: float
    """Signal-to-noise ratio in dB."""


def score(
    distribution: str, before: list[list[float]], data: list[bytes], after: list[list[float]]
) -> Score:
    """How blocks of weights came through. Lengths that differ say something too, and are counted."""
    kept = [w for block in before for w in block]
    back = [_float32(w) for block in after for w in block]
    return Score(distribution, 8 * size_of(data) / len(kept), snr(kept, back))


def size_of(blocks: list[bytes]) -> int:
    """Bytes of encoded blocks, with their lengths where these differ."""
    size = sum(map(len, blocks))
    return size + LENGTH * len(blocks) if len(set(map(len, blocks))) > 1 else size


def judge(weights: Weights, blocks: Blocks, decoded: Weights) -> list[Score]:
    """The scores of a run, from what the encoder gave and what the decoder made of it."""
    return [
        score(name, weights[name], [bytes.fromhex(b) for b in blocks[name]], decoded[name])
        for name in DISTRIBUTIONS
    ]
