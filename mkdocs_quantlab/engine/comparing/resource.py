"""An exported comparison as a resource of a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.comparing.cards import Card, Difference
from mkdocs_quantlab.engine.comparing.record import Answer, Record, Verdict
from mkdocs_quantlab.engine.core.resources import Resource

if TYPE_CHECKING:
    from mkdocs_quantlab.engine.core.protocol import PackedComparison


class ComparisonOf(Resource[Record]):
    """The comparison in an exported file."""

    kind = "comparison"

    def __init__(self, path: str) -> None:
        super().__init__(path)

    @staticmethod
    def pack(value: Record) -> PackedComparison:
        """The record as JSON."""
        return {
            "models": [*value.models],
            "prompts": [*value.prompts],
            "seeds": [*value.seeds],
            "temperature": value.temperature,
            "answers": [
                [*each[:-1], list(each.verdict) if each.verdict else None] for each in value.answers
            ],
            "cards": [each and [*each] for each in value.cards],
            "differences": [[*each] for each in value.differences],
            "unused": [[*each] for each in value.unused],
        }

    @staticmethod
    def unpack(packed: PackedComparison) -> Record:
        """What `pack` gave."""
        return Record(
            packed["models"],
            packed["prompts"],
            packed["seeds"],
            packed["temperature"],
            [
                Answer._make([*rest, verdict and Verdict(*verdict)])
                for *rest, verdict in packed["answers"]
            ],
            [each and Card(*each) for each in packed["cards"]],
            [Difference(*each) for each in packed["differences"]],
            packed["unused"],
        )
