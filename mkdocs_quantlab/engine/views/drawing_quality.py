"""The built-in models as families of files beside those that others published, and what is said of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs_quantlab.engine.core.figures import note, result, row, table
from mkdocs_quantlab.engine.core.html import Html, join, tag
from mkdocs_quantlab.engine.core.numbers import short
from mkdocs_quantlab.engine.drawing.evaluation import LABELS, files, how
from mkdocs_quantlab.engine.drawing.score import LABELS as MARKS
from mkdocs_quantlab.engine.views.published import Family, Published

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mkdocs_quantlab.engine.drawing.evaluation import File


def families() -> dict[str, Family]:
    """The models that were evaluated, by name."""
    found = {model: _family(model) for model in LABELS}
    return {model: family for model, family in found.items() if family is not None}


def _family(model: str) -> Family | None:
    evaluated = files(model)
    if not evaluated:
        return None
    base = evaluated[0]
    rows = tuple(
        Published(
            recipe=file.recipe,
            type="",
            imatrix="its own" if file.has_imatrix else "",
            gibibytes=file.size / 2**30,
            perplexity=file.perplexity,
            increase=round(file.perplexity - base.perplexity, 6),
            divergence=file.kl,
            drawn=file,
        )
        for file in evaluated
    )
    return Family(LABELS[model], round(8 * base.size / base.bits_per_weight), how(), rows)


def drawn(family: Family) -> tuple[File, ...]:
    """What was evaluated here of a family; nothing of one that others published."""
    return tuple(p.drawn for p in family.rows if p.drawn)


def sentence(family: Family) -> Html:
    """What the shares say, from most bits to fewest."""
    plain = [file for file in drawn(family) if not file.has_imatrix]
    first, last = plain[0], plain[-1]
    return result(
        f"{family.name}: of {first.greedy.of} scenes that training never saw, {first.recipe} draws ",
        tag("strong", f"{first.greedy.right}"),
        f" right at temperature 0, {last.recipe} ",
        tag("strong", f"{last.greedy.right}"),
        f". With 95 % confidence the shares are {_between(first)} and {_between(last)}.",
    )


def _between(file: File) -> str:
    low, high = file.greedy.interval
    return f"{low:.0f} to {high:.0f} %"


def tables(family: Family) -> Html:
    """All that was evaluated."""
    found = drawn(family)
    return join(
        tag(
            "details",
            tag("summary", f"All {len(found)} files as evaluated"),
            table(
                f"{family.name}: shares of right drawings, and probabilities", HEAD, _rows(found)
            ),
        ),
        tag(
            "details",
            tag("summary", "What is right in the drawings"),
            table(
                f"{family.name}: of {found[0].greedy.of} drawings at temperature 0, how many have it right",
                ("Recipe", "Importance matrix", *MARKS.values(), "All"),
                (
                    row(*_named(f), *(str(f.marks[mark]) for mark in MARKS), str(f.greedy.right))
                    for f in found
                ),
            ),
        ),
    )


HEAD = (
    "Recipe",
    "Importance matrix",
    "MB",
    "Bits per weight",
    "Right, temperature 0",
    "Temperature 0.7",
    "Unseen wordings",
    "KL divergence",
    "Perplexity",
    "Same top token",
)
"""The columns of `_rows`."""


def _named(file: File) -> tuple[str, str]:
    return file.recipe, "its own" if file.has_imatrix else "none"


def _rows(found: Sequence[File]) -> list[Html]:
    return [
        row(
            *_named(file),
            f"{file.size / 1e6:.2f}",
            f"{file.bits_per_weight:.2f}",
            str(file.greedy),
            str(file.warm),
            str(file.wordings),
            short(file.kl),
            f"{file.perplexity:.4f}",
            f"{100 * file.same_top:.1f} %",
            item=f"p{i}",
        )
        for i, file in enumerate(found)
    ]


def notes(family: Family) -> Html:
    """Whence the figures are."""
    return join(
        note(
            "In brackets and as bars: Wilson's interval at 95 %. Files whose intervals overlap much may well be equally good."
        ),
        note(
            f"Evaluated with this package: {family.how}. ",
            tag("code", "drawing-uneven"),
            " is the same function with channels that were made uneven on purpose.",
        ),
    )
