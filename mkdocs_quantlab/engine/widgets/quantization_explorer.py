"""One weight on the number line of all values that a bit width can store."""

from __future__ import annotations

from functools import lru_cache

from mkdocs_quantlab.engine import options
from mkdocs_quantlab.engine.figures import fact, facts, note, result, row, table
from mkdocs_quantlab.engine.html import Html, join, tag
from mkdocs_quantlab.engine.numbers import number, percent, plain
from mkdocs_quantlab.engine.options import Choice, OptionError, Real
from mkdocs_quantlab.engine.quant.error import difference, relative
from mkdocs_quantlab.engine.quant.uniform import largest_q, scale_for, stored

TITLE = "Single-weight explorer"

WIDTHS = range(2, 9)


class Options(options.Options):
    """Options of `data-quantization-explorer`."""

    primary = "bits"

    bits = Choice(
        4,
        {bits: str(bits) for bits in WIDTHS},
        label="Bits",
        help="Bits that each weight is stored in.",
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
        help="The largest magnitude among the weights that share the scale: max(|w|).",
    )

    def check(self) -> None:
        if abs(self.weight) > self.max:
            raise OptionError(
                f"`weight` is one of the weights that `max` is the largest of: it takes a number from "
                f"{plain(-self.max)} to {plain(self.max)}; found `{plain(self.weight)}`",
                "weight",
            )

    def bounds(self) -> dict[str, tuple[float, float]]:
        return {"weight": (-self.max, self.max)}


class Step:
    """The weight at one bit width, with the arithmetic written out."""

    def __init__(self, weight: float, largest: float, bits: int) -> None:
        self.bits = bits
        self.weight = weight
        self.top = largest_q(bits)
        self.scale = scale_for(largest, bits)
        self.q = stored(weight, self.scale)
        self.value = self.q * self.scale
        self.error = abs(difference(weight, self.value))
        self.relative = relative(weight, self.value)
        w, scale, value = plain(weight), number(self.scale), number(self.value)
        self.scaling = (
            f"{plain(largest)} / (2^({bits}-1) - 1) = {plain(largest)} / {self.top} = {scale}"
        )
        self.division = f"{w} / {scale} = {number(weight / self.scale)}"
        self.rounding = f"round({w} / {scale}) = {self.q}"
        self.product = f"{self.q} * {scale} = {value}"
        self.difference = f"|{value} - {w}| = {number(self.error)}"

    @property
    def pattern(self) -> str:
        """The stored bits, as two's complement."""
        return format(self.q & (2**self.bits - 1), f"0{self.bits}b")


# Every frame of a page shows the figures of all bit widths.
_step = lru_cache(maxsize=2 * len(WIDTHS))(Step)


def _sentence(step: Step) -> Html:
    if step.error == 0:
        outcome = "exactly"
    else:
        direction = "too large" if step.value > step.weight else "too small"
        outcome = f"{number(step.error)} ({percent(step.relative)}) {direction}"
    return result(
        f"At {step.bits} bits the weight {plain(step.weight)} is stored as the integer {step.q} and read back as ",
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


def _number_line(step: Step, largest: float) -> Html:
    def at(value: float) -> float:
        return 3 + 94 * (value + largest) / (2 * largest)

    ticks = "".join(f"M{q} 0v1" for q in range(-step.top, step.top + 1))
    return tag(
        "svg",
        tag("line", x1="3%", x2="97%", y1=42, y2=42),
        tag(
            "svg",
            tag("path", d=ticks),
            x="3%",
            width="94%",
            y=35,
            height=14,
            viewBox=f"{-step.top} 0 {2 * step.top} 1",
            preserveAspectRatio="none",
            overflow="visible",
        ),
        _label(at(step.weight), 16, f"w = {plain(step.weight)}", "quantlab-weight"),
        _marker(at(step.weight), 34),
        tag("circle", cx=f"{at(step.value):.2f}%", cy=42, r=6, class_="quantlab-value"),
        _label(at(step.value), 68, f"ŵ = {number(step.value)}", "quantlab-value"),
        _label(3, 90, number(-largest), "quantlab-axis"),
        _label(50, 90, "0", "quantlab-axis"),
        _label(97, 90, number(largest), "quantlab-axis"),
        class_="quantlab-line",
        width="100%",
        height=96,
        role="img",
        aria_label=(
            f"Number line from {number(-largest)} to {number(largest)} with the {2 * step.top + 1} values that "
            f"{step.bits} bits can store; the weight lies nearest to number {step.q}."
        ),
    )


def _close_up(step: Step) -> Html:
    """The stored values next to the weight; what rounds to each of them lies between two dashed lines."""

    def at(position: float) -> float:
        return 20 * (position - step.q + 2.5)

    neighbours = range(max(-step.top, step.q - 2), min(step.top, step.q + 2) + 1)
    cells = []
    for q in neighbours:
        value = number(q * step.scale)
        chosen = q == step.q
        left, right = (number((q + half) * step.scale) for half in (-0.5, 0.5))
        cells.append(
            tag(
                "g",
                tag("rect", x=f"{at(q - 0.5):.0f}%", width="20%", y=18, height=62),
                tag("line", x1=f"{at(q):.0f}%", x2=f"{at(q):.0f}%", y1=36, y2=48),
                tag("text", str(q), x=f"{at(q):.0f}%", y=62, text_anchor="middle"),
                tag(
                    "text",
                    value,
                    x=f"{at(q):.0f}%",
                    y=76,
                    text_anchor="middle",
                    class_="quantlab-axis",
                ),
                class_="quantlab-bucket is-chosen" if chosen else "quantlab-bucket",
                data_item=f"q{q}",
                data_detail=f"{q} * {number(step.scale)} = {value}; weights from {left} to {right} round to it",
            )
        )
    edges = sorted({q + half for q in neighbours for half in (-0.5, 0.5)})
    spoken = ", ".join(f"{q} for {number(q * step.scale)}" for q in neighbours)
    return tag(
        "svg",
        cells,
        (
            tag(
                "line", x1=f"{at(e):.0f}%", x2=f"{at(e):.0f}%", y1=18, y2=80, class_="quantlab-edge"
            )
            for e in edges
        ),
        tag("line", x1="0", x2="100%", y1=42, y2=42),
        _marker(at(step.weight / step.scale), 36),
        class_="quantlab-line",
        width="100%",
        height=84,
        role="group",
        aria_label=f"Close-up: the stored integers next to the weight are {spoken}.",
    )


def _arithmetic(step: Step) -> Html:
    lines = (
        ("Scale", tag("code", step.scaling)),
        ("Weight in steps", tag("code", step.division)),
        (
            "Stored integer q",
            join(tag("code", step.rounding), ", in bits ", tag("code", step.pattern)),
        ),
        ("Reconstruction ŵ", tag("code", step.product)),
        ("Absolute error", tag("code", step.difference)),
        ("Relative error", percent(step.relative)),
    )
    return facts(*(fact(name, value, wide=True) for name, value in lines))


@lru_cache(maxsize=4 * len(WIDTHS))
def _row(weight: float, largest: float, bits: int, *, current: bool) -> Html:
    step = _step(weight, largest, bits)
    return row(
        str(step.bits),
        str(2 * step.top + 1),
        number(step.scale),
        str(step.q),
        number(step.value),
        number(step.error),
        percent(step.relative),
        item=f"b{step.bits}",
        detail=f"{step.scaling}; {step.rounding}; {step.product}",
        current=current,
    )


def _widths(given: Options) -> Html:
    return table(
        "The same weight at every bit width",
        ("Bits", "Values", "Scale", "q", "ŵ", "Absolute error", "Relative error"),
        (_row(given.weight, given.max, bits, current=bits == given.bits) for bits in WIDTHS),
    )


def render(given: Options) -> Html:
    """The figure: result, number line, close-up, arithmetic, and the table over all bit widths."""
    step = _step(given.weight, given.max, given.bits)
    patterns = 2**given.bits
    return join(
        _sentence(step),
        _number_line(step, given.max),
        _close_up(step),
        _arithmetic(step),
        note(
            "Numbers are shown to six decimals and computed in full. Halves round away from zero, as in ggml. "
            f"{given.bits} bits have {patterns} patterns; this rule uses "
            f"{patterns - 1} of them: {-patterns // 2} is never stored."
        ),
        _widths(given),
    )
