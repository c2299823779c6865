"""Numbers as answers write them.

`1,234` is 1234 in English and 1.234 in German. A numeral that can be read in two ways keeps both readings; only what surrounds it, or the
author of a rule, can decide.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

Decimal = Literal["any", "point", "comma"]
"""What separates decimals: `any` leaves both readings of a numeral such as `1,234`."""

MAX_DIGITS = 40
"""Digits of a part of a numeral; longer ones are not read as numbers."""

_THIN = "\u00a0\u2009\u202f'\u2019\u066c"
"""White space and marks that separate thousands and nothing else."""
_NUMERAL = re.compile(
    # Not within a word (`Q4_K`, `H2`), nor the end of a longer numeral.
    rf"(?<![A-Za-z_\u00c0-\u024f\d])(?<!\d[.,{_THIN}])"
    rf"\d{{1,{MAX_DIGITS}}}(?:[.,{_THIN}]\d{{1,{MAX_DIGITS}}}){{0,14}}(?!\d)"
    r"(?:[eE][+-]?\d{1,3}(?![A-Za-z\d])|\s?[\u00d7xX*]\s?10\s?(?:\^\s?\{?|\*\*)\s?[+\-\u2212]?\d{1,3}\}?)?"
    r"|(?<![A-Za-z_\u00c0-\u024f\d])(?<!\d[.,])[.,]\d{1,40}(?!\d)"
)
_POWER = re.compile(r"\s?[\u00d7xX*]\s?10\s?(?:\^\s?\{?|\*\*)\s?([+\-\u2212]?\d{1,3})\}?$")
_SIGN = re.compile(r"(?:^|[\s(\[{=:,;*$`\u20ac\u00a3\u2248~<>])([-+\u2212])\s?$")
_SPACED = re.compile(r"(?<!\d)(?<!\d )\d{1,3}(?: \d{3}){1,5}(?! ?\d)")


class Numeral(NamedTuple):
    """A number in a text."""

    readings: tuple[float, ...]
    """Each value that it can have, the likelier one first."""
    start: int
    """Its first character, without its sign."""
    stop: int
    """The character after its last."""


def prepared(text: str) -> str:
    """The text with the separators of TeX as plain ones."""
    return text.replace("{,}", ",").replace("\\,", "\u2009").replace("\u066b", ".")


def numerals(text: str, decimal: Decimal = "any") -> Iterator[Numeral]:
    """The numbers in a text that is `prepared`, in their order.

    Args:
        text: The text.
        decimal: How to read a numeral such as `1,234`.
    """
    for found in _NUMERAL.finditer(text):
        if values := _values(found[0], decimal):
            yield _numeral(text, values, found.start(), found.end())
        elif re.fullmatch(r"[\d,]+", found[0]):  # a list without spaces
            for each in re.finditer(r"\d+", found[0]):
                start = found.start() + each.start()
                yield _numeral(text, (float(each[0]),), start, start + len(each[0]))


def spaced(text: str) -> Iterator[Numeral]:
    """Numbers whose thousands are separated by plain spaces, such as `12 345`; they may be several numbers, too."""
    for found in _SPACED.finditer(text):
        value = float(found[0].replace(" ", ""))
        yield _numeral(text, (value,), found.start(), found.end())


def _numeral(text: str, values: tuple[float, ...], start: int, stop: int) -> Numeral:
    """A numeral with the sign before it."""
    sign = _SIGN.search(text[max(0, start - 3) : start])
    factor = -1 if sign and sign[1] != "+" else 1
    return Numeral(tuple(factor * value for value in values), start, stop)


def _values(text: str, decimal: Decimal) -> tuple[float, ...]:
    """What a numeral can mean; nothing if it is none, as versions (`1.2.3`) and lists (`1,2,3`) are not."""
    exponent = 0
    if power := _POWER.search(text):
        exponent = int(power[1].replace("\u2212", "-"))
        text = text[: power.start()]
    elif scientific := re.search(r"[eE]([+-]?\d+)$", text):
        exponent = int(scientific[1])
        text = text[: scientific.start()]
    written = re.sub(rf"(?<=\d)[{_THIN}](?=\d{{3}}(?!\d))", "", text)
    found = [] if re.search(rf"[{_THIN}]", written) else _plain(written, decimal)
    try:
        return tuple(float(f"{value}e{exponent}") for value in found)
    except ValueError:  # digits of two scripts, for one
        return ()


def _plain(text: str, decimal: Decimal) -> list[str]:
    """The readings of digits with points and commas, as `float` takes them."""
    points, commas = text.count("."), text.count(",")
    if not points and not commas:
        return [text]
    if points and commas:
        last = max(text.rfind("."), text.rfind(","))
        mark, other = text[last], ",."[text[last] == ","]
        whole = text[:last]
        return (
            [f"{_joined(whole, other)}.{text[last + 1 :]}"]
            if (mark not in whole and _is_grouped(whole, other))
            else []
        )
    mark = "." if points else ","
    if points + commas > 1:
        return [_joined(text, mark)] if _is_grouped(text, mark) else []
    whole, _, rest = text.partition(mark)
    as_decimal, as_thousands = f"{whole or 0}.{rest}", whole + rest
    if not _is_grouped(text, mark):
        return [as_decimal]
    if decimal == "any":
        return [as_thousands, as_decimal] if mark == "," else [as_decimal, as_thousands]
    return [as_decimal if (mark == ".") == (decimal == "point") else as_thousands]


def _joined(text: str, mark: str) -> str:
    return text.replace(mark, "")


def _is_grouped(text: str, mark: str) -> bool:
    """Whether separators stand where thousands have them; Indian ones have two digits between."""
    dot = re.escape(mark)
    return bool(
        re.fullmatch(rf"[1-9]\d{{0,2}}(?:{dot}\d{{3}})+|[1-9]\d?(?:{dot}\d\d)+{dot}\d{{3}}", text)
    )
