"""The ways to store weights that the explorers offer, each with its arithmetic written out and every bit counted.

A scheme is fitted to a group of weights that share what it keeps beside them, and then stores one weight at a time:

    fit = SCHEMES["nf4"].fit(weights, 4)
    fit.store(0.25)  ->  Stored(code="11", value=0.2461, arithmetic="...")
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from mkdocs_quantlab.engine.core.float32 import bfloat16_bytes, bfloat16_value
from mkdocs_quantlab.engine.core.numbers import number, plain
from mkdocs_quantlab.engine.methods import codebook
from mkdocs_quantlab.engine.methods.uniform import largest_q, round_half_away, scale_for, stored

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

FLOAT32 = 32
"""Bits of a scale, a minimum, an absmax."""
FLOAT16 = 16
"""Bits of a codebook's entry and of a weight kept apart."""


class Stored(NamedTuple):
    """One weight, stored."""

    q: int
    """What the bits hold: a number of steps, of a code, or a pattern."""
    code: str
    """The same as it is shown: in decimal, patterns in hexadecimal."""
    value: float
    """What is read back."""
    storing: str
    """How the weight became `q`."""
    reading: str
    """How `q` becomes the value."""

    @property
    def arithmetic(self) -> str:
        """There and back."""
        return f"{self.storing}; {self.reading}"


class SideInformation(NamedTuple):
    """What a group keeps beside its weights."""

    name: str
    value: str
    bits: int
    arithmetic: str = ""
    """How it came from the weights."""


class Fit:
    """A scheme fitted to a group of weights."""

    levels: Sequence[float] = ()
    """All values that can be read back, ascending; none where they are too many to list."""
    kept: Sequence[SideInformation] = ()
    step: float | None = None
    """The distance between neighbouring levels, where all have the same."""
    holds = "integers"
    """What the stored codes are, in the plural."""

    def store(self, weight: float) -> Stored:
        """A weight of the group, stored."""
        raise NotImplementedError


class Symmetric(Fit):
    """Whole multiples of one scale, from -(2^(bits-1) - 1) to 2^(bits-1) - 1; see `methods.uniform`."""

    def __init__(self, weights: Sequence[float], bits: int) -> None:
        largest = max(map(abs, weights), default=0.0)
        top = largest_q(bits)
        self.scale = self.step = scale_for(largest, bits)
        self.levels = [q * self.scale for q in range(-top, top + 1)]
        scale = number(self.scale)
        how = f"{plain(largest)} / (2^({bits}-1) - 1) = {plain(largest)} / {top} = {scale}"
        self.kept = [SideInformation("scale", scale, FLOAT32, how)]

    def store(self, weight: float) -> Stored:
        q = stored(weight, self.scale)
        value = q * self.scale
        scale = number(self.scale)
        return Stored(
            q,
            str(q),
            value,
            f"round({plain(weight)} / {scale}) = {q}",
            f"{q} * {scale} = {number(value)}",
        )


class Affine(Fit):
    """Whole steps from the smallest weight to the largest: 2^bits values, 2^bits - 1 steps; as ggml's Q4_1."""

    def __init__(self, weights: Sequence[float], bits: int) -> None:
        self.low, high = min(weights), max(weights)
        self.top = (1 << bits) - 1
        self.scale = self.step = (high - self.low) / self.top
        self.levels = [q * self.scale + self.low for q in range(self.top + 1)]
        self.kept = [
            _scale(self.low, high, bits, self.scale),
            SideInformation("minimum", number(self.low), FLOAT32),
        ]

    def store(self, weight: float) -> Stored:
        q = min(round_half_away((weight - self.low) / self.scale), self.top) if self.scale else 0
        value = q * self.scale + self.low
        scale, low = number(self.scale), _signed(self.low)
        return Stored(
            q,
            str(q),
            value,
            f"round(({plain(weight)} {_signed(-self.low)}) / {scale}) = {q}",
            f"{q} * {scale} {low} = {number(value)}",
        )


class ZeroPoint(Fit):
    """Whole steps from a zero point, so that zero is exact: q = round(w / scale) + zero.

    The range is widened to hold zero. Source: Jacob et al. 2018, arXiv 1712.05877, section 2.1.
    """

    def __init__(self, weights: Sequence[float], bits: int) -> None:
        low, high = min(0.0, *weights), max(0.0, *weights)
        self.top = (1 << bits) - 1
        self.scale = self.step = (high - low) / self.top
        self.zero = round_half_away(-low / self.scale) if self.scale else 0
        self.levels = [(q - self.zero) * self.scale for q in range(self.top + 1)]
        how = f"round({plain(-low)} / {number(self.scale)}) = {self.zero}"
        self.kept = [
            _scale(low, high, bits, self.scale),
            SideInformation("zero point", str(self.zero), bits, how),
        ]

    def store(self, weight: float) -> Stored:
        steps = round_half_away(weight / self.scale) if self.scale else 0
        q = min(max(steps + self.zero, 0), self.top)
        value = (q - self.zero) * self.scale
        scale = number(self.scale)
        return Stored(
            q,
            str(q),
            value,
            f"round({plain(weight)} / {scale}) + {self.zero} = {q}",
            f"({q} - {self.zero}) * {scale} = {number(value)}",
        )


def _scale(low: float, high: float, bits: int, scale: float) -> SideInformation:
    """The scale of whole steps from `low` to `high`."""
    how = f"({plain(high)} {_signed(-low)}) / (2^{bits} - 1) = {number(scale)}"
    return SideInformation("scale", number(scale), FLOAT32, how)


def _signed(x: float) -> str:
    """A number that is added or taken off, with its sign before it."""
    return f"{'-' if x < 0 else '+'} {plain(abs(x))}"


class Codebook(Fit):
    """The nearest of a fixed set of values, stretched to the largest magnitude among the weights."""

    holds = "numbers of codes"

    def __init__(self, weights: Sequence[float], codes: Sequence[float]) -> None:
        self.codes = codes
        largest = max(map(abs, weights))
        scale = largest / codes[-1]
        self.keep(scale, FLOAT32, f"{plain(largest)} / {plain(codes[-1])} = {number(scale)}")

    def keep(self, scale: float, bits: int, arithmetic: str) -> None:
        """Makes `scale` the group's, stored in so many bits."""
        self.scale = scale
        self.levels = [code * scale for code in self.codes]
        self.kept = [SideInformation("scale", number(scale), bits, arithmetic)]

    def shown(self, i: int) -> tuple[int, str]:
        """Code i as it is stored, and as it is shown."""
        return i, str(i)

    def store(self, weight: float) -> Stored:
        ratio = weight / self.scale if self.scale else 0.0
        i = codebook.nearest(self.codes, ratio)
        value = self.codes[i] * self.scale
        q, shown = self.shown(i)
        code, scale = number(self.codes[i]), number(self.scale)
        return Stored(
            q,
            shown,
            value,
            f"{plain(weight)} / {scale} = {number(ratio)}, nearest to {code}, which is {shown}",
            f"{code} * {scale} = {number(value)}",
        )


class SmallFloat(Codebook):
    """The same with the values of a small float; what is stored is its pattern of sign, exponent and fraction."""

    holds = "words, hexadecimal"

    def __init__(
        self, weights: Sequence[float], exponent: int, fraction: int, left_out: int
    ) -> None:
        super().__init__(weights, codebook.small_float(exponent, fraction, left_out))
        self.sign = 1 << (exponent + fraction)

    def shown(self, i: int) -> tuple[int, str]:
        place = i - len(self.codes) // 2
        pattern = abs(place) + (self.sign if place < 0 else 0)
        return pattern, f"0x{pattern:x}"


SCALES = 256
"""Blocks whose scales share a scale, with double quantization."""


def quantize_scales(fits: Sequence[Codebook]) -> list[SideInformation]:
    """Double quantization: the blocks' scales are stored as 8-bit floats, what they differ from their mean.

    With blocks of 64 that is 4 + 8/64 + 32/(64 * 256) = 4.127 bits a weight, and the mean, once for all. Source: Dettmers et al.
    2023, arXiv 2305.14314, section 3. The paper's 8-bit floats are E4M3 here; bitsandbytes has a table of its own for them.

    Args:
        fits: A layer's blocks, whose scales are replaced.

    Returns:
        What the blocks keep together.
    """
    mean = math.fsum(fit.scale for fit in fits) / len(fits)
    shared = [SideInformation("mean scale", number(mean), FLOAT32)]
    for start in range(0, len(fits), SCALES):
        group = fits[start : start + SCALES]
        second = SmallFloat([fit.scale - mean for fit in group], 4, 3, 1)
        shared += [kept._replace(name="second scale") for kept in second.kept]
        for fit in group:
            stored = second.store(fit.scale - mean)
            fit.keep(max(0.0, stored.value + mean), 8, f"{stored.arithmetic}; + {number(mean)}")
    return shared


class FittedCodebook(Fit):
    """The nearest of values that were made for these weights, by k-means."""

    holds = "numbers of codes"

    def __init__(self, weights: Sequence[float], bits: int) -> None:
        self.levels = codebook.k_means(weights, 1 << bits)
        entries = " ".join(map(number, self.levels))
        self.kept = [SideInformation("codebook", entries, FLOAT16 * len(self.levels))]

    def store(self, weight: float) -> Stored:
        i = codebook.nearest(self.levels, weight)
        value = self.levels[i]
        return Stored(
            i,
            str(i),
            value,
            f"{plain(weight)} is nearest to entry {i}",
            f"entry {i} = {number(value)}",
        )


APART = 4
"""Weights more than this many times the group's root mean square are kept apart."""


class MixedPrecision(Fit):
    """Symmetric 8-bit integers, with outliers kept in 16 bits, so that they do not stretch the others' scale.

    After LLM.int8 (Dettmers et al. 2022, arXiv 2208.07339), which keeps whole input channels apart, chosen by the size of
    their inputs; here the weights themselves decide.
    """

    def __init__(self, weights: Sequence[float], bits: int) -> None:
        spread = math.sqrt(math.fsum(w * w for w in weights) / len(weights))
        self.limit = APART * spread
        self.inside = Symmetric([w for w in weights if abs(w) <= self.limit], bits)
        self.levels = self.inside.levels
        self.step = self.inside.step
        # The place of each, as many bits as number the group's weights; the stored integer there is not used.
        place = max(1, (len(weights) - 1).bit_length())
        apart = [w for w in weights if abs(w) > self.limit]
        self.kept = [
            *self.inside.kept,
            *(SideInformation("outlier", plain(w), FLOAT16 + place) for w in apart),
        ]

    def store(self, weight: float) -> Stored:
        if abs(weight) <= self.limit:
            return self.inside.store(weight)
        return (
            BFloat16()
            .store(weight)
            ._replace(
                code="apart",
                storing=f"|{plain(weight)}| is over {APART} times the root mean square, {number(self.limit)}: kept as bfloat16",
            )
        )


class BFloat16(Fit):
    """The upper half of the float32, rounded to nearest even; nothing is shared."""

    holds = "words, hexadecimal"

    def __init__(self, _weights: Sequence[float] = (), _bits: int = 16) -> None:
        """Takes what every scheme takes, and looks at none of it."""

    def store(self, weight: float) -> Stored:
        word = bfloat16_bytes(weight)
        q, value = int.from_bytes(word, "little"), bfloat16_value(word)
        return Stored(
            q,
            f"{q:04x}",
            value,
            f"upper 16 bits of float32({plain(weight)}), to nearest even = 0x{q:04x}",
            f"0x{q:04x} = {number(value)}",
        )


class Scheme(NamedTuple):
    """A way to store weights."""

    label: str
    widths: tuple[int, ...]
    """Bits per weight that it is offered with."""
    made: Callable[..., Fit]
    """The class that does the arithmetic; called with the weights and `arguments`."""
    rule: str
    """The rule in a sentence, with its source where it is not plain rounding."""
    arguments: Callable[[int], tuple[Any, ...]] = lambda bits: (bits,)
    """From the bits, what the class takes besides the weights."""
    share: Callable[[Sequence[Any]], list[SideInformation]] = lambda _: []
    """Takes all groups of a layer, and gives what they keep together."""

    def fit(self, weights: Sequence[float], bits: int) -> Fit:
        """The scheme fitted to a group of weights."""
        return self.made(weights, *self.arguments(bits))


def fit_blocks(
    scheme: Scheme, weights: Sequence[float], bits: int, block: int
) -> tuple[list[Fit], list[SideInformation]]:
    """A scheme fitted to each block of a layer, and all that is kept beside the weights."""
    fits = [
        scheme.fit(weights[start : start + block], bits) for start in range(0, len(weights), block)
    ]
    shared = scheme.share(fits)
    return fits, [kept for fit in fits for kept in fit.kept] + shared


def bits_of(weights: int, bits: int, kept: Sequence[SideInformation]) -> int:
    """Bits of weights with what is kept beside them."""
    return weights * bits + sum(each.bits for each in kept)


def quantize_dequantize(
    scheme: Scheme, weights: Sequence[float], bits: int, block: int
) -> tuple[list[float], int]:
    """Weights stored in blocks and read back, and the bits that all of it takes."""
    fits, kept = fit_blocks(scheme, weights, bits, block)
    values = [float(fits[i // block].store(weight).value) for i, weight in enumerate(weights)]
    return values, bits_of(len(weights), bits, kept)


ANY = tuple(range(2, 9))
"""Bits per weight that a scheme without a width of its own takes: 2 to 8."""

SCHEMES = {
    "symmetric": Scheme(
        "Symmetric",
        ANY,
        Symmetric,
        "Whole multiples of one scale, max(|w|) / (2^(bits-1) - 1). Of the 2^bits patterns the most "
        "negative one is never stored. Halves round away from zero, as in ggml. With 8 bits and 4 this is what papers call absmax INT8 and INT4.",
    ),
    "affine": Scheme(
        "Affine, minimum",
        ANY,
        Affine,
        "Whole steps from the smallest weight to the largest: 2^bits values, and one step fewer. Zero is in general not among them.",
    ),
    "zero-point": Scheme(
        "Affine, zero point",
        ANY,
        ZeroPoint,
        "Whole steps from a whole zero point, so that zero is exact (Jacob et al. 2018, arXiv 1712.05877).",
    ),
    "int8-outliers": Scheme(
        "INT8, outliers apart",
        (8,),
        MixedPrecision,
        f"Symmetric integers for all weights but those over {APART} times the root mean square, which keep 16 bits and their "
        "place. After LLM.int8 (Dettmers et al. 2022, arXiv 2208.07339), which takes whole input channels apart, by the size of their inputs.",
    ),
    "nf4": Scheme(
        "NF4",
        (4,),
        Codebook,
        "Sixteen quantiles of the normal distribution, stretched to max(|w|) (Dettmers et al. 2023, arXiv 2305.14314). QLoRA has blocks "
        "of 64 weights: with a float32 scale each, 4.5 bits a weight.",
        lambda _: (codebook.nf4(),),
    ),
    "nf4-double": Scheme(
        "NF4, double quantization",
        (4,),
        Codebook,
        "NF4, and the scales of 256 blocks are quantized once more: to 8-bit floats of what they differ from their mean (Dettmers et al. 2023, "
        "arXiv 2305.14314, section 3). In a large layer with blocks of 64 that takes 4.127 bits a weight instead of 4.5; in a small one the "
        "two float32 that all blocks share weigh more than they save.",
        lambda _: (codebook.nf4(),),
        quantize_scales,
    ),
    "fp4": Scheme(
        "FP4 E2M1",
        (4,),
        SmallFloat,
        "Fifteen values of a 4-bit float, 0 to 6 and their negatives, stretched to max(|w|) (OCP Microscaling Formats 1.0).",
        lambda _: (2, 1, 0),
    ),
    "fp8-e4m3": Scheme(
        "FP8 E4M3",
        (8,),
        SmallFloat,
        "8-bit floats with 4 bits of exponent, up to 448, stretched to max(|w|) (OCP 8-bit Floating Point 1.0).",
        lambda _: (4, 3, 1),
    ),
    "fp8-e5m2": Scheme(
        "FP8 E5M2",
        (8,),
        SmallFloat,
        "8-bit floats with 5 bits of exponent, up to 57344, stretched to max(|w|) (OCP 8-bit Floating Point 1.0).",
        lambda _: (5, 2, 4),
    ),
    "k-means": Scheme(
        "Own codebook, k-means",
        ANY,
        FittedCodebook,
        "2^bits values made for these very weights by k-means, and stored with them. This is what the K of K-quants does not "
        "stand for: in ggml's Q4_K each 32 weights have 16 evenly spaced values, whose scale and minimum are the best of 21 tries by least "
        "squares, in 6 bits each; nothing is clustered, and no table of values is stored.",
    ),
    "bf16": Scheme(
        "bfloat16",
        (16,),
        BFloat16,
        "The upper half of a float32, rounded to nearest even: 8 bits of exponent, 7 of fraction. No scale.",
    ),
}
"""All schemes, by the name that the option has."""

CLASSES = {name: scheme.made for name, scheme in SCHEMES.items() if name != "bf16"}
"""The class that does a scheme's arithmetic, for all that readers may edit."""
