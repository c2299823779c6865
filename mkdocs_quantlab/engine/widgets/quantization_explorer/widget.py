"""One weight on the number line of all values that a scheme can store at a bit width."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from mkdocs_quantlab import api
from mkdocs_quantlab.api import (
    Attribute,
    Choice,
    Html,
    OptionError,
    Real,
    Scale,
    drag,
    fact,
    facts,
    in_place_of,
    join,
    note,
    number,
    percent,
    plain,
    result,
    row,
    table,
    tag,
    yours,
)
from mkdocs_quantlab.api.methods import difference, relative
from mkdocs_quantlab.api.methods.schemes import ANY, SCHEMES
from mkdocs_quantlab.api.methods.stored import (
    REACH,
    StoredWeight,
    neighbours,
    place,
    stored_weight,
)
from mkdocs_quantlab.api.views import weight_fields
from mkdocs_quantlab.engine.widgets.quantization_explorer.live import LIVE, NEEDS_MORE

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["LIVE", "TITLE", "Options", "render"]

TITLE = "Single-weight explorer"


WIDTHS = ANY


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
    """The weight at one bit width; stored by the reader's code where it is edited."""

    def __init__(
        self, weight: float, scheme: str, bits: int, made: StoredWeight, *, edited: bool = False
    ) -> None:
        self.bits = bits
        self.weight = weight
        self.scheme = SCHEMES[scheme]
        self.edited = edited
        self.stored, self.kept, self.levels, near, self.holds = made
        self.value = self.stored.value
        self.near = dict(zip(neighbours(self.levels, self.value), near, strict=True))
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
        return place(self.levels, self.value)


# Every frame of a page shows the figures of all bit widths.
@lru_cache(maxsize=4 * len(WIDTHS))
def _step(weight: float, low: float, high: float, scheme: str, bits: int) -> Step:
    """As the engine's own scheme stores it."""
    made = stored_weight(SCHEMES[scheme], weight, low, high, bits)
    return Step(weight, scheme, bits, made)


def _sentence(step: Step) -> Html:
    if step.error == 0:
        outcome = "exactly"
    else:
        direction = "too large" if step.value > step.weight else "too small"
        outcome = f"{number(step.error)} ({percent(step.relative)}) {direction}"
    what = "integer" if step.holds == "integers" else "code"
    name = "" if step.scheme is SCHEMES["symmetric"] else f" ({step.scheme.label})"
    return result(
        in_place_of(step.scheme.label if step.edited else None),
        f"{'a' if step.edited else 'A'}t {step.bits} bits{name} the weight {plain(step.weight)} is stored as the {what} {step.stored.code} and read back as ",
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


def _marker(percentage: float, y: int, *parts: Html, **attributes: Attribute) -> Html:
    """A triangle whose tip points down at `y`. Nested, because a path takes no percentages."""
    return tag(
        "svg",
        tag("g", tag("path", d=f"M0 {y}l-6-11h12z"), parts, **attributes),
        x=f"{percentage:.2f}%",
        overflow="visible",
        class_="quantlab-weight",
        data_key="weight",
    )


def _number_line(step: Step) -> Html:
    low, high = step.levels[0], step.levels[-1]
    # A weight may lie outside the levels: a zero point is rounded, and shifts them.
    first, last = min(low, step.weight), max(high, step.weight)

    scale = Scale(first, last, 0.03, 0.97)

    def at(value: float) -> float:
        return 100 * scale.place(value)

    grip = drag("weight", x=scale, label="Weight", spoken=plain(step.weight))
    ticks = "".join([f"M{100 * x:.2f} 0v1" for x in scale.places(step.levels)])
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
        _marker(at(step.weight), 34, tag("circle", cy=26, r=16, class_="quantlab-reach"), **grip),
        tag(
            "circle",
            cx=f"{at(step.value):.2f}%",
            cy=42,
            r=6,
            class_="quantlab-value",
            data_key="value",
        ),
        _label(at(step.value), 68, f"ŵ = {number(step.value)}", "quantlab-value"),
        _label(at(low), 90, number(low), "quantlab-axis"),
        _label(50, 90, number((first + last) / 2), "quantlab-axis"),
        _label(at(high), 90, number(high), "quantlab-axis"),
        class_="quantlab-line",
        width="100%",
        height=96,
        role="group",
        aria_label=(
            f"Number line from {number(low)} to {number(high)} with the {len(step.levels)} values that "
            f"{step.bits} bits can store; the weight lies nearest to {number(step.value)}, which is stored as {step.stored.code}."
        ),
    )


def _close_up(step: Step) -> Html:
    """The stored values next to the weight; what rounds to each of them lies between two dashed lines."""
    levels, here = step.levels, step.place
    shown = neighbours(levels, step.value)
    # Beyond the last value the line goes on as wide as before it.
    gaps = [levels[i + 1] - levels[i] for i in shown[:-1]]
    edges = [
        levels[shown[0]] - gaps[0] / 2,
        *((levels[i] + levels[i + 1]) / 2 for i in shown[:-1]),
        levels[shown[-1]] + gaps[-1] / 2,
    ]
    start = edges[0] - (REACH - (here - shown[0])) * gaps[0]
    end = edges[-1] + (REACH - (shown[-1] - here)) * gaps[-1]

    def at(value: float) -> str:
        return f"{100 * (value - start) / (end - start):.1f}%"

    cells = []
    for nth, (i, left, right) in enumerate(zip(shown, edges, edges[1:], strict=False)):
        level, x = step.near[i], at(levels[i])
        wide = f"{100 * (right - left) / (end - start):.1f}%"
        cells.append(
            tag(
                "g",
                tag("rect", x=at(left), width=wide, y=18, height=62),
                tag("line", x1=x, x2=x, y1=36, y2=48),
                tag("text", level.code, x=x, y=62, text_anchor="middle"),
                tag(
                    "text",
                    number(levels[i]),
                    x=x,
                    y=76,
                    text_anchor="middle",
                    class_="quantlab-axis is-lower" if nth % 2 else "quantlab-axis",
                ),
                class_="quantlab-bucket is-chosen" if i == here else "quantlab-bucket",
                data_item=f"q{level.q}",
                data_detail=f"{level.reading}; weights from {number(left)} to {number(right)} round to it",
            )
        )
    spoken = ", ".join(f"{step.near[i].code} for {number(levels[i])}" for i in shown)
    return tag(
        "svg",
        cells,
        (tag("line", x1=x, x2=x, y1=18, y2=80, class_="quantlab-edge") for x in map(at, edges)),
        tag("line", x1="0", x2="100%", y1=42, y2=42),
        _marker(100 * (step.weight - start) / (end - start), 36),
        class_="quantlab-line",
        width="100%",
        height=84,
        role="group",
        aria_label=f"Close-up: what is stored next to the weight is {spoken}.",
    )


def _arithmetic(step: Step) -> Html:
    kept = [(k.name.capitalize(), tag("code", k.arithmetic or k.value)) for k in step.kept]
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


def _how(step: Step) -> str:
    """How the weight is stored and read back."""
    return "; ".join([*(k.arithmetic for k in step.kept[:1]), step.stored.arithmetic])


def _step_row(step: Step, *, widths: bool, current: bool) -> Html:
    scale = next((k.value for k in step.kept if k.name == "scale"), "–")
    return row(
        str(step.bits) if widths else f"{step.scheme.label}, {step.bits}",
        str(len(step.levels)),
        scale,
        step.stored.code,
        number(step.value),
        number(step.error),
        percent(step.relative),
        item=f"b{step.bits}" + "-edited" * step.edited if widths else None,
        detail=_how(step) if widths else None,
        current=current,
        edited=step.edited,
    )


@lru_cache(maxsize=8 * len(WIDTHS))
def _row(
    weight: float, low: float, high: float, scheme: str, bits: int, *, widths: bool, current: bool
) -> Html:
    """A row of the engine's own."""
    return _step_row(_step(weight, low, high, scheme, bits), widths=widths, current=current)


COLUMNS = ("Values", "Scale", "Stored", "ŵ", "Absolute error", "Relative error")


def _widths(given: Options, step: Step) -> Html | None:
    widths = SCHEMES[given.scheme].widths
    if len(widths) == 1:
        return None

    def rows() -> Iterator[Html]:
        group = given.weight, given.min, given.max
        for bits in widths:
            current = bits == given.bits and not step.edited
            yield _row(*group, given.scheme, bits, widths=True, current=current)
            if bits == given.bits and step.edited:
                yield _step_row(step, widths=True, current=True)

    return table("The same weight at every bit width", ("Bits", *COLUMNS), rows())


def _schemes(given: Options, step: Step) -> Html:
    """The same weight by every scheme, at the chosen width where the scheme has it."""

    def rows() -> Iterator[Html]:
        group = given.weight, given.min, given.max
        for name, scheme in SCHEMES.items():
            if name in NEEDS_MORE:
                continue
            bits = given.bits if given.bits in scheme.widths else scheme.widths[-1]
            current = name == given.scheme and not step.edited
            yield _row(*group, name, bits, widths=False, current=current)
            if name == given.scheme and step.edited:
                yield _step_row(step, widths=False, current=True)

    return table("The same weight by every scheme", ("Scheme, bits", *COLUMNS), rows())


def render(given: Options, edited: StoredWeight | None = None) -> Html:
    """The figure: result, number line, close-up, arithmetic, and the tables over bit widths and schemes.

    Args:
        given: The options.
        edited: What the reader's code gave in place of the scheme; the tables show it beside the scheme itself.
    """
    if edited:
        step = Step(given.weight, given.scheme, given.bits, edited, edited=True)
    else:
        step = _step(given.weight, given.min, given.max, given.scheme, given.bits)
    return join(
        _sentence(step),
        yours(_number_line(step), _close_up(step), _arithmetic(step), edited=step.edited),
        note(
            "Numbers are shown to six decimals and computed in full. ",
            "The original: " if step.edited else None,
            step.scheme.rule,
            f" {given.bits} bits have {2**given.bits} patterns; {len(step.levels)} values are used.",
        ),
        _widths(given, step),
        _schemes(given, step),
    )
