"""ggml's formats side by side: what each costs, what it keeps, and how far that is from what is possible."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mkdocs_quantlab import api
from mkdocs_quantlab.api import (
    Choice,
    Html,
    ModelNames,
    MultiChoice,
    OptionError,
    Real,
    count,
    decibel,
    join,
    note,
    plain,
    plots,
    result,
    row,
    significant,
    table,
    tag,
)
from mkdocs_quantlab.api.ggml import DISTRIBUTIONS, SNR
from mkdocs_quantlab.api.methods import DECIBEL_PER_BIT, gaussian_limit
from mkdocs_quantlab.api.plots import BOTTOM, LEFT, RIGHT, TOP, Point
from mkdocs_quantlab.api.recipes import MIXTURES, MODEL
from mkdocs_quantlab.api.views import ratios
from mkdocs_quantlab.api.views.published import ADDRESS, LLAMA_3_8B, SOURCE, TEXT, published_table
from mkdocs_quantlab.api.views.ratios import DISTRIBUTION_LABELS
from mkdocs_quantlab.engine.widgets.quantization_formats.formats import Format, formats_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mkdocs_quantlab.api.views.ratios import Ratios

TITLE = "Format explorer"

DEFAULT = "Q8_0 Q6_K Q5_K Q4_K IQ4_XS Q4_0 NVFP4 MXFP4 Q3_K IQ3_S Q2_K IQ2_XS IQ1_S"


class Options(api.Options):
    """Options of `data-quantization-formats`."""

    primary = "distribution"

    distribution = Choice(
        "gaussian",
        {name: DISTRIBUTION_LABELS[name] for name in DISTRIBUTIONS},
        label="Weights",
        help="Distribution of the weights that the signal-to-noise ratio was measured on.",
        excludes=("tensor",),
    )
    tensor = ModelNames(
        "a tensor of a model in `mkdocs.yml`, such as `f16:blk.0.ffn_up.weight`",
        1,
        label="Tensor of a file",
        help="A matrix to measure the signal-to-noise ratio on, when the site is built, instead of a distribution.",
        excludes=("distribution",),
    )
    sort = Choice(
        "bits",
        {"bits": "Bits", "snr": "SNR", "name": "Name"},
        label="Sort by",
        help="Order of the rows: most bits first, highest signal-to-noise ratio first, or by name.",
    )
    parameters = Real(
        8.03e9,
        1e6,
        1e13,
        label="Parameters",
        help="Number of weights of the model that the sizes are for.",
    )
    formats = MultiChoice(
        tuple(DEFAULT.split()),
        (*SNR, *MIXTURES),
        label="Formats",
        help=f"The ggml types to compare, and recipes that mix them, as they share out the tensors of {MODEL}.",
    )
    ratios: Ratios

    def check(self) -> None:
        """Finds the ratios of the weights that are named."""
        if not self.tensor:
            self.ratios = ratios.of_distribution(self.distribution)
            return
        try:
            self.ratios = ratios.of_tensor(self.resources, self.tensor[0])
        except LookupError as error:
            raise OptionError(f"`tensor`: {error.args[0]}", "tensor") from None
        self.values["distribution"] = "tensor"


def _bits(f: Format) -> str:
    """Exact; of a mixture, whose digits have no end, four as llama.cpp prints them."""
    return f"{f.bits:.4f}" if f.is_mixture else plain(f.bits)


def _below(loss: float) -> str:
    return f"{loss:.2f} dB below" if loss >= 0 else f"{-loss:.2f} dB above"


def _sentence(given: Options, formats: Sequence[Format]) -> Html:
    where = f"On {given.ratios.weights}, "
    ranked = sorted((f for f in formats if f.has_loss), key=lambda f: (f.loss, f.name))
    if not ranked:
        return _without_loss([f for f in formats if f.is_exact])
    first, last = ranked[0], ranked[-1]

    def said(format_: Format) -> str:
        return (
            f"{decibel(format_.snr)} at {_bits(format_)} bits a weight, {_below(format_.loss)} it"
        )

    if len(ranked) == 1:
        return result(
            where, tag("strong", first.name), " keeps ", said(first).removesuffix(" it"),
            " the Gaussian limit.",
        )  # fmt: skip
    best, worst = ("comes nearest to", "stays farthest from it")
    if not given.ratios.bounded:
        best, worst = ("does best against", "worst")
    return result(
        where,
        tag("strong", first.name),
        f" {best} the Gaussian limit of these {len(ranked)} formats ({said(first)}) and ",
        tag("strong", last.name),
        f" {worst} ({said(last)}).",
    )


def _without_loss(exact: Sequence[Format]) -> Html:
    if not exact:
        return result("None of these formats was measured on these weights.")
    if len(exact) > 1:
        names = ", ".join(f.name for f in exact)
        return result(f"Each of {names} gives every weight back exactly.")
    return result(
        f"{exact[0].name} gives every weight back exactly, at {plain(exact[0].bits)} bits each."
    )


def _arithmetic(given: Options, f: Format) -> str:
    block = f"{f.name}: {f.counted}"
    size = f"{plain(given.parameters)} × {_bits(f)} / 8 = {f.size:,.0f} bytes"
    if f.is_exact:
        return f"{block}; exact; {size}"
    if not f.is_measured:
        return f"{block}; no ratio: {f.why}; {size}"
    limit = f"limit {_bits(f)} × {DECIBEL_PER_BIT:.4f} = {f.limit:.2f} dB"
    loss = f"{f.limit:.2f} - {f.snr:.2f} = {f.loss:.2f} dB"
    if given.ratios.bounded:
        loss += f" lost, worth {f.loss / DECIBEL_PER_BIT:.2f} bits"
    return f"{block}; {limit}; {loss}; {size}"


def _ratio(f: Format) -> str:
    return decibel(f.snr) + (" *" if f.by_ggml else "") if f.is_measured else f.why


def _rows(given: Options, formats: Sequence[Format]) -> Html:
    return table(
        f"SNR measured on {given.ratios.sample}; sizes of {given.parameters:,.0f} weights, all of one format or recipe",
        (
            "Format",
            "Bits per weight",
            "SNR",
            "Below the limit" if given.ratios.bounded else "Below the line",
            "GB",
            "GiB",
            "Value of a weight",
            "Block",
        ),
        (
            row(
                f.name,
                f"{f.bits:.4f}",
                _ratio(f),
                f"{f.loss:.2f} dB" if f.has_loss else "–",
                significant(f.size / 1e9),
                significant(f.size / 2**30),
                tag("code", f.formula) if f.formula else "that of its types",
                f.layout,
                item=f.name,
                detail=_arithmetic(given, f),
            )
            for f in formats
        ),
    )


def _notes(given: Options, formats: Sequence[Format]) -> Html:
    mixed = [f.name for f in formats if f.is_mixture]
    return join(
        note(
            given.ratios.how,
            " Real files keep a few tensors in other formats; most are somewhat larger than the sizes here.",
        ),
        note(given.ratios.by_ggml) if any(f.by_ggml for f in formats) else None,
        note(given.ratios.nvfp4) if any("NVFP4" in f.shares for f in formats) else None,
        note(
            f"{', '.join(mixed)}: recipes. Which tensors get which type depends on the model; this is what llama.cpp's rules make of {MODEL}. "
            "Their ratio is that of a model whose tensors are all like these weights. Those of a real one are not, and matter "
            "differently, which is why recipes give some of them more bits."
        )
        if mixed
        else None,
    )


class _Scale:
    """Places of bits and decibels."""

    def __init__(self, formats: Sequence[Format]) -> None:
        self.bits = math.ceil(max(f.bits for f in formats) + 0.25)
        self.low = 10 * math.floor(min(0.0, *(f.snr for f in formats)) / 10)
        self.high = 5 * math.ceil(max(gaussian_limit(self.bits), *(f.snr for f in formats)) / 5)

    def x(self, bits: float) -> float:
        return LEFT + (RIGHT - LEFT) * bits / self.bits

    def y(self, level: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * (level - self.low) / (self.high - self.low)


def _picture(given: Options, formats: Sequence[Format]) -> Html | None:
    drawn = sorted((f for f in formats if f.has_loss), key=lambda f: (f.bits, -f.snr))
    if not drawn:
        return None
    scale = _Scale(drawn)
    step = 1 if scale.bits <= 10 else 2
    rung = 10 if scale.high <= 70 else 20
    levels = range(-(-scale.low // rung) * rung, scale.high + 1, rung)
    words = 0.72 * scale.bits  # where on the line its name stands, to its left
    end = (scale.x(scale.bits), scale.y(gaussian_limit(scale.bits)))
    return plots.plot(
        plots.rules([(scale.y(level), str(level)) for level in levels]),
        plots.line((LEFT, scale.y(0)), end),
        tag(
            "text",
            "Gaussian limit",
            tag("tspan", f", {DECIBEL_PER_BIT:.2f} dB per bit", class_="quantlab-aside"),
            x=f"{scale.x(words):.2f}%",
            y=f"{scale.y(gaussian_limit(words)):.1f}",
            dx=-10,
            text_anchor="end",
            class_="quantlab-axis",
        ),
        plots.scatter(
            [
                Point(
                    f.name,
                    scale.x(f.bits),
                    scale.y(f.snr),
                    f"{f.name}: {decibel(f.snr)} at {_bits(f)} bits, {_below(f.loss)} the limit",
                    f.name,
                    foot=scale.y(f.limit),
                )
                for f in drawn
            ]
        ),
        plots.axis(
            [(scale.x(bits), str(bits)) for bits in range(0, scale.bits + 1, step)],
            "Bits per weight",
            "SNR in dB",
        ),
        spoken=(
            f"Signal-to-noise ratio against bits per weight for {count(len(drawn), 'format')} on "
            f"{given.ratios.weights}, with the line that no format can cross for Gaussian weights; "
            f"a thin line from each point to it is {'what the format loses' if given.ratios.bounded else 'the distance'}."
        ),
    )


def _published(formats: Sequence[Format]) -> Html | None:
    types = {f.name for f in formats if not f.is_mixture}
    recipes = {f.name.casefold() for f in formats if f.is_mixture}
    known = [p for p in LLAMA_3_8B.rows if p.type in types or p.recipe.casefold() in recipes]
    if not known:
        return None
    return tag(
        "details",
        tag("summary", f"Published: what recipes do to {LLAMA_3_8B.name}"),
        note(
            "These are figures of others, and of whole files, not of formats: a recipe stores most matrices in one format and "
            "some in others, so its bits per weight differ from the format's. Of each format the recipe with the least of "
            f"others is shown, and recipes that are named. {LLAMA_3_8B.name} on {TEXT}; {LLAMA_3_8B.how}. Source: ",
            tag("a", SOURCE, href=ADDRESS),
            ".",
        ),
        published_table(
            f"Perplexity, its increase and mean KL divergence of {LLAMA_3_8B.name}; bits per weight of the whole file",
            LLAMA_3_8B,
            known,
            without="Change of probability",
            perplexity=".4f",
        ),
    )


def render(given: Options) -> Html:
    """The figure: result, table, rate-distortion picture, and what others published."""
    formats = formats_of(given)
    picture = _picture(given, formats)
    return join(
        _sentence(given, formats),
        _rows(given, formats),
        _notes(given, formats),
        picture,
        note(given.ratios.limit) if picture else None,
        _published(formats),
    )
