"""Names of things that the model does not draw, small talk, and invented words, for training and evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

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

NOUNS = tuple(
    "mother father brother uncle aunt cousin neighbour pupil student guest reader child family team group club lesson course "
    "exam homework project report poster card calendar page screen slide website newspaper magazine blog party birthday "
    "wedding holiday weekend morning evening minute moment beginner expert museum gallery office kitchen garden shop "
    "contest game story song film test example exercise demonstration collection album notebook".split()
)
"""Nouns that training puts around what is to be drawn."""
_ONSETS = tuple(
    "b c d f g h j k l m n p r s t v w z br cr dr fl gr pl pr sl st str tr th sh ch qu".split()
)
_VOWELS = tuple("a e i o u a e i o ai ea ee oa oo ou".split())
_CODAS = ("", "", "", *"b d g k l m n p r s t x nd nt rk st ll mp".split())
_SUFFIXES = ("", "", "", "", *"y s ed ing ly ous ful ish er ant ive al en".split())


def invented(rng: random.Random) -> str:
    """A word in no language."""
    syllables = (
        rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_CODAS)
        for _ in range(rng.choice((1, 2, 2, 3)))
    )
    return "".join(syllables) + rng.choice(_SUFFIXES)
