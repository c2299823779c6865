"""One weight on the number line of all values that a scheme can store at a bit width."""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache

from mkdocs_quantlab import api
from mkdocs_quantlab.api import (
    Choice,
    Editable,
    Html,
    OptionError,
    Real,
    fact,
    facts,
    join,
    note,
    number,
    percent,
    plain,
    result,
    row,
    table,
    tag,
)
from mkdocs_quantlab.api.methods import difference, relative
from mkdocs_quantlab.api.methods.schemes import ANY, CLASSES, SCHEMES
from mkdocs_quantlab.api.views import weight_fields

TITLE = "Single-weight explorer"

WIDTHS = ANY

NEEDS_MORE = ("int8-outliers", "nf4-double", "k-means", "bf16")
"""Schemes that say nothing of a single weight: three look at more than that, one has too many values to draw."""


EDITABLE = Editable(
    "scheme", {name: made for name, made in CLASSES.items() if name not in NEEDS_MORE}
)


class Options(api.Options):
    """Options of `data-quantization-explorer`."""

    primary = "bits"

    bits = Choice(
        4,
        {bits: str(bits) for bits in WIDTHS},
        label="Bits",
        help="Bits that each weight is stored in.",
    )
    scheme = weight_fields.scheme(
        [name for name in SCHEMES if name not in NEEDS_MORE],
        "Which values the bits stand for.",
    )
    weight = Real(
        0.156347,
        -1000,
        1000,
        label="Weight",
        help="The weight before quantization.",
        slider=True,
    )
    max = Real(
        0.9102,
        1e-6,
        1000,
        label="Largest weight",
        help="The largest magnitude among the weights that share the scale: max(|w|); with the affine schemes the largest weight.",
    )
    min = Real(
        -0.9102,
        -1000,
        1000,
        label="Smallest weight",
        help="The smallest weight, which only the affine schemes look at; left out, it is the largest with a minus.",
    )

    def check(self) -> None:
        if "min" not in self.given:
            self.values["min"] = -self.max
        widths = SCHEMES[self.scheme].widths
        if self.bits not in widths:
            self.values["bits"] = widths[0]
        low, high = self.bounds()["weight"]
        if low >= high:
            raise OptionError(
                f"`min` is smaller than `max`, which is {plain(self.max)}; found `{plain(self.min)}`",
                "min",
            )
        if not low <= self.weight <= high:
            raise OptionError(
                f"`weight` is one of the weights that `max` is the largest of: it takes a number from "
                f"{plain(low)} to {plain(high)}; found `{plain(self.weight)}`",
                "weight",
            )

    def bounds(self) -> dict[str, tuple[float, float]]:
        return {"weight": (self.min if "min" in self.given else -self.max, self.max)}


class Step:
    """The weight at one bit width, with the arithmetic written out."""

    def __init__(self, weight: float, low: float, high: float, scheme: str, bits: int) -> None:
        self.bits = bits
        self.weight = weight
        self.scheme = SCHEMES[scheme]
        self.fit = self.scheme.fit([low, high], bits)
        self.levels = self.fit.levels
        self.stored = self.fit.store(weight)
        self.value = self.stored.value
        self.error = abs(difference(weight, self.value))
        self.relative = relative(weight, self.value)
        self.difference = f"|{number(self.value)} - {plain(weight)}| = {number(self.error)}"

    @property
    def pattern(self) -> str:
        """The stored bits, a negative integer as two's complement."""
        return format(self.stored.q & (2**self.bits - 1), f"0{self.bits}b")

    @property
    def place(self) -> int:
        """Which of the levels the weight is stored as."""
        return bisect_left(self.levels, self.value)


# Every frame of a page shows the figures of all bit widths.
_step = lru_cache(maxsize=4 * len(WIDTHS))(Step)


def _sentence(step: Step) -> Html:
    if step.error == 0:
        outcome = "exactly"
    else:
        direction = "too large" if step.value > step.weight else "too small"
        outcome = f"{number(step.error)} ({percent(step.relative)}) {direction}"
    what = "integer" if step.fit.holds == "integers" else "code"
    name = "" if step.scheme is SCHEMES["symmetric"] else f" ({step.scheme.label})"
    return result(
        f"At {step.bits} bits{name} the weight {plain(step.weight)} is stored as the {what} {step.stored.code} and read back as ",
        tag("strong", number(step.value)),
        f": {outcome}.",
    )


def _anchor(percentage: float) -> str:
    """Which end of a label stands at its point, so that labels near the edge stay inside."""
    return "start" if percentage < 20 else "end" if percentage > 80 else "middle"


def _label(percentage: float, y: int, text: str, class_: str) -> Html:
    return tag(
        "text",
        text,
        x=f"{percentage:.2f}%",
        y=y,
        text_anchor=_anchor(percentage),
        class_=class_,
    )


def _marker(percentage: float, y: int) -> Html:
    """A triangle whose tip points down at `y`. Nested, because a path takes no percentages."""
    return tag(
        "svg",
        tag("path", d=f"M0 {y}l-6-11h12z"),
        x=f"{percentage:.2f}%",
        overflow="visible",
        class_="quantlab-weight",
    )


def _number_line(step: Step) -> Html:
    low, high = step.levels[0], step.levels[-1]
    # A weight may lie outside the levels: a zero point is rounded, and shifts them.
    first, last = min(low, step.weight), max(high, step.weight)

    def at(value: float) -> float:
        return 3 + 94 * (value - first) / (last - first)

    ticks = "".join(f"M{at(level):.2f} 0v1" for level in step.levels)
    return tag(
        "svg",
        tag("line", x1="3%", x2="97%", y1=42, y2=42),
        tag(
            "svg",
            tag("path", d=ticks),
            width="100%",
            y=35,
            height=14,
            viewBox="0 0 100 1",
            preserveAspectRatio="none",
            overflow="visible",
        ),
        _label(at(step.weight), 16, f"w = {plain(step.weight)}", "quantlab-weight"),
        _marker(at(step.weight), 34),
        tag("circle", cx=f"{at(step.value):.2f}%", cy=42, r=6, class_="quantlab-value"),
        _label(at(step.value), 68, f"ŵ = {number(step.value)}", "quantlab-value"),
        _label(at(low), 90, number(low), "quantlab-axis"),
        _label(50, 90, number((first + last) / 2), "quantlab-axis"),
        _label(at(high), 90, number(high), "quantlab-axis"),
        class_="quantlab-line",
        width="100%",
        height=96,
        role="img",
        aria_label=(
            f"Number line from {number(low)} to {number(high)} with the {len(step.levels)} values that "
            f"{step.bits} bits can store; the weight lies nearest to {number(step.value)}, which is stored as {step.stored.code}."
        ),
    )


REACH = 2
"""How many values to either side of the weight's the close-up shows."""


def _close_up(step: Step) -> Html:
    """The stored values next to the weight; what rounds to each of them lies between two dashed lines."""
    levels, place = step.levels, step.place
    shown = range(max(0, place - REACH), min(len(levels) - 1, place + REACH) + 1)
    # Beyond the last value the line goes on as wide as before it.
    gaps = [levels[i + 1] - levels[i] for i in shown[:-1]]
    edges = [
        levels[shown[0]] - gaps[0] / 2,
        *((levels[i] + levels[i + 1]) / 2 for i in shown[:-1]),
        levels[shown[-1]] + gaps[-1] / 2,
    ]
    start = edges[0] - (REACH - (place - shown[0])) * gaps[0]
    end = edges[-1] + (REACH - (shown[-1] - place)) * gaps[-1]

    def at(value: float) -> str:
        return f"{100 * (value - start) / (end - start):.1f}%"

    cells = []
    for i, left, right in zip(shown, edges, edges[1:], strict=False):
        level = step.fit.store(levels[i])
        wide = f"{100 * (right - left) / (end - start):.1f}%"
        cells.append(
            tag(
                "g",
                tag("rect", x=at(left), width=wide, y=18, height=62),
                tag("line", x1=at(levels[i]), x2=at(levels[i]), y1=36, y2=48),
                tag("text", level.code, x=at(levels[i]), y=62, text_anchor="middle"),
                tag(
                    "text",
                    number(levels[i]),
                    x=at(levels[i]),
                    y=76,
                    text_anchor="middle",
                    class_="quantlab-axis",
                ),
                class_="quantlab-bucket is-chosen" if i == place else "quantlab-bucket",
                data_item=f"q{level.q}",
                data_detail=f"{level.reading}; weights from {number(left)} to {number(right)} round to it",
            )
        )
    spoken = ", ".join(f"{step.fit.store(levels[i]).code} for {number(levels[i])}" for i in shown)
    return tag(
        "svg",
        cells,
        (
            tag("line", x1=at(edge), x2=at(edge), y1=18, y2=80, class_="quantlab-edge")
            for edge in edges
        ),
        tag("line", x1="0", x2="100%", y1=42, y2=42),
        _marker(100 * (step.weight - start) / (end - start), 36),
        class_="quantlab-line",
        width="100%",
        height=84,
        role="group",
        aria_label=f"Close-up: what is stored next to the weight is {spoken}.",
    )


def _arithmetic(step: Step) -> Html:
    kept = [(k.name.capitalize(), tag("code", k.arithmetic or k.value)) for k in step.fit.kept]
    lines = (
        *kept,
        (
            "Stored",
            join(tag("code", step.stored.storing), ", in bits ", tag("code", step.pattern)),
        ),
        ("Reconstruction ŵ", tag("code", step.stored.reading)),
        ("Absolute error", tag("code", step.difference)),
        ("Relative error", percent(step.relative)),
    )
    return facts(*(fact(name, value, wide=True) for name, value in lines))


def _scale(step: Step) -> str:
    return next(k.value for k in step.fit.kept if k.name == "scale")


@lru_cache(maxsize=8 * len(WIDTHS))
def _row(
    weight: float, low: float, high: float, scheme: str, bits: int, *, by: str, current: bool
) -> Html:
    step = _step(weight, low, high, scheme, bits)
    return row(
        str(bits) if by == "bits" else f"{step.scheme.label}, {bits}",
        str(len(step.levels)),
        _scale(step),
        step.stored.code,
        number(step.value),
        number(step.error),
        percent(step.relative),
        item=f"b{bits}" if by == "bits" else None,
        detail=f"{step.fit.kept[0].arithmetic}; {step.stored.arithmetic}" if by == "bits" else None,
        current=current,
    )


COLUMNS = ("Values", "Scale", "Stored", "ŵ", "Absolute error", "Relative error")


def _widths(given: Options) -> Html | None:
    widths = SCHEMES[given.scheme].widths
    if len(widths) == 1:
        return None
    return table(
        "The same weight at every bit width",
        ("Bits", *COLUMNS),
        (
            _row(given.weight, given.min, given.max, given.scheme, bits, by="bits", current=bits == given.bits)
            for bits in widths
        ),
    )  # fmt: skip


def _schemes(given: Options) -> Html:
    """The same weight by every scheme, at the chosen width where the scheme has it."""
    return table(
        "The same weight by every scheme",
        ("Scheme, bits", *COLUMNS),
        (
            _row(
                given.weight,
                given.min,
                given.max,
                name,
                given.bits if given.bits in scheme.widths else scheme.widths[-1],
                by="scheme",
                current=name == given.scheme,
            )
            for name, scheme in SCHEMES.items()
            if name not in NEEDS_MORE
        ),
    )


def render(given: Options) -> Html:
    """The figure: result, number line, close-up, arithmetic, and the tables over bit widths and schemes."""
    step = _step(given.weight, given.min, given.max, given.scheme, given.bits)
    return join(
        _sentence(step),
        _number_line(step),
        _close_up(step),
        _arithmetic(step),
        note(
            "Numbers are shown to six decimals and computed in full. ",
            step.scheme.rule,
            f" {given.bits} bits have {2**given.bits} patterns; {len(step.levels)} values are used.",
        ),
        _widths(given),
        _schemes(given),
    )
