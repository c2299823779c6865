"""Small pictures as PNG in a `data:` address."""

from __future__ import annotations

import struct
from base64 import b64encode
from binascii import crc32
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from mkdocs_quantlab.engine.core.resources import Resource

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mkdocs_quantlab.engine.core import protocol

Colour: TypeAlias = tuple[int, int, int]
"""Red, green and blue, 0 to 255."""

MAX_PIXELS = 1200
"""Pixels that a reader's picture is reduced to, in the page: 256 colours for them take the page's Python under two seconds."""


class Bitmap(NamedTuple):
    """A picture, row by row."""

    width: int
    height: int
    pixels: tuple[Colour, ...]


class UserPicture(Resource[Bitmap]):
    """The picture that the reader opened; available only in the page."""

    kind = "picture"

    def __init__(self) -> None:
        super().__init__()

    @staticmethod
    def pack(value: Bitmap) -> protocol.Picture:
        """As the page's script makes it."""
        colours = b"".join(map(bytes, value.pixels)).hex()
        return {"width": value.width, "height": value.height, "colours": colours}

    @staticmethod
    def unpack(packed: protocol.Picture) -> Bitmap:
        """What the page's script made of the reader's picture."""
        values = bytes.fromhex(packed["colours"])
        pixels = tuple(zip(values[::3], values[1::3], values[2::3], strict=True))
        return Bitmap(packed["width"], packed["height"], pixels)


def landscape(width: int, height: int) -> Bitmap:
    """A sunset over hills and water: soft gradients, a few strong colours, some texture."""
    pixels = []
    for row in range(height):
        for column in range(width):
            x, y = (column + 0.5) / width, (row + 0.5) / height
            pixels.append(_at(x, y))
    return Bitmap(width, height, tuple(pixels))


def _mix(a: Colour, b: Colour, share: float) -> Colour:
    share = min(max(share, 0.0), 1.0)
    return (
        round(a[0] + (b[0] - a[0]) * share),
        round(a[1] + (b[1] - a[1]) * share),
        round(a[2] + (b[2] - a[2]) * share),
    )


HORIZON = 0.58


def _sky(x: float, y: float) -> Colour:
    colour = _mix((38, 52, 110), (250, 170, 90), y / HORIZON)
    distance = ((x - 0.68) * 1.33) ** 2 + (y - 0.4) ** 2
    if distance < 0.0085:
        return (255, 240, 190)
    return _mix((255, 214, 140), colour, distance / 0.08)


def _at(x: float, y: float) -> Colour:
    far = 0.5 - 0.16 * (1 - (2.6 * (x - 0.2)) ** 2) * (abs(x - 0.2) < 0.38)
    near = 0.56 - 0.09 * (1 - (2 * (x - 0.92)) ** 2) * (abs(x - 0.92) < 0.5)
    if y < HORIZON:
        if y > near:
            return _mix((42, 92, 60), (18, 48, 40), (y - near) * 8)
        if y > far:
            return _mix((120, 90, 130), (70, 66, 110), (y - far) * 4)
        return _sky(x, y)
    # Water: the sky upside down, darker, with waves.
    depth = y - HORIZON
    wave = 0.02 if int(depth * 60) % 2 else -0.02
    return _mix(_sky(x + wave, HORIZON - depth * 1.1), (16, 38, 70), 0.35 + depth)


def png(width: int, height: int, pixels: Sequence[int], palette: Sequence[Colour]) -> str:
    """An indexed picture as a `data:` address, with 1, 2, 4 or 8 bits per pixel, as few as the palette needs.

    It is not compressed, so that every platform writes the same bytes. Source: PNG specification, third edition.

    Args:
        width: Pixels in a row.
        height: Rows.
        pixels: Indices into the palette, row by row.
        palette: At most 256 colours.
    """
    depth = next(bits for bits in (1, 2, 4, 8) if len(palette) <= 1 << bits)
    rows = bytearray()
    for start in range(0, width * height, width):
        packed, filled = 0, 0
        rows.append(0)  # no filter
        for pixel in pixels[start : start + width]:
            packed = packed << depth | pixel
            filled += depth
            if filled == 8:
                rows.append(packed)
                packed = filled = 0
        if filled:
            rows.append(packed << (8 - filled))
    table = b"".join(bytes(colour) for colour in palette)
    head = struct.pack(">IIBBBBB", width, height, depth, 3, 0, 0, 0)
    return _png(head, bytes(rows), _chunk(b"PLTE", table))


def png_of_colours(width: int, height: int, pixels: Sequence[Colour]) -> str:
    """A picture with 24 bits per pixel as a `data:` address."""
    rows = bytearray()
    for start in range(0, width * height, width):
        rows.append(0)
        for colour in pixels[start : start + width]:
            rows.extend(colour)
    return _png(struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0), bytes(rows), b"")


_WORD = 1000
"""Characters of an address in one piece."""


def _png(head: bytes, rows: bytes, table: bytes) -> str:
    # One stored block of deflate, which holds up to 65,535 bytes, inside zlib's frame.
    blocks = bytearray(b"\x78\x01")
    for start in range(0, len(rows), 65_535):
        part = rows[start : start + 65_535]
        last = start + 65_535 >= len(rows)
        blocks += struct.pack("<BHH", last, len(part), len(part) ^ 0xFFFF) + part
    blocks += struct.pack(">I", _adler32(rows))
    data = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + table
    data += _chunk(b"IDAT", bytes(blocks)) + _chunk(b"IEND", b"")
    text = b64encode(data).decode()
    # Browsers skip white space in such addresses, and tools that read pages line by line are slow on long ones.
    words = [text[start : start + _WORD] for start in range(0, len(text), _WORD)]
    return "data:image/png;base64," + "\n ".join(words)


def _chunk(name: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content)) + name + content + struct.pack(">I", crc32(name + content))
    )


def _adler32(data: bytes) -> int:
    """The checksum of zlib's frame (RFC 1950)."""
    a, b = 1, 0
    for byte in data:
        a = (a + byte) % 65_521
        b = (b + a) % 65_521
    return b << 16 | a
