"""Pictures in few colours: the everyday picture of quantization, done in earnest."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mkdocs_quantlab.engine.core.picture import Colour

ROUNDS = 8
"""Rounds of Lloyd's algorithm; more change little that is seen."""


def uniform(count: int) -> list[Colour]:
    """At most `count` colours evenly spread: levels of red, green and blue, green first, then red, as the eye has it."""
    levels = [1, 1, 1]
    order = (1, 0, 2)
    while True:
        for channel in sorted(order, key=lambda c: (levels[c], order.index(c))):
            more = [n + (c == channel) for c, n in enumerate(levels)]
            if math.prod(more) <= count:
                levels = more
                break
        else:
            break
    steps = [[round(255 * (i + 0.5) / n) for i in range(n)] for n in levels]
    return [(r, g, b) for r in steps[0] for g in steps[1] for b in steps[2]]


def k_means(pixels: Sequence[Colour], count: int) -> list[Colour]:
    """At most `count` colours made for these very pixels: median cut, then Lloyd's algorithm.

    Sources: Heckbert 1982, "Color image quantization for frame buffer display"; Lloyd 1982.
    """
    tally: dict[Colour, int] = {}
    for pixel in pixels:
        tally[pixel] = tally.get(pixel, 0) + 1
    centres = _median_cut(tally, count)
    if len(centres) == len(tally):
        return centres
    for _ in range(ROUNDS):
        sums = [[0, 0, 0, 0] for _ in centres]
        for colour, n in tally.items():
            total = sums[nearest(centres, colour)]
            for channel in range(3):
                total[channel] += n * colour[channel]
            total[3] += n
        moved = [
            (round(r / n), round(g / n), round(b / n)) if n else centre
            for (r, g, b, n), centre in zip(sums, centres, strict=True)
        ]
        if moved == centres:
            break
        centres = moved
    return sorted(set(centres))


def _median_cut(tally: dict[Colour, int], count: int) -> list[Colour]:
    """Splits the box of colours with the longest side at its median until there are `count`; gives their means."""
    boxes = [sorted(tally)]
    while len(boxes) < count:
        sides = [
            max((max(c[k] for c in box) - min(c[k] for c in box), k) for k in range(3))
            for box in boxes
        ]
        at = max(range(len(boxes)), key=lambda i: sides[i][0])
        side, channel = sides[at]
        if side == 0:
            break
        box = sorted(boxes.pop(at), key=lambda c: (c[channel], c))
        middle = len(box) // 2
        boxes += [box[:middle], box[middle:]]
    centres = []
    for box in boxes:
        n = sum(tally[c] for c in box)
        red, green, blue = (round(sum(c[k] * tally[c] for c in box) / n) for k in range(3))
        centres.append((red, green, blue))
    return sorted(set(centres))


def nearest(palette: Sequence[Colour], colour: Sequence[float]) -> int:
    """Which of the palette's colours is nearest, by the sum of squared differences; the first of equals."""
    r, g, b = colour
    best, least = 0, math.inf
    for i, (pr, pg, pb) in enumerate(palette):
        distance = (r - pr) * (r - pr)
        if distance >= least:  # most are too far in red already
            continue
        distance += (g - pg) * (g - pg) + (b - pb) * (b - pb)
        if distance < least:
            best, least = i, distance
    return best


class Reduced(NamedTuple):
    """A picture in a palette's colours."""

    palette: list[Colour]
    pixels: list[int]
    psnr: float
    """Peak signal-to-noise ratio in dB: 10 log10(255^2 / mean squared error); infinite for an exact copy."""


def reduce(pixels: Sequence[Colour], palette: list[Colour]) -> Reduced:
    """Every pixel in the nearest colour."""
    known: dict[Colour, int] = {}
    for pixel in pixels:
        if pixel not in known:
            known[pixel] = nearest(palette, pixel)
    return _judged(pixels, palette, [known[pixel] for pixel in pixels])


def dither(pixels: Sequence[Colour], width: int, palette: list[Colour]) -> Reduced:
    """The same with each pixel's error handed on to its neighbours, so that areas keep their mean colour.

    Source: Floyd and Steinberg 1976, "An adaptive algorithm for spatial greyscale".
    """
    height = len(pixels) // width
    work = [list(map(float, pixel)) for pixel in pixels]
    chosen = []
    for row in range(height):
        for column in range(width):
            here = row * width + column
            index = nearest(palette, work[here])
            chosen.append(index)
            for right, down, share in ((1, 0, 7), (-1, 1, 3), (0, 1, 5), (1, 1, 1)):
                if 0 <= column + right < width and row + down < height:
                    there = work[here + right + down * width]
                    for channel in range(3):
                        error = work[here][channel] - palette[index][channel]
                        there[channel] += error * share / 16
    return _judged(pixels, palette, chosen)


def _judged(pixels: Sequence[Colour], palette: list[Colour], chosen: list[int]) -> Reduced:
    noise = sum(
        (a - b) ** 2
        for pixel, index in zip(pixels, chosen, strict=True)
        for a, b in zip(pixel, palette[index], strict=True)
    )
    mean = noise / (3 * len(pixels))
    return Reduced(palette, chosen, 10 * math.log10(255 * 255 / mean) if mean else math.inf)
