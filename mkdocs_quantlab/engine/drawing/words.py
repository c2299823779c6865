"""How scenes are asked for: wordings of a scene, and the scene of a wording."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.drawing.phrases import (
    ADJECTIVES,
    NOUNS,
    SMALL,
    TRAINING,
    UNKNOWN,
    UNKNOWN_UNSEEN,
    UNSEEN,
    VERBS,
    Style,
    invented,
)
from mkdocs_quantlab.engine.drawing.scene import (
    ABOVE,
    BESIDE,
    MOST,
    RIDERS,
    RIGHT_OF,
    SKY,
    VEHICLES,
    Scene,
    Thing,
)
from mkdocs_quantlab.engine.drawing.things import COLOURS, KINDS

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Sequence

NUMBERS = ("zero", "one", "two", "three", "four", "five")
_COLOUR_NAMES = {"gray": ("gray", "grey"), "purple": ("purple", "violet"), "teal": ("teal", "turquoise")}  # fmt: skip
_SIZE_NAMES = {"small": ("small", "little", "tiny"), "big": ("big", "large", "huge")}
_PLACE_NAMES = {
    "meadow": ("in a meadow", "on the grass"),
    "night": ("at night", "in the night"),
    "snow": ("in the snow", "in winter"),
    "beach": ("on the beach", "at the beach"),
    "sea": ("at sea", "on the water"),
}
_RELATION_NAMES = {
    BESIDE: ("next to", "beside", "near", "left of", "to the left of"),
    RIGHT_OF: ("right of", "to the right of"),
    ABOVE: ("above", "over", "high above"),
}


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
        word = rng.choice((*_SIZE_OF, *_COLOUR_OF)) + " "  # It is the poster that is small.
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
        things = [f" {rng.choice(_RELATION_NAMES[scene.relation])} ".join(things)]
    if sky and (scene.relation != BESIDE or rng.random() < 0.4):
        text = f"{_list(things)} {rng.choice(('with', 'under'))} {_list(sky)}"
    else:
        text = _list([*things, *sky])
    return f"{text} {rng.choice(_PLACE_NAMES[scene.place])}" if scene.place else text


def _thing(thing: Thing, rng: random.Random, style: Style) -> str:
    kind = KINDS[thing.kind]
    before = [
        rng.choice(_SIZE_NAMES[thing.size]) if thing.size else "",
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
    return rng.choice(_COLOUR_NAMES.get(colour, (colour,)))


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
    beside = rng.choice(("and", *_RELATION_NAMES[BESIDE]))
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
        text += f" {rng.choice(_PLACE_NAMES[rng.choice(tuple(_PLACE_NAMES))])}"
    elif chance < 0.75:
        text = f"{NUMBERS[rng.randint(2, MOST)]} {colour}{noun}s"
    return dressed(text, rng, style)


def _by_word(names: dict[str, Iterable[str]]) -> dict[str, str]:
    return {word: meaning for meaning, words in names.items() for word in words}


_KIND_OF = _by_word({name: (*kind.names, *kind.plurals) for name, kind in KINDS.items()})
_COLOUR_OF = _by_word({name: _COLOUR_NAMES.get(name, (name,)) for name in COLOURS})
_SIZE_OF = _by_word(dict(_SIZE_NAMES))
_PLACE_OF = {name.split()[-1]: place for place, names in _PLACE_NAMES.items() for name in names}
_NUMBER_OF = {word: i for i, word in enumerate(NUMBERS)} | {str(i): i for i in range(1, MOST + 1)}
_PARTS = ("window", "windows", "hat")
_RIDING = frozenset({"riding", "on", "in", "top"})


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z]+|\d+", text.lower())


_EMPTY = (
    frozenset((*VERBS, *ADJECTIVES, *SMALL))
    | frozenset(
        word
        for style in (TRAINING, UNSEEN)
        for text in (*style.forms, *style.adjectives, *style.endings)
        for word in _words(text)
    )
    | frozenset(
        "a an the my and with wearing under of to next near beside left high top it at riding in on".split()
    )
)
"""Words that name nothing."""
_KEPT = frozenset(
    (*_KIND_OF, *_COLOUR_OF, *_SIZE_OF, *_PLACE_OF, *_NUMBER_OF, *SKY, *_PARTS, *UNKNOWN_UNSEEN)
) | frozenset(_words(" ".join((*UNSEEN.forms, *UNSEEN.adjectives, *UNSEEN.endings))))
"""Words that are not to be put in for nothing."""
_LINKS = {"right": RIGHT_OF, "above": ABOVE, "over": ABOVE}


def parse(prompt: str) -> Scene | None:
    """The scene that a wording asks for.

    Returns:
        The scene, or None where there is a word that is not known, or something is asked for that is not drawn: a vehicle
        that rides, six of a kind, several things of different sizes.
    """
    text = prompt.lower()
    for ending in (*TRAINING.endings, *UNSEEN.endings):
        text = text.replace(f" {ending}", "")  # "a small icon" is no size
    reader = _Reader()
    for word in _words(text):
        if not reader.take(word):
            return None
    return reader.scene()


class _Reader:
    """Reads a wording word by word: what a thing is like comes before its name, but for its windows and its hat."""

    def __init__(self) -> None:
        self.things: list[Thing] = []
        self.sky: list[str] = []
        self.place = ""
        self.relation = BESIDE
        self.start()

    def start(self) -> None:
        """Forget what was said of a thing: its name has come."""
        self.colour = self.size = ""
        self.number = 0
        self.since: set[str] = set()

    def take(self, word: str) -> bool:
        """Reads one word; False where it makes no sense."""
        if word in _COLOUR_OF and not self.colour:
            self.colour = _COLOUR_OF[word]
        elif word in _SIZE_OF and not self.size:
            self.size = _SIZE_OF[word]
        elif word in _NUMBER_OF and not self.number:
            self.number = _NUMBER_OF[word]
        elif word in _KIND_OF:
            return self._thing(_KIND_OF[word], several=word in KINDS[_KIND_OF[word]].plurals)
        elif word in _PARTS:
            return self._part(word)
        elif word in SKY and not self._described and word not in self.sky:
            self.sky.append(word)
            self.start()
        elif word in _PLACE_OF and not self._described and not self.place:
            self.place = _PLACE_OF[word]
        elif word in _LINKS and self.things:
            self.relation = _LINKS[word]
        elif word in _EMPTY:
            self.since.add(word)
        else:
            return False
        return True

    @property
    def _described(self) -> bool:
        return bool(self.colour or self.size or self.number > 1)

    def _thing(self, kind: str, *, several: bool) -> bool:
        thing = Thing(kind, self.colour, max(1, self.number), self.size)
        last = self.things[-1] if self.things else None
        if (
            last
            and kind in VEHICLES
            and last.kind in RIDERS
            and not last.on
            and self.since & _RIDING
            and "and" not in self.since
        ):
            if self._described and (self.size or self.number > 1):
                return False
            self.things[-1] = last._replace(on=thing)
        else:
            self.things.append(thing)
        singular = kind not in KINDS[kind].plurals
        self.start()
        return not several or thing.number > 1 or not singular

    def _part(self, word: str) -> bool:
        if not self.things or self.size:
            return False
        last = self.things[-1]
        if word == "hat":
            if last.kind not in RIDERS or not self.colour or last.hat or self.number > 1:
                return False
            self.things[-1] = last._replace(hat=self.colour)
        else:
            count = max(1, self.number)
            if last.kind != "house" or self.colour or last.windows or count > 4:
                return False
            self.things[-1] = last._replace(windows=count)
        self.start()
        return True

    def scene(self) -> Scene | None:
        """What was read, where it can be drawn."""
        things = tuple(self.things)
        kinds = {thing.kind for thing in things}
        alone = len(things) == 1
        if not things or len(things) > 3 or len(kinds) < len(things) or self._described:
            return None
        for thing in things:
            kind = KINDS[thing.kind]
            if thing.number > MOST or (thing.number > 1 and (not kind.plurals or not alone)):
                return None
            if thing.size and (not alone or thing.on or thing.number > 1):
                return None
            if "snowman" in (thing.kind, thing.on and thing.on.kind) and thing.colour:
                return None
        if self.relation == ABOVE and (alone or not KINDS[things[0].kind].flies or things[1].on):
            return None
        if self.relation != BESIDE and len(things) != 2:
            return None
        return Scene(things, self.relation, tuple(self.sky), self.place)
