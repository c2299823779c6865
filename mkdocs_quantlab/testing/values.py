"""Texts to give options, valid and others; the same each time."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from mkdocs_quantlab.engine.core.fields import Choice, MultiChoice, Number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs_quantlab.engine.core.schema import Field, Options

ODD = (
    "",
    " ",
    "0",
    "-1",
    "1e999",
    "nan",
    "inf",
    "1,5",
    "1_000",
    "٣",
    "0x10",
    "<b>",
    "'\"&",
    "a b",
    "\0",
    "\ud800",
    "x" * 5000,
)


def texts(field: Field[Any], count: int = 100) -> Iterator[str]:
    """Texts of every sort: odd ones, its own, and those that a slip of the fingers makes of them."""
    rng = Random(field.name)
    own = [*ends(field), *(_random(field, rng) for _ in range(10))]
    yield from ODD
    yield from own
    for _ in range(count):
        text = rng.choice(own)
        at = rng.randrange(len(text) + 1)
        yield rng.choice(
            (
                text[:at] + text[at + 1 :],
                text[:at] + chr(rng.randrange(32, 0x2100)) + text[at:],
                text.upper(),
            )
        )


def cases(options: type[Options], count: int) -> Iterator[dict[str, str]]:
    """Options to draw: the defaults, each choice and end of each field alone, and random ones together."""
    fields = options.fields()
    yield {}
    for field in fields:
        for text in ends(field):
            yield {field.name: text}
    rng = Random(options.__qualname__)
    for _ in range(count):
        some = [field for field in fields if rng.random() < 0.6]
        excluded = {other for field in some for other in field.excludes}
        yield {field.name: _random(field, rng) for field in some if field.name not in excluded}


def ends(field: Field[Any]) -> list[str]:
    """The texts at the ends of what a field takes, and its default."""
    found = []
    if isinstance(field, Choice):
        found = list(map(str, field.choices))
    elif isinstance(field, Number):
        found = [field.format(field.low), field.format(field.high)]
    elif isinstance(field, MultiChoice):
        found = [field.names[0], " ".join(field.names)]
    default = field.format(field.default)
    return [*found, default] if default else found


def _random(field: Field[Any], rng: Random) -> str:
    """A text that the field most likely takes."""
    if isinstance(field, Choice):
        return str(rng.choice(list(field.choices)))
    if isinstance(field, Number):
        value = rng.uniform(field.low, field.high)
        return str(round(value)) if field.step == "1" else repr(value)
    if isinstance(field, MultiChoice):
        return " ".join(rng.sample(field.names, rng.randint(1, len(field.names))))
    return field.format(field.default)
