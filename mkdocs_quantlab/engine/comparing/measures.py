"""What is measured of an answer, in the order in which models are tested for a difference."""

from __future__ import annotations

from typing import NamedTuple

from mkdocs_quantlab.engine.core.texts import EN

RIGHT = "right"
"""The measure that comes from verdicts and marks; a record's `measures` have the others."""


class Measure(NamedTuple):
    """A measure of an answer, under the name that exported records have for it."""

    name: str
    key: str
    """Its label in the catalogue."""
    is_share: bool = False
    """Yes or no, counted; otherwise a number."""
    decimals: int = 0
    of_svg: bool = False
    """Whether only answers with an SVG have it."""
    tested: bool = True
    """Whether pairs of answers are exchangeable in it. Durations are not: a server answers for one model after the other."""
    more: str = ""
    """The text that says which model has more of it."""

    @property
    def label(self) -> str:
        """Its label in English, which all figures are in."""
        return EN(self.key)


MEASURES = {
    each.name: each
    for each in (
        Measure(RIGHT, "comparison.right", is_share=True, more="comparison.more_right"),
        Measure("svg", "comparison.svg", is_share=True, more="comparison.more_svg"),
        Measure(
            "wellFormed",
            "comparison.well_formed",
            is_share=True,
            of_svg=True,
            more="comparison.more_well_formed",
        ),
        Measure("words", "comparison.words", more="comparison.more_words"),
        Measure("loop", "comparison.loop", is_share=True, more="comparison.more_loop"),
        Measure("limit", "comparison.limit", is_share=True, more="comparison.more_limit"),
        Measure("tokens", "comparison.tokens", more="comparison.more_tokens"),
        Measure(
            "repetition", "comparison.repetition", decimals=3, more="comparison.more_repetition"
        ),
        Measure("elements", "comparison.elements", of_svg=True, more="comparison.more_elements"),
        Measure(
            "viewBox",
            "comparison.view_box",
            is_share=True,
            of_svg=True,
            more="comparison.more_view_box",
        ),
        Measure("speed", "comparison.speed", decimals=1, tested=False),
        Measure("firstToken", "comparison.first_token", tested=False),
    )
}
"""By name. Right or wrong comes first."""
