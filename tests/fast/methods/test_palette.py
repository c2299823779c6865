"""Palettes, dithering, and the PNG files they are shown as."""

from __future__ import annotations

import base64
import math
import re
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkdocs_quantlab.engine.core import picture
from mkdocs_quantlab.engine.core.resources import Resources
from mkdocs_quantlab.engine.core.widget import answer
from mkdocs_quantlab.engine.methods import palette
from mkdocs_quantlab.engine.widgets.quantization_palette.widget import HEIGHT, WIDTH

PIXELS = picture.landscape(WIDTH, HEIGHT).pixels
COLOUR = st.tuples(*[st.integers(0, 255)] * 3)


def decode(address):
    """Width, height and colours of an unfiltered PNG, by the specification."""
    data = base64.b64decode(address.removeprefix("data:image/png;base64,"))
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, at = {}, 8
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        name, content = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", data, at + 8 + length)[0] == zlib.crc32(name + content)
        chunks[name] = content
        at += 12 + length
    assert list(chunks)[-1] == b"IEND"
    width, _, depth, kind, *_ = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    raw = zlib.decompress(chunks[b"IDAT"])
    stride = 1 + math.ceil(width * depth * (3 if kind == 2 else 1) / 8)
    rows = [raw[i + 1 : i + stride] for i in range(0, len(raw), stride)]
    if kind == 2:
        return [tuple(r[i : i + 3]) for r in rows for i in range(0, len(r), 3)]
    table = chunks[b"PLTE"]
    colours = [tuple(table[i : i + 3]) for i in range(0, len(table), 3)]
    bits = [
        np.unpackbits(np.frombuffer(r, np.uint8))[: width * depth].reshape(-1, depth) for r in rows
    ]
    return [colours[int("".join(map(str, b)), 2)] for r in bits for b in r]


@given(
    st.integers(1, 20),
    st.integers(1, 9),
    st.lists(COLOUR, min_size=1, max_size=256, unique=True),
    st.randoms(),
)
def test_png_comes_back_as_it_was(width, height, colours, rng):
    pixels = [rng.randrange(len(colours)) for _ in range(width * height)]
    expected = [colours[p] for p in pixels]
    assert decode(picture.png(width, height, pixels, colours)) == expected
    assert decode(picture.png_of_colours(width, height, expected)) == expected


def test_a_large_picture_takes_several_blocks():
    pixels = [(i % 256, i // 256 % 256, 7) for i in range(200 * 150)]
    assert decode(picture.png_of_colours(200, 150, pixels)) == pixels


@given(st.lists(COLOUR, min_size=1, max_size=60), st.integers(1, 20))
def test_a_palette_has_no_more_colours_than_asked(pixels, count):
    made = palette.k_means(pixels, count)
    assert 1 <= len(made) <= count
    assert 1 <= len(palette.uniform(count)) <= count
    reduced = palette.reduce(pixels, made)
    chosen = np.array(made)[reduced.pixels]
    distances = ((np.array(pixels)[:, None] - np.array(made)[None]) ** 2).sum(axis=2)
    assert (((np.array(pixels) - chosen) ** 2).sum(axis=1) == distances.min(axis=1)).all()
    if len(set(pixels)) <= count:
        assert reduced.psnr == math.inf


@pytest.mark.parametrize("count", [2, 4, 8, 16, 32, 64, 128, 256])
def test_made_for_the_picture_beats_evenly_spread(count):
    made = palette.reduce(PIXELS, palette.k_means(PIXELS, count))
    spread = palette.reduce(PIXELS, palette.uniform(count))
    assert made.psnr > spread.psnr + 3


def test_dithering_keeps_the_mean_and_loses_signal():
    colours = palette.uniform(8)
    plain, dithered = palette.reduce(PIXELS, colours), palette.dither(PIXELS, WIDTH, colours)
    mean = np.mean(PIXELS, axis=0)
    off = [np.abs(np.array(colours)[r.pixels].mean(axis=0) - mean).max() for r in (plain, dithered)]
    assert dithered.psnr < plain.psnr
    assert off[1] < off[0] / 2


def own(width, height, pixels):
    """Resources with a reader's picture, as the page's script sends it."""
    colours = "".join(bytes(pixel).hex() for pixel in pixels)
    picture = {"width": width, "height": height, "colours": colours}
    found = [{"kind": "picture", "key": [], "value": picture}]
    return Resources.from_json({"names": [], "found": found, "files": []})


def test_the_readers_picture_takes_the_place_of_ours():
    pixels = [(i % 256, i // 256 * 50, 7) for i in range(30 * 20)]
    html = answer("quantization-palette", {"number": "256"}, own(30, 20, pixels))["html"]
    shown = [decode(address) for address in re.findall(r'src="([^"]+)"', html)]
    assert shown[0] == pixels
    assert all(len(s) == 600 and len(set(s)) <= 256 for s in shown[1:])
    assert 'width="30" height="20"' in html
    assert "600 pixels" in html


def test_a_picture_of_one_colour_is_exact():
    html = answer("quantization-palette", {}, own(2, 1, [(9, 9, 9)] * 2))["html"]
    assert "In 1 colour each pixel takes 1 bit instead of 24" in html
    assert "every pixel is as it was" in html
    one = answer("quantization-palette", {}, own(1, 1, [(9, 9, 9)]))["html"]
    assert "4.17 % larger</strong> with the palette counted, and 95.8 % smaller without" in one


def test_the_figure_counts_the_palette():
    html = answer("quantization-palette", {"colours": "16"})["html"]
    assert "83.3 % smaller without" in html
    assert f"{(WIDTH * HEIGHT * 4 + 16 * 24) // 8:,} bytes" in html
    assert answer("quantization-palette", {"number": "100"})["values"]["colours"] == "128"
