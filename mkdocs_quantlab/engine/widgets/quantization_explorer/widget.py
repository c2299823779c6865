"""One weight on the number line of all values that a scheme can store at a bit width."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from mkdocs_quantlab import api
from mkdocs_quantlab.api import (
    Choice,
    Html,
    OptionError,
    Real,
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
from mkdocs_quantlab.api.methods.schemes import SCHEMES
from mkdocs_quantlab.api.views import weight_fields
from mkdocs_quantlab.engine.widgets.quantization_explorer.live import LIVE, NEEDS_MORE
from mkdocs_quantlab.engine.widgets.quantization_explorer.number_line import close_up, number_line
from mkdocs_quantlab.engine.widgets.quantization_explorer.step import WIDTHS, Step, step_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs_quantlab.api.methods.stored import StoredWeight

__all__ = ["LIVE", "TITLE", "Options", "render"]

TITLE = "Single-weight explorer"


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
    return _step_row(step_of(weight, low, high, scheme, bits), widths=widths, current=current)


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
        step = step_of(given.weight, given.min, given.max, given.scheme, given.bits)
    return join(
        _sentence(step),
        yours(number_line(step), close_up(step), _arithmetic(step), edited=step.edited),
        note(
            "Numbers are shown to six decimals and computed in full. ",
            "The original: " if step.edited else None,
            step.scheme.rule,
            f" {given.bits} bits have {2**given.bits} patterns; {len(step.levels)} values are used.",
        ),
        _widths(given, step),
        _schemes(given, step),
    )
