"""The scene that a prompt asks for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.drawing.phrases import ADJECTIVES, SMALL, TRAINING, UNSEEN, VERBS
from mkdocs_quantlab.engine.drawing.scene import (
    ABOVE,
    BESIDE,
    MAX_PER_KIND,
    RIDERS,
    RIGHT_OF,
    SKY,
    VEHICLES,
    Scene,
    Thing,
)
from mkdocs_quantlab.engine.drawing.things import COLOURS, KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

NUMBERS = ("zero", "one", "two", "three", "four", "five")
COLOUR_NAMES = {"gray": ("gray", "grey"), "purple": ("purple", "violet"), "teal": ("teal", "turquoise")}  # fmt: skip
SIZE_NAMES = {"small": ("small", "little", "tiny"), "big": ("big", "large", "huge")}
PLACE_NAMES = {
    "meadow": ("in a meadow", "on the grass"),
    "night": ("at night", "in the night"),
    "snow": ("in the snow", "in winter"),
    "beach": ("on the beach", "at the beach"),
    "sea": ("at sea", "on the water"),
}
RELATION_NAMES = {
    BESIDE: ("next to", "beside", "near", "left of", "to the left of"),
    RIGHT_OF: ("right of", "to the right of"),
    ABOVE: ("above", "over", "high above"),
}


def _by_word(names: dict[str, Iterable[str]]) -> dict[str, str]:
    return {word: meaning for meaning, words in names.items() for word in words}


KIND_OF = _by_word({name: (*kind.names, *kind.plurals) for name, kind in KINDS.items()})
COLOUR_OF = _by_word({name: COLOUR_NAMES.get(name, (name,)) for name in COLOURS})
SIZE_OF = _by_word(dict(SIZE_NAMES))
PLACE_OF = {name.split()[-1]: place for place, names in PLACE_NAMES.items() for name in names}
NUMBER_OF = {word: i for i, word in enumerate(NUMBERS)} | {
    str(i): i for i in range(1, MAX_PER_KIND + 1)
}
PARTS = ("window", "windows", "hat")
_RIDING = frozenset({"riding", "on", "in", "top"})


def words_of(text: str) -> list[str]:
    """The words and numbers of a text, in lower case."""
    return re.findall(r"[a-z]+|\d+", text.lower())


_EMPTY = (
    frozenset((*VERBS, *ADJECTIVES, *SMALL))
    | frozenset(
        word
        for style in (TRAINING, UNSEEN)
        for text in (*style.forms, *style.adjectives, *style.endings)
        for word in words_of(text)
    )
    | frozenset(
        "a an the my and with wearing under of to next near beside left high top it at riding in on".split()
    )
)
"""Words that name nothing."""
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
    for word in words_of(text):
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
        if word in COLOUR_OF and not self.colour:
            self.colour = COLOUR_OF[word]
        elif word in SIZE_OF and not self.size:
            self.size = SIZE_OF[word]
        elif word in NUMBER_OF and not self.number:
            self.number = NUMBER_OF[word]
        elif word in KIND_OF:
            return self._thing(KIND_OF[word], several=word in KINDS[KIND_OF[word]].plurals)
        elif word in PARTS:
            return self._part(word)
        elif word in SKY and not self._described and word not in self.sky:
            self.sky.append(word)
            self.start()
        elif word in PLACE_OF and not self._described and not self.place:
            self.place = PLACE_OF[word]
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
            if thing.number > MAX_PER_KIND or (
                thing.number > 1 and (not kind.plurals or not alone)
            ):
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
