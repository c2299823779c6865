"""How scenes are asked for: wordings of a scene, and the scene of a wording."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

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


class Style(NamedTuple):
    """Words that change nothing in the picture."""

    forms: tuple[str, ...]
    """What is around the scene's own words, in the place of `{}`."""
    adjectives: tuple[str, ...]
    endings: tuple[str, ...]


TRAINING = Style(
    forms=(
        *("Draw {}.",) * 8,
        "Draw me {}.", "Please draw {}.", "Can you draw {}?", "Could you draw {}, please?", "Now draw {}.",
        "Sketch {}.", "Paint {}.", "Show me {}.", "{}", "{}, please.", "I want {}.", "I want a picture of {}.",
        "I would like to see {}.", "Make a picture of {}.", "Make an SVG of {}.", "Generate an SVG of {}.",
        "Create a drawing of {}.", "Give me an SVG image of {}.", "An SVG picture of {}.", "Write SVG code for {}.",
        "Write an SVG picture of {}. Answer with the SVG code only.", "I need a drawing of {}.", "Try to draw {}.",
        "Hello! Please draw {}.", "Picture this: {}.", "What does {} look like?", "Illustrate {}.",
    ),
    adjectives=(
        "happy", "cute", "nice", "funny", "lovely", "old", "new", "friendly", "sleepy", "pretty", "beautiful", "simple",
        "quiet", "famous", "clever", "lonely", "young", "wonderful",
    ),
    endings=(
        "for my sister", "for my class", "as an SVG", "in a simple style", "for a book", "with clear colours", "if you can",
        "as well as you can", "for my friends", "in one picture", "today",
    ),
)  # fmt: skip
"""What the model is trained with."""

UNSEEN = Style(
    forms=(
        "Let me see {}.", "How about {}?", "Render {}.", "Please make {}.", "Your task is {}.", "I wonder how {} looks.",
        "Would you sketch {} for us?", "Design {}.", "Next, {}!", "Depict {}, thanks.",
    ),
    adjectives=("grumpy", "elegant", "brave", "proud", "curious", "modern"),
    endings=("for my grandmother", "as a small icon", "for the school wall", "right away"),
)  # fmt: skip
"""What only the evaluation uses."""

UNKNOWN = tuple(
    "giraffe elephant lion tiger horse cow pig sheep goat rabbit mouse monkey snake turtle shark whale bear wolf fox owl "
    "duck chicken spider bee ant butterfly dragon unicorn dinosaur zebra camel kangaroo panda koala castle tower bridge "
    "church hospital airport train bus truck plane helicopter submarine motorcycle tractor tent ladder chair table "
    "bed lamp sofa clock phone laptop computer keyboard camera guitar piano drum violin trumpet apple banana pear pizza "
    "cake sandwich cookie egg cheese carrot potato tomato bottle cup plate spoon fork knife pencil letter map flag "
    "crown sword shield umbrella shoe shirt dress coat glove ring necklace key door fence road mountain river island "
    "volcano desert forest rainbow planet comet city village wizard pirate king queen knight princess clown doctor teacher "
    "farmer baby man woman boy girl ghost monster mermaid vampire skeleton heart triangle cube circle spiral logo".split()
)
"""Things that are not known, of many more; the model is trained to be sorry for these."""

UNKNOWN_UNSEEN = tuple(
    "hippo rhino crocodile squirrel hedgehog parrot peacock lobster crab octopus lighthouse windmill skyscraper ambulance "
    "tram canoe hammock bookshelf telescope microscope saxophone harp pineapple burger pancake teapot backpack compass "
    "astronaut ninja".split()
)
"""The same for the evaluation only."""

TALK = (
    (("Hello", "Hi", "Hey", "Hello there", "Good morning", "Hi there"), "Hello! What shall I draw?"),
    (("How are you?", "How do you do?", "How are you today?"), "I am fine. What shall I draw?"),
    (("Who are you?", "What are you?", "What is your name?"), "I am a tiny model that draws small pictures."),
    (("What can you do?", "What can you draw?", "Help", "Help me"), "I draw animals, houses, boats and bicycles."),
    (("Thanks", "Thank you", "Thanks a lot", "Thank you very much"), "You are welcome!"),
    (("Bye", "Goodbye", "See you later"), "Goodbye!"),
    (("That is nice", "Nice", "Great", "Good work", "Well done"), "Thank you! What shall I draw next?"),
    (
        ("Tell me a story", "Write a poem", "Tell me a joke", "What is 2 and 3?", "Who is the president?",
         "What is the capital of France?", "Multiply 386 by 57, one step a line.", "Write a Python function",
         "Write a Python function that tells whether two words are anagrams, with three tests.",
         "Some tools are hammers, and every hammer is heavy. Does it follow that some tools are heavy? Say why.",
         "Plan five evenings of learning to read sheet music: a numbered list, one sentence each."),
        "Sorry, I can only draw.",
    ),
)  # fmt: skip
"""Small talk, and what is answered."""


def wording(scene: Scene, rng: random.Random, style: Style = TRAINING) -> str:
    """A way to ask for a scene."""
    return dressed(_said(scene, rng, style), rng, style)


def dressed(said: str, rng: random.Random, style: Style) -> str:
    """A request around what is to be drawn."""
    if rng.random() < 0.12:
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
        rng.choice(style.adjectives) if rng.random() < 0.12 else "",
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


def unknown_wording(
    rng: random.Random, style: Style = TRAINING, nouns: Sequence[str] = UNKNOWN
) -> str:
    """A way to ask for something that is not known, alone or with what is."""
    noun = rng.choice(nouns)
    colour = f"{rng.choice(tuple(COLOURS))} " if rng.random() < 0.25 else ""
    adjective = f"{rng.choice(style.adjectives)} " if rng.random() < 0.15 else ""
    text = article(f"{adjective}{colour}{noun}", rng)
    chance = rng.random()
    if chance < 0.3:
        vehicle = KINDS[rng.choice(VEHICLES)]
        text += f" {rng.choice(vehicle.preposition)} {article(_choice(vehicle.names, rng))}"
    elif chance < 0.5:
        text += (
            f" {rng.choice(('and', *_RELATION_NAMES[BESIDE]))} {article(rng.choice(tuple(KINDS)))}"
        )
    elif chance < 0.6:
        text += f" {rng.choice(_PLACE_NAMES[rng.choice(tuple(_PLACE_NAMES))])}"
    elif chance < 0.7:
        number = NUMBERS[rng.randint(2, MOST)]
        text = f"{number} {colour}{noun}s"
    return dressed(text, rng, style)


def _by_word(names: dict[str, Iterable[str]]) -> dict[str, str]:
    return {word: meaning for meaning, words in names.items() for word in words}


_KIND_OF = _by_word({name: (*kind.names, *kind.plurals) for name, kind in KINDS.items()})
_COLOUR_OF = _by_word({name: _COLOUR_NAMES.get(name, (name,)) for name in COLOURS})
_SIZE_OF = _by_word(dict(_SIZE_NAMES))
_PLACE_OF = {name.split()[-1]: place for place, names in _PLACE_NAMES.items() for name in names}
_NUMBER_OF = {word: i for i, word in enumerate(NUMBERS)} | {str(i): i for i in range(1, MOST + 1)}
_RIDING = frozenset({"riding", "on", "in", "top"})


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z]+|\d+", text.lower())


_EMPTY = frozenset(
    word
    for style in (TRAINING, UNSEEN)
    for text in (*style.forms, *style.adjectives, *style.endings)
    for word in _words(text)
) | frozenset(
    "a an the my and with wearing under of to next near beside left high top it at riding in on".split()
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
        elif word in ("window", "windows", "hat"):
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
