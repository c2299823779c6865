"""Beat it: the reader's own format against ggml's, on weights that it has not seen."""

from __future__ import annotations

import math
import random
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mkdocs_quantlab import api
from mkdocs_quantlab.api import (
    Choice,
    Html,
    LiveCode,
    decibel,
    join,
    note,
    plots,
    result,
    row,
    table,
    tag,
)
from mkdocs_quantlab.api.ggml import DISTRIBUTIONS, SNR, TYPES
from mkdocs_quantlab.api.methods import challenge, gaussian_limit
from mkdocs_quantlab.api.methods.challenge import BLOCK, BLOCKS, Score
from mkdocs_quantlab.api.plots import BOTTOM, LEFT, RIGHT, TOP, Point
from mkdocs_quantlab.api.views.ratios import DISTRIBUTION_LABELS, NAMED
from mkdocs_quantlab.engine.widgets.quantization_challenge.starts import (
    absmax4,
    absmax8,
    codebook3,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

TITLE = "Beat it"

SEED = 1
"""Of the weights that the starting codes are scored on; a reader's run has new ones each time."""

STARTS = {
    "absmax4": ("4 bits, scale of 32", absmax4),
    "absmax8": ("8 bits, one scale", absmax8),
    "codebook3": ("3 bits, codebook", codebook3),
}


def _read(_given: Options, weights: Any, blocks: Any, decoded: Any) -> list[Score]:
    return challenge.judge(weights, *challenge.read_run(weights, blocks, decoded))


LIVE = LiveCode(
    "start",
    {name: made for name, (_, made) in STARTS.items()},
    lambda _given: challenge.draw(),
    (challenge.encode_all, challenge.decode_all),
    _read,
)

MOST_BITS = 10
"""The picture's right end; what takes more bits is drawn there."""


class Options(api.Options):
    """Options of `data-quantization-challenge`."""

    primary = "start"

    start = Choice(
        "absmax4",
        {name: label for name, (label, _) in STARTS.items()},
        label="Start from",
        help="The code to begin with.",
    )
    distribution = Choice(
        "gaussian",
        {name: DISTRIBUTION_LABELS[name] for name in DISTRIBUTIONS},
        label="Weights",
        help="Which weights the picture is of; the table has all.",
    )


# `inspect` reads the text only where the source is, which the page's Python has not: the functions themselves are run.
@lru_cache(maxsize=len(STARTS))
def _start(name: str) -> list[Score]:
    made = STARTS[name][1]
    scores = []
    for distribution, before in challenge.draw(random.Random(SEED)).items():
        data = [made.encode(block) for block in before]
        after = [made.decode(block) for block in data]
        scores.append(challenge.score(distribution, before, data, after))
    return scores


def _rivals(score: Score) -> tuple[str, float] | None:
    """The ggml format with no more bits that has the highest signal-to-noise ratio on these weights."""
    place = DISTRIBUTIONS.index(score.distribution)
    within = [
        (name, snr[place])
        for name, snr in SNR.items()
        if TYPES[name].bits_per_weight <= score.bits + 1e-9
    ]
    return max(within, key=lambda pair: pair[1], default=None)


def _sentence(given: Options, scores: Sequence[Score], *, edited: bool) -> Html:
    score = next(s for s in scores if s.distribution == given.distribution)
    rival = _rivals(score)
    whose = "Your code" if edited else f"The starting code, {STARTS[given.start][0]},"
    against = "no format of ggml takes so few"
    if rival:
        name, snr = rival
        verb = "beats" if score.snr > snr else "does not beat"
        against = f"which {verb} {name}, {decibel(snr)}, ggml's best with no more bits"
    return result(
        f"{whose} keeps ",
        tag("strong", decibel(score.snr)),
        f" of {NAMED[score.distribution]} at {score.bits:.3f} bits each, {against}.",
    )


def _picture(given: Options, scores: Mapping[str, Sequence[Score]]) -> Html:
    """The picture, with a point for each of the scores, by name."""
    place = DISTRIBUTIONS.index(given.distribution)
    high = 5 * math.ceil(gaussian_limit(MOST_BITS) / 5)

    def x(bits: float) -> float:
        return LEFT + (RIGHT - LEFT) * min(bits, MOST_BITS) / MOST_BITS

    def y(snr: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * min(max(snr, 0.0), high) / high

    points = [
        Point(
            name,
            x(TYPES[name].bits_per_weight),
            y(snr[place]),
            f"{name}: {decibel(snr[place])} at {TYPES[name].bits_per_weight:g} bits",
            name,
        )
        for name, snr in SNR.items()
        if TYPES[name].bits_per_weight <= MOST_BITS
    ]
    for name, of_one in scores.items():
        score = next(s for s in of_one if s.distribution == given.distribution)
        points.append(
            Point(
                name,
                x(score.bits),
                y(score.snr),
                f"{name}: {decibel(score.snr)} at {score.bits:.3f} bits",
                "own" if len(scores) == 1 else name,
                foot=y(gaussian_limit(score.bits)),
                class_="is-custom",
            )
        )
    # The first finds room for its name.
    points.sort(key=lambda p: (not p.class_, p.x, p.y))
    drawn = plots.plot(
        plots.rules([(y(level), str(level)) for level in range(0, high + 1, 10)]),
        plots.line((LEFT, y(0)), (RIGHT, y(gaussian_limit(MOST_BITS)))),
        plots.scatter(points),
        plots.axis(
            [(x(bits), str(bits)) for bits in range(MOST_BITS + 1)], "Bits per weight", "SNR in dB"
        ),
        spoken=f"Signal-to-noise ratio against bits per weight of ggml's formats and of {' and '.join(scores)} on {NAMED[given.distribution]}, "
        "under the Gaussian limit.",
    )
    return join(drawn, plots.listing([(p.item, p.spoken) for p in points], "point"))


def _table(given: Options, scores: Sequence[Score], edited: Sequence[Score] | None) -> Html:
    def line(score: Score, *, current: bool, edited: bool) -> Html:
        rival = _rivals(score)
        return row(
            DISTRIBUTION_LABELS[score.distribution],
            f"{score.bits:.3f}",
            decibel(score.snr),
            f"{rival[0]}, {decibel(rival[1])}" if rival else "none",
            decibel(gaussian_limit(score.bits)),
            current=current,
            edited=edited,
        )

    def rows() -> Iterator[Html]:
        for i, score in enumerate(scores):
            is_shown = score.distribution == given.distribution
            yield line(score, current=is_shown and not edited, edited=False)
            if edited:
                yield line(edited[i], current=is_shown, edited=True)

    return table(
        f"On {BLOCKS * BLOCK:,} weights of each distribution",
        ("Weights", "Bits per weight", "SNR", "Best of ggml's", "Gaussian limit"),
        rows(),
    )


def render(given: Options, edited: list[Score] | None = None) -> Html:
    """The figure: result, picture, table, rules.

    Args:
        given: The options.
        edited: The scores of the reader's code; they are shown beside those of the starting code.
    """
    start = _start(given.start)
    return join(
        _sentence(given, edited or start, edited=edited is not None),
        _picture(given, {"start": start} | ({"yours": edited} if edited else {})),
        _table(given, start, edited),
        note(
            "Write ",
            tag("code", "encode"),
            f", from {BLOCK} weights to bytes, and ",
            tag("code", "decode"),
            f", from those bytes to {BLOCK} weights. Every byte counts. Each half runs in an interpreter of its own and nothing else passes "
            f"between them; the {BLOCKS} blocks of each distribution are drawn anew for every run, so that figures differ by a few hundredths "
            "of a decibel, and by up to half a decibel where tails are heavy. ggml's figures are of 262,144 weights.",
        ),
    )
