"""Phrases around a scene that change nothing in the picture."""

from __future__ import annotations

from typing import NamedTuple


class Style(NamedTuple):
    """Words that change nothing in the picture."""

    forms: tuple[str, ...]
    """What is around the scene's own words, in the place of `{}`."""
    adjectives: tuple[str, ...]
    endings: tuple[str, ...]
    often: float = 0.12
    """How often there is an adjective or an ending."""


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

VERBS = tuple(
    "bring produce prepare compose doodle deliver display imagine present construct invent build craft outline trace scribble "
    "do get put try find fetch send print form shape model plan describe conjure visualize include choose pick add place "
    "begin start finish continue help teach tell say ask call wish hope think believe expect prefer love enjoy".split()
)
ADJECTIVES = tuple(
    "angry sad calm bold busy careful cheerful clean cold cool crazy curly dangerous dirty dusty eager fancy fast fat fine "
    "fluffy fresh gentle glad good great hungry jolly kind lazy loud lucky mad magic mighty modest mysterious "
    "neat noisy odd ordinary patient plain playful polite poor popular quick rare rich round royal rusty serious shiny shy silent "
    "silly slow smart soft special splendid strange strong sweet tidy tired typical ugly usual warm weak wet wild wise "
    "ancient bright broken classic colourful digital dramatic electric famous fantastic fearless friendly graceful".split()
)
SMALL = tuple(
    "we they he she it this that these some any here there then just only also again once maybe perhaps quickly quietly "
    "really very much more do did does can could should will shall might must may have has had want need like if when while "
    "because before after tomorrow tonight later soon finally ok okay well so but or not no yes hey dear kindly "
    "our their his her its what which who where why all every each".split()
)
"""Words that may stand around what is to be drawn and change nothing in the picture."""
