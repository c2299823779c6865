"""Many blocks at a time of the types that pages quantize whole models to: the bytes of the types' own encoders, much faster.

Called for one block, those encoders spend their time on calls. Here each step of the arithmetic goes over all weights of a piece at
once: `array("f")` rounds to float32 as they do, and whole numbers come out of the bytes of doubles. To what is added
`1.5 * 2**20`, its integer part is in the fifth byte, rounded down, for a float32 of at least 0.5 in magnitude keeps all its bits
there; to what is added `1.5 * 2**52`, the nearest integer is in the first byte.

Blocks whose scale is no ordinary number go to the type's own encoder.
"""

from __future__ import annotations

import struct
import sys
from array import array
from functools import partial
from itertools import chain, repeat
from operator import mul, sub
from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.engine.ggml.codec import decode, encode
from mkdocs_quantlab.engine.ggml.legacy import largest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

BLOCK = 32
"""Weights of a block, for all types here but the floats."""

# Within these a scale and its inverse are normal float32, and the scale fits into a float16.
_LEAST, _MOST = 2.0**-60, 2.0**15

_FLOOR = 1.5 * 2.0**20
_NEAREST = 1.5 * 2.0**52
# What is half-way between two integers goes away from zero; the next float32 below is further off than this.
_AWAY = 1 + 2.0**-30


class Run(NamedTuple):
    """A run of encoded weights."""

    data: bytes
    decoded: Sequence[float]
    """What the data stand for, but that products are not rounded to float32."""


def _byte(number: int) -> int:
    """Where the byte of that number, the lowest 0, is in a double's bytes."""
    return number if sys.byteorder == "little" else 7 - number


def _floors(values: Iterable[float]) -> bytes:
    """The low byte of the integer below each value; they are at least 0.5 and float32."""
    return array("d", [x + _FLOOR for x in values]).tobytes()[_byte(4) :: 8]


def _nearest(values: Iterable[float]) -> bytes:
    """The low byte of the integer nearest each float32."""
    return array("d", [x * _AWAY + _NEAREST for x in values]).tobytes()[_byte(0) :: 8]


def _spread(of_blocks: Iterable[float]) -> Iterable[float]:
    """A number of each block once for each of its weights."""
    return chain.from_iterable(map(repeat, of_blocks, repeat(BLOCK)))


def _times(values: Iterable[float], of_blocks: Iterable[float]) -> array[float]:
    return array("f", list(map(mul, values, _spread(of_blocks))))


def _columns(values: Sequence[float]) -> list[Sequence[float]]:
    """The first weights of all blocks, then the second ones, and so on."""
    return [values[j::BLOCK] for j in range(BLOCK)]


def _inverses(scales: Iterable[float]) -> list[float]:
    return array("f", [1.0 / scale if scale else 0.0 for scale in scales]).tolist()


def _halves(values: Sequence[float]) -> bytes:
    return struct.pack(f"<{len(values)}e", *values)


def _half_values(halves: bytes) -> tuple[float, ...]:
    return struct.unpack(f"<{len(halves) // 2}e", halves)


def _limited(top: int) -> bytes:
    """For `bytes.translate`: steps, none above the highest."""
    return bytes(min(top, step) for step in range(256))


def _less(zero: int) -> bytes:
    """For `bytes.translate`: steps from which `zero` is taken off, as signed bytes."""
    return bytes(step - zero & 0xFF for step in range(256))


_FIFTHS = [bytes((step >> 4 & 1) << bit for step in range(256)) for bit in range(8)]
_LOW = bytes(step & 15 for step in range(256))


def _joined(parts: Iterable[tuple[bytes, int]]) -> bytes:
    """Bytes shifted to the left and put over each other; no bit leaves its byte."""
    whole, size = 0, 0
    for part, shift in parts:
        whole |= int.from_bytes(part, "little") << shift
        size = len(part)
    return whole.to_bytes(size, "little")


def _blocks(heads: Sequence[bytes], steps: bytes, bits: int) -> bytes:
    """Blocks of some float16 and of steps of 4, 5 or 8 bits, as the legacy types lay them out."""
    columns: list[bytes] = []
    for head in heads:
        columns += [head[0::2], head[1::2]]
    of_weight = [steps[j::BLOCK] for j in range(BLOCK)]
    if bits == 5:
        for first in range(0, BLOCK, 8):
            planes = [of_weight[first + bit].translate(_FIFTHS[bit]) for bit in range(8)]
            columns.append(_joined((plane, 0) for plane in planes))
    if bits == 8:
        columns += of_weight
    else:
        low = [column.translate(_LOW) for column in of_weight]
        half = BLOCK // 2
        columns += [_joined(((low[j], 0), (low[j + half], 4))) for j in range(half)]
    blocks = bytearray(len(columns) * len(columns[0]))
    for j, column in enumerate(columns):
        blocks[j :: len(columns)] = column
    return bytes(blocks)


def _largest(values: Sequence[float]) -> list[float]:
    """`largest` of each block."""
    columns = _columns(values)
    found = []
    ends = zip(map(max, *columns), map(min, *columns), strict=True)
    for number, (high, low) in enumerate(ends):
        if high > -low:
            found.append(high)
        elif high < -low:
            found.append(low)
        else:
            found.append(largest(list(values[number * BLOCK : (number + 1) * BLOCK])))
    return found


def _unusual(sizes: Iterable[float]) -> list[int]:
    """The blocks that are not for here."""
    return [
        number
        for number, size in enumerate(sizes)
        if not (_LEAST < size < _MOST or -_MOST < size < -_LEAST or size == 0.0)
    ]


def _tame(sizes: list[float]) -> list[int]:
    """Takes out of a list what is not for here, and says where that was."""
    unusual = _unusual(sizes)
    for number in unusual:
        sizes[number] = 0.0
    return unusual


def _with_exceptions(run: Run, name: str, values: Sequence[float], unusual: list[int]) -> Run:
    """The run with some blocks encoded by the type's own encoder."""
    if not unusual:
        return run
    data, decoded = bytearray(run.data), list(run.decoded)
    size = len(data) * BLOCK // len(values)
    for number in unusual:
        here = slice(number * BLOCK, (number + 1) * BLOCK)
        block = encode(name, values[here])
        data[number * size : (number + 1) * size] = block
        decoded[here] = decode(name, block)
    return Run(bytes(data), decoded)


def _q8_0(values: Sequence[float]) -> Run:
    peaks = [abs(x) for x in _largest(values)]
    unusual = _tame(peaks)
    scales = array("f", [x / 127 for x in peaks]).tolist()
    steps = _nearest(_times(values, _inverses(scales)))
    head = _halves(scales)
    decoded = list(map(mul, array("b", steps), _spread(_half_values(head))))
    return _with_exceptions(Run(_blocks([head], steps, 8), decoded), "Q8_0", values, unusual)


def _symmetric(name: str, bits: int, values: Sequence[float]) -> Run:
    half = 1 << bits - 1
    peaks = _largest(values)
    unusual = _tame(peaks)
    scales = array("f", [x / -half for x in peaks]).tolist()
    shifted = array("f", [x + (half + 0.5) for x in _times(values, _inverses(scales))])
    steps = _floors(shifted).translate(_limited(2 * half - 1))
    head = _halves(scales)
    signed = array("b", steps.translate(_less(half)))
    decoded = list(map(mul, signed, _spread(_half_values(head))))
    return _with_exceptions(Run(_blocks([head], steps, bits), decoded), name, values, unusual)


def _affine(name: str, bits: int, values: Sequence[float]) -> Run:
    columns = _columns(values)
    lows, highs = list(map(min, *columns)), list(map(max, *columns))
    ranges = array("f", map(sub, highs, lows)).tolist()
    unusual = sorted({*_tame(ranges), *_unusual(lows)})
    for number in unusual:
        ranges[number] = lows[number] = 0.0
    top = (1 << bits) - 1
    scales = array("f", [x / top for x in ranges]).tolist()
    shifted = array("f", list(map(sub, values, _spread(lows))))
    scaled = _times(shifted, _inverses(scales))
    steps = _floors(array("f", [x + 0.5 for x in scaled]))
    if bits == 4:  # ggml limits the steps of Q4_1 and not those of Q5_1
        steps = steps.translate(_limited(top))
    heads = [_halves(scales), _halves(lows)]
    scale, low = (_spread(_half_values(head)) for head in heads)
    decoded = [x * step + y for x, step, y in zip(scale, steps, low, strict=True)]
    return _with_exceptions(Run(_blocks(heads, steps, bits), decoded), name, values, unusual)


def _f32(values: Sequence[float]) -> Run:
    return Run(struct.pack(f"<{len(values)}f", *values), values)


def _f16(values: Sequence[float]) -> Run:
    try:
        data = _halves(values)
    except OverflowError:
        data = b"".join(encode("F16", [x]) for x in values)
    return Run(data, _half_values(data))


def _bf16(values: Sequence[float]) -> Run:
    rounded = array("H")
    for (bits,) in struct.iter_unpack("=I", array("f", values).tobytes()):
        rounded.append(bits + 0x7FFF + (bits >> 16 & 1) >> 16)
    if sys.byteorder == "big":
        rounded.byteswap()
    data = rounded.tobytes()
    return Run(data, _bf16_values(data))


def _bf16_values(data: bytes) -> Sequence[float]:
    wide = bytearray(2 * len(data))
    wide[2::4], wide[3::4] = data[0::2], data[1::2]
    return struct.unpack(f"<{len(data) // 2}f", wide)


ENCODERS: dict[str, Callable[[Sequence[float]], Run]] = {
    "F32": _f32,
    "F16": _f16,
    "BF16": _bf16,
    "Q8_0": _q8_0,
    "Q4_0": partial(_symmetric, "Q4_0", 4),
    "Q5_0": partial(_symmetric, "Q5_0", 5),
    "Q4_1": partial(_affine, "Q4_1", 4),
    "Q5_1": partial(_affine, "Q5_1", 5),
}
"""A whole number of blocks of finite float32 weights to their bytes, for types that are faster here."""

DECODERS: dict[str, Callable[[bytes], Sequence[float]]] = {
    "F32": lambda data: struct.unpack(f"<{len(data) // 4}f", data),
    "F16": _half_values,
    "BF16": _bf16_values,
}
"""Bytes to float32 weights, for types that are faster here."""


def encode_run(name: str, values: Sequence[float]) -> Run:
    """The bytes of a whole number of blocks of finite float32 weights, here or by the type's own encoder.

    Raises:
        MissingPartError: The type has no encoder.
    """
    if name in ENCODERS:
        return ENCODERS[name](values)
    data = encode(name, values)
    return Run(data, decode(name, data))


def decode_run(name: str, data: bytes) -> Sequence[float]:
    """The float32 weights in the bytes of a whole number of blocks.

    Raises:
        MissingPartError: The type has no decoder.
    """
    return DECODERS[name](data) if name in DECODERS else decode(name, data)
