"""A picture in a few colours beside weights in a few values: the analogy, and where it ends."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mkdocs_quantlab import api
from mkdocs_quantlab.api import (
    Choice,
    Html,
    Integer,
    LiveCode,
    count,
    decibel,
    in_place_of,
    join,
    note,
    percent,
    result,
    row,
    table,
    tag,
    view,
    yours,
)
from mkdocs_quantlab.api.live import items, whole
from mkdocs_quantlab.api.methods import codebook, gaussian, palette, snr
from mkdocs_quantlab.api.pictures import Bitmap, Colour, UserPicture, landscape, png, png_of_colours

if TYPE_CHECKING:
    from mkdocs_quantlab.api.methods.palette import Reduced

TITLE = "Palette"

WIDTH, HEIGHT = 32, 24
WEIGHTS = 1024
POWERS = tuple(1 << n for n in range(1, 9))


class Options(api.Options):
    """Options of `data-quantization-palette`."""

    primary = "colours"
    takes_files = "picture"

    colours = Choice(
        16,
        {n: str(n) for n in POWERS},
        label="Colours",
        help="How many colours the picture has left, and how many values the weights.",
        excludes=("number",),
    )
    view = Choice(
        "nearest",
        {"nearest": "Nearest colour", "dithered": "Dithered"},
        label="Show",
        help="Every pixel in its nearest colour, or with its error handed on to its neighbours.",
        in_page=True,
    )
    made = Choice(
        "k-means",
        {"k-means": "Made for the picture", "uniform": "Evenly spread"},
        label="Palette",
        help="Colours made for these very pixels by k-means, or evenly spread over all colours.",
    )
    number = Integer(
        16, 2, 256, label="Any number", help="A number of colours that is no power of two.", excludes=("colours",)
    )  # fmt: skip

    def check(self) -> None:
        if "number" in self.given:
            self.values["colours"] = next(n for n in POWERS if n >= self.number)
        else:
            self.values["number"] = self.colours


def _inputs(given: Options) -> list[Any]:
    pixels = (
        () if given.made == "uniform" else (given.resources.get(UserPicture()) or _ours()).pixels
    )
    return [given.made, pixels, given.number]


def _run(made: Any, given: Any) -> Any:
    name, pixels, count = given
    return made(count) if name == "uniform" else made([tuple(pixel) for pixel in pixels], count)


def _read(_given: Options, _inputs: Any, values: Any) -> list[Colour]:
    colours = []
    for each in items(values, "the palette", 1, POWERS[-1]):
        red, green, blue = (whole(c, "a colour's part", 0, 255) for c in items(each, "a colour", 3))
        colours.append((red, green, blue))
    return colours


LIVE = LiveCode(
    "made", {"k-means": palette.k_means, "uniform": palette.uniform}, _inputs, (_run,), _read
)


class Picture:
    """A picture with one palette."""

    def __init__(self, original: Bitmap, colours: list[Colour]) -> None:
        pixels = original.pixels
        self.original = original
        self.colours = colours
        self.nearest: Reduced = palette.reduce(pixels, colours)
        self.dithered: Reduced = palette.dither(pixels, original.width, colours)
        self.bits = max(1, (len(colours) - 1).bit_length())
        self.size = len(pixels) * self.bits + len(colours) * 24


class Weights:
    """Gaussian weights with as many values."""

    def __init__(self, made: str, count: int) -> None:
        weights = gaussian(WEIGHTS, 1)
        if made == "uniform":
            low, high = min(weights), max(weights)
            values = tuple(low + (high - low) * i / (count - 1) for i in range(count))
        else:
            values = codebook.k_means(weights, count)
        self.snr = snr(weights, [values[codebook.nearest(values, w)] for w in weights])
        self.bits = max(1, (len(values) - 1).bit_length())
        self.size = WEIGHTS * self.bits + len(values) * 16


@lru_cache(maxsize=1)
def _ours() -> Bitmap:
    return landscape(WIDTH, HEIGHT)


@lru_cache(maxsize=2 * len(POWERS))
def _picture(original: Bitmap, made: str, most: int) -> Picture:
    """With a palette of the engine's."""
    if made == "uniform":
        return Picture(original, palette.uniform(most))
    return Picture(original, palette.k_means(original.pixels, most))


_weights = lru_cache(maxsize=2 * len(POWERS))(Weights)


def _sentence(given: Options, picture: Picture, *, edited: bool) -> Html:
    saved = 1 - picture.size / (len(picture.original.pixels) * 24)
    psnr = picture.nearest.psnr
    return result(
        in_place_of(f"“{Options.made.choices[given.made]}”" if edited else None),
        f"{'i' if edited else 'I'}n {count(len(picture.colours), 'colour')} each pixel takes {count(picture.bits, 'bit')} instead of 24: ",
        tag("strong", f"{percent(abs(saved))} {'larger' if saved < 0 else 'smaller'}"),
        f" with the palette counted, and {percent(1 - picture.bits / 24)} smaller without; ",
        "every pixel is as it was."
        if math.isinf(psnr)
        else f"a peak signal-to-noise ratio of {decibel(psnr)}.",
    )


def _image(original: Bitmap, source: str, caption: str) -> Html:
    return tag(
        "figure",
        tag("img", src=source, width=original.width, height=original.height, alt=caption),
        tag("p", caption),
    )


def _pictures(picture: Picture) -> Html:
    original = picture.original
    width, height, pixels = original

    def reduced(name: str, how: str, made: Reduced) -> Html:
        source = png(width, height, made.pixels, made.palette)
        caption = f"{count(len(picture.colours), 'colour')}, {how}: {decibel(made.psnr)}"
        return view(Options.view, name, _image(original, source, caption))

    return tag(
        "div",
        _image(original, png_of_colours(width, height, pixels), "24 bits a pixel"),
        reduced("nearest", "each pixel the nearest", picture.nearest),
        reduced("dithered", "with errors handed on", picture.dithered),
        class_="quantlab-pixels",
    )


def _pixels(picture: Picture, *, edited: bool) -> Html:
    return row(
        count(len(picture.original.pixels), "pixel"),
        "24 bits",
        count(picture.bits, "bit"),
        f"{len(picture.colours)} × 24 bits",
        f"{math.ceil(picture.size / 8):,} bytes",
        decibel(picture.nearest.psnr),
        edited=edited,
    )


def render(given: Options, edited: list[Colour] | None = None) -> Html:
    """The figure: result, pictures, and the same done to weights.

    Args:
        given: The options.
        edited: The palette of the reader's code; the table shows it beside the one that it takes the place of.
    """
    original = given.resources.get(UserPicture()) or _ours()
    ours = _picture(original, given.made, given.number)
    picture = Picture(original, edited) if edited else ours
    weights = _weights(given.made, given.number)
    return join(
        _sentence(given, picture, edited=edited is not None),
        yours(_pictures(picture), edited=edited is not None),
        table(
            "The same done to a picture and to weights",
            ("", "Before", "After", "Table", "Total", "SNR"),
            (
                _pixels(ours, edited=False),
                *([_pixels(picture, edited=True)] if edited else ()),
                row(
                    f"{WEIGHTS:,} Gaussian weights",
                    "16 bits",
                    count(weights.bits, "bit"),
                    f"{given.number} × 16 bits",
                    f"{math.ceil(weights.size / 8):,} bytes",
                    decibel(weights.snr),
                ),
            ),
        ),
        note(
            "Where the analogy holds: few values, each stored as its number, and a table that says what the numbers mean. NF4 is such a table, "
            "made once for all weights that are normally distributed; a codebook made by k-means would be made for these weights."
        ),
        note(
            "Where it ends: ggml's K-quants have no palette. Their values are evenly spaced, with a scale for every 16 or 32 weights. And "
            "nobody looks at a single weight; what counts is the sum of many times their inputs. Dithering is nearer to what GPTQ does: it hands "
            "each error on, so that areas keep their mean, though every single pixel is further off."
        ),
    )
