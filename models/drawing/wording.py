"""Wordings of scenes, known and unknown, for training and evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.drawing.parse import (
    COLOUR_NAMES,
    COLOUR_OF,
    KIND_OF,
    NUMBER_OF,
    NUMBERS,
    PARTS,
    PLACE_NAMES,
    PLACE_OF,
    RELATION_NAMES,
    SIZE_NAMES,
    SIZE_OF,
    words_of,
)
from mkdocs_quantlab.engine.drawing.phrases import ADJECTIVES, SMALL, TRAINING, UNSEEN, VERBS, Style
from mkdocs_quantlab.engine.drawing.scene import (
    BESIDE,
    MAX_PER_KIND,
    RIDERS,
    SKY,
    VEHICLES,
    Scene,
    Thing,
)
from mkdocs_quantlab.engine.drawing.things import COLOURS, KINDS
from models.drawing.phrases import NOUNS, UNKNOWN, UNKNOWN_UNSEEN, invented

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

_KEPT = frozenset(
    (*KIND_OF, *COLOUR_OF, *SIZE_OF, *PLACE_OF, *NUMBER_OF, *SKY, *PARTS, *UNKNOWN_UNSEEN)
) | frozenset(words_of(" ".join((*UNSEEN.forms, *UNSEEN.adjectives, *UNSEEN.endings))))
"""Words that are not to be put in for nothing."""


def wording(scene: Scene, rng: random.Random, style: Style = TRAINING) -> str:
    """A way to ask for a scene."""
    return dressed(_said(scene, rng, style), rng, style)


def random_style(rng: random.Random) -> Style:
    """A way of asking out of random words, some of them in no language.

    Training has it in every second sample, so that the model looks for what it knows at its place in the sentence, and does not
    take each new word for a new thing.
    """
    before = [_filler(rng, SMALL + VERBS) for _ in range(rng.choice((0, 1, 1, 1, 2, 3, 4, 5)))]
    after = [_filler(rng, SMALL + VERBS) for _ in range(rng.choice((0, 0, 0, 0, 1, 2)))]
    form = " ".join(before) + rng.choice(("", "", "", ",", ":", " me")) if before else ""
    form = f"{form} {{}}".strip()
    if after:
        form += rng.choice((" ", " ", ", ")) + " ".join(after)
    form += rng.choice((".", ".", ".", "?", "!", ""))
    return Style((form,), (_filler(rng, ADJECTIVES),), (_random_ending(rng),), often=0.3)


def _random_ending(rng: random.Random) -> str:
    if rng.random() < 0.3:
        return " ".join(_filler(rng, SMALL) for _ in range(rng.randint(1, 2)))
    link = rng.choice(
        ("for", "for", "for", "as", "by", "from", "during", "before", "after", "like")
    )
    whose = rng.choice(("a", "the", "my", "our", "this", "his", "her"))
    described = rng.random()
    word = ""
    if described < 0.2:
        word = _filler(rng, ADJECTIVES) + " "
    elif described < 0.4:
        word = rng.choice((*SIZE_OF, *COLOUR_OF)) + " "  # It is the poster that is small.
    if rng.random() < 0.2:
        word += _filler(rng, NOUNS) + " "
    return f"{link} {whose} {word}{_filler(rng, NOUNS + UNKNOWN)}"


def _filler(rng: random.Random, real: Sequence[str]) -> str:
    """A real word, or an invented one, that names nothing and is kept for no evaluation."""
    if rng.random() < 0.55:
        return rng.choice(real)
    while (word := invented(rng)) in _KEPT:
        pass
    return word


def dressed(said: str, rng: random.Random, style: Style) -> str:
    """A request around what is to be drawn."""
    if rng.random() < style.often:
        said += " " + rng.choice(style.endings)
    text = rng.choice(style.forms).format(said)
    if text[-1] == "." and rng.random() < 0.25:
        text = text[:-1]
    if rng.random() < 0.2:
        return text.lower()
    return text[0].upper() + text[1:] if rng.random() < 0.9 else text


def _said(scene: Scene, rng: random.Random, style: Style) -> str:
    things = [_thing(thing, rng, style) for thing in scene.things]
    sky = [_in_sky(name, rng) for name in scene.sky]
    if len(things) == 2 and (scene.relation != BESIDE or (not sky and rng.random() < 0.5)):
        things = [f" {rng.choice(RELATION_NAMES[scene.relation])} ".join(things)]
    if sky and (scene.relation != BESIDE or rng.random() < 0.4):
        text = f"{_list(things)} {rng.choice(('with', 'under'))} {_list(sky)}"
    else:
        text = _list([*things, *sky])
    return f"{text} {rng.choice(PLACE_NAMES[scene.place])}" if scene.place else text


def _thing(thing: Thing, rng: random.Random, style: Style) -> str:
    kind = KINDS[thing.kind]
    before = [
        rng.choice(SIZE_NAMES[thing.size]) if thing.size else "",
        rng.choice(style.adjectives) if rng.random() < style.often else "",
        _colour(thing.colour, rng),
    ]
    described = " ".join(word for word in before if word)
    if thing.number > 1:
        number = NUMBERS[thing.number] if rng.random() < 0.75 else str(thing.number)
        return " ".join(filter(None, (number, described, _choice(kind.plurals, rng))))
    text = article(" ".join(filter(None, (described, _choice(kind.names, rng)))), rng)
    if thing.windows:
        number = NUMBERS[thing.windows] if rng.random() < 0.75 else str(thing.windows)
        text += " with a window" if thing.windows == 1 else f" with {number} windows"
    if thing.hat:
        text += (
            f" {rng.choice(('with', 'wearing', 'in'))} {article(_colour(thing.hat, rng) + ' hat')}"
        )
    if thing.on:
        vehicle = KINDS[thing.on.kind]
        ridden = " ".join(
            filter(None, (_colour(thing.on.colour, rng), _choice(vehicle.names, rng)))
        )
        text += f" {rng.choice(vehicle.preposition)} {article(ridden, rng)}"
    return text


def _choice(names: Sequence[str], rng: random.Random) -> str:
    """The usual name mostly."""
    return names[0] if rng.random() < 0.7 else rng.choice(names)


def _colour(colour: str, rng: random.Random) -> str:
    return rng.choice(COLOUR_NAMES.get(colour, (colour,)))


def _in_sky(name: str, rng: random.Random) -> str:
    return article(name) if rng.random() < 0.6 else f"the {name}"


def article(words: str, rng: random.Random | None = None) -> str:
    """Words with an article; sometimes another one than a or an."""
    if rng and rng.random() < 0.06:
        return f"{rng.choice(('the', 'my', 'one'))} {words}"
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def _list(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def unknown_thing(rng: random.Random) -> str:
    """The name of something that is not drawn, for training."""
    return _filler(rng, UNKNOWN)


def unknown_wording(rng: random.Random, noun: str, style: Style = TRAINING) -> str:
    """A way to ask for something that is not known, alone or with what is."""
    colour = f"{rng.choice(tuple(COLOURS))} " if rng.random() < 0.25 else ""
    adjective = f"{rng.choice(style.adjectives)} " if rng.random() < style.often else ""
    text = article(f"{adjective}{colour}{noun}", rng)
    known = article(rng.choice(tuple(KINDS)), rng)
    beside = rng.choice(("and", *RELATION_NAMES[BESIDE]))
    chance = rng.random()
    if chance < 0.25:
        vehicle = KINDS[rng.choice(VEHICLES)]
        text += f" {rng.choice(vehicle.preposition)} {article(_choice(vehicle.names, rng))}"
    elif chance < 0.35:
        text = f"{article(rng.choice(RIDERS))} riding {text}"
    elif chance < 0.45:
        text = f"{text} {beside} {known}"
    elif chance < 0.55:
        text = f"{known} {beside} {text}"
    elif chance < 0.65:
        text += f" {rng.choice(PLACE_NAMES[rng.choice(tuple(PLACE_NAMES))])}"
    elif chance < 0.75:
        text = f"{NUMBERS[rng.randint(2, MAX_PER_KIND)]} {colour}{noun}s"
    return dressed(text, rng, style)
