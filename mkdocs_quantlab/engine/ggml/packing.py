"""Steps of less than a byte in bytes, as ggml packs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def pack_nibbles(steps: list[int], half: int) -> bytes:
    """Two 4-bit steps a byte: of each run of `2 * half`, the first half in the low bits."""
    packed = bytearray()
    for start in range(0, len(steps), 2 * half):
        low = steps[start : start + half]
        high = steps[start + half : start + 2 * half]
        packed += bytes([a & 15 | (b & 15) << 4 for a, b in zip(low, high, strict=True)])
    return bytes(packed)


def unpack_nibbles(data: bytes, half: int) -> list[int]:
    """The inverse of `pack_nibbles`."""
    steps: list[int] = []
    for start in range(0, len(data), half):
        run = data[start : start + half]
        steps += [byte & 15 for byte in run]
        steps += [byte >> 4 for byte in run]
    return steps


def bit_list(data: bytes) -> list[int]:
    """The bits of little-endian bytes, the lowest first."""
    return [byte >> bit & 1 for byte in data for bit in range(8)]


def pack_bits(bits: Iterable[int]) -> bytes:
    """The inverse of `bit_list`."""
    flat = list(bits)
    return bytes(
        sum(bit << k for k, bit in enumerate(flat[start : start + 8]))
        for start in range(0, len(flat), 8)
    )


def pack_crumbs(steps: list[int]) -> bytes:
    """Four 2-bit steps a byte, of weights 32 apart."""
    packed = bytearray()
    for start in range(0, 256, 128):
        runs = [steps[k : k + 32] for k in range(start, start + 128, 32)]
        packed += bytes(
            [
                a & 3 | (b & 3) << 2 | (c & 3) << 4 | (d & 3) << 6
                for a, b, c, d in zip(*runs, strict=True)
            ]
        )
    return bytes(packed)


def unpack_crumbs(data: bytes) -> list[int]:
    """The inverse of `pack_crumbs`."""
    return [
        byte >> shift & 3
        for start in range(0, 64, 32)
        for shift in (0, 2, 4, 6)
        for byte in data[start : start + 32]
    ]


def pack_planes(bits: list[int]) -> bytes:
    """One bit of each weight: weight i in bit i // 32 of byte i % 32."""
    return bytes([sum(bit << k for k, bit in enumerate(bits[byte::32])) for byte in range(32)])


def unpack_planes(data: bytes) -> list[int]:
    """The inverse of `pack_planes`."""
    return [byte >> k & 1 for k in range(8) for byte in data]
