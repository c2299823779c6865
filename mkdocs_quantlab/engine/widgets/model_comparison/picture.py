"""The pictures of a comparison: one dot for each answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs_quantlab.api import plain, row, short, table, tag
from mkdocs_quantlab.api.comparing import RIGHT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mkdocs_quantlab.api import Html
    from mkdocs_quantlab.api.comparing import Answer, Figure, Record

MAX_DOTS = 200
"""Answers of a model that one picture shows."""
START, END = 3.0, 97.0
"""Ends of the scale, in percent of the width."""
COLUMNS = 32
"""Places across a picture; dots of one place are stacked."""
STEP = 11
"""Pixels between stacked dots."""
WORDS = {True: ("right", "wrong"), False: ("yes", "no")}
"""What a share's marks are called: of right answers, and of others."""


def which(figures: Sequence[Figure]) -> str:
    """Which answers have a dot, as the end of a sentence."""
    step = _step(figures)
    return "each answer" if step == 1 else f"every {step} answers"


def _step(figures: Sequence[Figure]) -> int:
    """One of so many answers is drawn, for no model more than `MAX_DOTS`."""
    return max(1, *(-(-len(figure.answers) // MAX_DOTS) for figure in figures))


def detail(record: Record, figure: Figure, answer: Answer) -> str:
    """What the page shows while a reader points at a dot."""
    place = f"{record.models[answer.model]}, prompt {answer.prompt + 1}, seed {record.seeds[answer.seed]}"
    if figure.measure.name != RIGHT or not answer.verdict:
        return f"{place}: {_value(figure, answer)}"
    said = f"{answer.verdict.reason} {answer.excerpt}".strip()
    return f"{place}: {_value(figure, answer)}" + (f". {said}" if said else "")


def _value(figure: Figure, answer: Answer) -> str:
    """An answer's measure in a word; of numbers, also whether the answer is right."""
    value = answer.values[figure.measure.name]
    if figure.measure.is_share:
        return WORDS[figure.measure.name == RIGHT][value == 0]
    is_right = answer.values.get(RIGHT)
    verdict = "" if is_right is None else f", {WORDS[True][is_right == 0]}"
    return f"{value:.{figure.measure.decimals}f}{verdict}"


def answers_by_prompt(record: Record, figures: Sequence[Figure]) -> Html:
    """A share: a row for each prompt, with a mark for each answer, and the shares with their intervals above."""
    rows = [row("All answers", *map(_share, figures))]
    step = _step(figures)
    marks = [
        [(answer.prompt, _mark(record, figure, answer)) for answer in figure.answers[::step]]
        for figure in figures
    ]
    for prompt in sorted({place for own in marks for place, _ in own}):
        cells = (
            tag("span", [mark for place, mark in own if place == prompt], class_="quantlab-answers")
            for own in marks
        )
        rows.append(row(record.prompts[prompt], *cells))
    yes, no = WORDS[figures[0].measure.name == RIGHT]
    return table(f"One mark for {which(figures)}: ● {yes}, × {no}", ["", *record.models], rows)


def _mark(record: Record, figure: Figure, answer: Answer) -> Html:
    value = bool(answer.values[figure.measure.name])
    return tag(
        "b",
        "●" if value else "×",
        role="img",
        aria_label=_value(figure, answer),
        class_="is-yes" if value else "is-no",
        data_item=_item(answer),
        data_detail=detail(record, figure, answer),
    )


def _item(answer: Answer) -> str:
    return f"a{answer.model}-{answer.prompt}-{answer.seed}"


def _share(figure: Figure) -> Html | str:
    """The share of a model's answers, and its interval as a bar."""
    if not figure.answers or figure.interval is None:
        return "–"
    low, high = figure.interval
    said = f"{figure.hits} of {len(figure.answers)}"
    at = f"{100 * figure.mean:.1f}%"
    bar = tag(
        "svg",
        tag("line", x1="0%", x2="100%", y1=8, y2=8, class_="quantlab-scale"),
        tag("line", x1=f"{100 * low:.1f}%", x2=f"{100 * high:.1f}%", y1=8, y2=8, class_="quantlab-reach-of"),
        tag("circle", cx=at, cy=8, r=5),
        width="100%",
        height=16,
        class_="quantlab-share",
        role="img",
        aria_label=f"{100 * low:.0f} to {100 * high:.0f} % with 95 % confidence",
    )  # fmt: skip
    return tag("div", said, bar, tag("small", f"{100 * low:.0f} to {100 * high:.0f} %"))


def strips(record: Record, figures: Sequence[Figure]) -> Html:
    """Numbers: a strip for each model, with a dot for each answer, and the interval of the mean where it has one."""
    top = max((max(figure.values) for figure in figures if figure.answers), default=0) or 1
    parts = []
    y = 0.0
    for model, figure in zip(record.models, figures, strict=True):
        places: dict[int, int] = {}
        dots = []
        for each in sorted(
            figure.answers[:: _step(figures)], key=lambda each: each.values[figure.measure.name]
        ):
            place = round(COLUMNS * each.values[figure.measure.name] / top)
            height = places[place] = places.get(place, 0) + 1
            dots.append((place, height, each))
        base = y + 20 + STEP * max([2, *places.values()])
        parts += [
            tag("text", model, x="0", y=f"{y + 14:.0f}"),
            tag("line", x1=f"{START}%", x2=f"{END}%", y1=base, y2=base, class_="quantlab-scale"),
            *(_dot(record, figure, each, _x(place / COLUMNS), base - STEP * (height - 0.5)) for place, height, each in dots),
        ]  # fmt: skip
        y = base + 8
        if figure.interval:
            low, high = (_x(end / top) for end in figure.interval)
            parts += [
                tag("line", x1=low, x2=high, y1=base + 5, y2=base + 5, class_="quantlab-reach-of")
            ]
    ticks = [
        tag("text", plain(float(short(top * share))), x=_x(share), y=y + 14, text_anchor=anchor, class_="quantlab-axis")
        for share, anchor in ((0, "start"), (0.5, "middle"), (1, "end"))
    ]  # fmt: skip
    label = figures[0].measure.label
    return tag(
        "svg",
        parts,
        ticks,
        width="100%",
        height=f"{y + 20:.0f}",
        role="group",
        aria_label=f"{label}: one dot for {which(figures)}",
        class_="quantlab-line quantlab-strips",
    )


def _x(share: float) -> str:
    return f"{START + (END - START) * share:.2f}%"


def _dot(record: Record, figure: Figure, answer: Answer, x: str, y: float) -> Html:
    return tag(
        "circle",
        cx=x,
        cy=f"{y:.1f}",
        r=4.5,
        role="img",
        aria_label=_value(figure, answer),
        class_="is-wrong" if answer.values.get(RIGHT) == 0 else None,
        data_item=_item(answer),
        data_detail=detail(record, figure, answer),
    )
