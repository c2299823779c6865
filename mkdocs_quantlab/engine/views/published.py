"""Perplexity and KL divergence that others measured and published, word for word as the source has them.

They are of recipes: files whose matrices are mostly of one type and some of others. None of it is measured here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mkdocs_quantlab.engine.core.figures import row, table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mkdocs_quantlab.engine.core.html import Html
    from mkdocs_quantlab.engine.drawing.evaluation import File

SOURCE = "llama.cpp, tools/perplexity/README.md"
"""Where the figures are from, as a source is named."""
ADDRESS = "https://github.com/ggml-org/llama.cpp/blob/master/tools/perplexity/README.md"
"""The address of the source."""
TEXT = "the test set of Wikitext-2"
"""The text that perplexities were measured on."""


class Published(NamedTuple):
    """A row of the source."""

    recipe: str
    """As the source writes it."""
    type: str
    """The type that the row stands for where types are compared: of each the recipe with the least of others."""
    imatrix: str
    """Tokens of Wikitext that the importance matrix was made from; nothing without one."""
    gibibytes: float
    perplexity: float
    increase: float
    """ΔPPL, over the original in float16."""
    divergence: float | None = None
    """Mean Kullback-Leibler divergence to the original in float16."""
    change: float | None = None
    """Root mean square of the change of the right token's probability (RMS Δp), in percentage points."""
    drawn: File | None = None
    """Of a built-in model, what was evaluated here; all else is then from there."""

    @property
    def label(self) -> str:
        """The recipe, and whether it had an importance matrix."""
        return f"{self.recipe} + imatrix" if self.imatrix else self.recipe


class Family(NamedTuple):
    """A model and what was published of it."""

    name: str
    parameters: int
    how: str
    rows: tuple[Published, ...]

    def bits_per_weight(self, row: Published) -> float:
        """Of a whole file, as far as its size was published."""
        return row.gibibytes * 2**33 / self.parameters


def _rows(text: str) -> tuple[Published, ...]:
    """A table of recipe, type, imatrix, GiB, PPL, ΔPPL, and as far as they are there KLD and RMS Δp; `-` for none."""
    rows = []
    for line in text.strip().splitlines():
        recipe, type_, imatrix, *numbers = ("" if word == "-" else word for word in line.split())
        gibibytes, perplexity, increase, *more = map(float, numbers)
        divergence, change = (*more, None, None)[:2]
        rows.append(
            Published(recipe, type_, imatrix, gibibytes, perplexity, increase, divergence, change)
        )
    return tuple(rows)


LLAMA_3_8B = Family(
    "Llama 3 8B",
    8_030_261_312,
    "revision f364eb6f, CUDA, one RTX 4090; as the README stood in February 2025",
    _rows("""
        f16     F16     -    14.97 6.233160  0.001524  0.000551 0.787
        q8_0    Q8_0    -    7.96  6.234284  0.002650  0.001355 1.198
        q6_K    Q6_K    -    6.14  6.253382  0.021748  0.005452 2.295
        q5_K_M  -       -    5.33  6.288607  0.056974  0.010762 3.160
        q5_K_S  Q5_K    -    5.21  6.336598  0.104964  0.016595 3.918
        q5_1    Q5_1    -    5.65  6.337857  0.106223  0.018045 4.123
        q5_0    Q5_0    -    5.21  6.363224  0.131591  0.022239 4.634
        q4_K_M  -       10m  4.58  6.382937  0.151303  0.028152 5.251
        q4_K_M  -       -    4.58  6.407115  0.175482  0.031273 5.519
        q4_K_S  Q4_K    10m  4.37  6.409697  0.178064  0.031951 5.645
        iq4_NL  IQ4_NL  10m  4.35  6.455593  0.223959  0.035742 5.998
        iq4_XS  IQ4_XS  10m  4.14  6.459705  0.228071  0.036334 6.044
        q4_K_S  Q4_K    -    4.37  6.500529  0.268895  0.043136 6.562
        q4_1    Q4_1    -    4.78  6.682737  0.451103  0.071683 8.512
        q4_0    Q4_0    -    4.34  6.700147  0.468514  0.071940 8.434
        q3_K_L  -       10m  4.03  6.671223  0.439590  0.073077 8.662
        q3_K_M  -       10m  3.74  6.734255  0.502622  0.084358 9.292
        q3_K_L  -       -    4.03  6.787876  0.556242  0.087176 9.432
        q3_K_M  -       -    3.74  6.888498  0.656864  0.101913 10.203
        iq3_M   -       10m  3.53  6.898327  0.666694  0.102534 10.513
        iq3_S   IQ3_S   10m  3.42  6.965501  0.733867  0.111278 10.845
        iq3_XS  -       10m  3.28  7.163043  0.931409  0.138693 12.148
        iq3_XXS IQ3_XXS 10m  3.05  7.458436  1.226803  0.183625 13.836
        q3_K_S  Q3_K    10m  3.41  7.602878  1.371244  0.199821 14.980
        q3_K_S  Q3_K    -    3.41  7.863786  1.632152  0.228217 15.541
        iq2_M   IQ2_S   10m  2.74  8.600799  2.369166  0.325989 18.519
        q2_K    -       10k  2.96  8.652290  2.420657  0.331393 18.790
        q2_K    -       100k 2.96  8.641993  2.410359  0.331672 18.856
        q2_K    Q2_K    10m  2.96  8.647825  2.416191  0.332223 18.881
        q2_K    -       1m   2.96  8.674365  2.442732  0.335308 19.009
        q2_K    -       1k   2.96  8.682605  2.450972  0.337093 18.977
        q2_K_S  -       10m  2.96  9.323778  3.092145  0.403360 20.050
        iq2_S   -       10m  2.56  9.650781  3.419148  0.439197 21.491
        q2_K    Q2_K    -    2.96  9.751568  3.519934  0.445132 21.421
        iq2_XS  IQ2_XS  10m  2.43  10.761424 4.529791  0.546290 23.872
        iq2_XXS IQ2_XXS 10m  2.24  14.091782 7.860148  0.812022 28.576
        iq1_M   IQ1_M   10m  2.01  25.493722 19.262089 1.393084 38.287
        iq1_S   IQ1_S   10m  1.88  60.694593 54.462959 2.254554 46.271
    """),
)
"""In the source's order, by KL divergence. Of q2_K_S and iq1_S, which it lists with five matrices each, the largest one."""

LLAMA_2_70B = Family(
    "Llama 2 70B",
    68_976_648_192,
    "an older table; ΔPPL is the perplexity less that of fp16",
    tuple(
        row._replace(increase=round(row.perplexity - 3.4313, 4))
        for row in _rows("""
        fp16    F16  - 128.5 3.4313 0
        q6_K    Q6_K - 52.70 3.4367 0
        q5_K_M  -    - 45.41 3.4451 0
        q5_K_S  Q5_K - 44.20 3.4483 0
        q5_0    Q5_0 - 44.20 3.4744 0
        q4_1    Q4_1 - 40.20 3.5125 0
        q4_K_M  -    - 38.54 3.4725 0
        q4_K_S  Q4_K - 36.39 3.4852 0
        q4_0    Q4_0 - 36.20 3.5550 0
        q3_K_L  -    - 33.67 3.5617 0
        q3_K_M  -    - 30.83 3.5932 0
        q3_K_S  Q3_K - 27.86 3.7019 0
        q2_K    Q2_K - 27.27 3.7339 0
        """)
    ),
)

FAMILIES = {"llama-3-8b": LLAMA_3_8B, "llama-2-70b": LLAMA_2_70B}
"""Models with published figures, by the name that options have for them."""


class Generations(NamedTuple):
    """One recipe on two models of different generations; README's “LLaMA 2 vs. LLaMA 3 Quantization comparison”."""

    recipe: str
    ratio: tuple[float, float]
    """Mean PPL ratio, for Llama 2 7B and Llama 3 8B."""
    divergence: tuple[float, float]
    same_top: tuple[float, float]
    """How often the most likely token stays the same, in percent."""


GENERATIONS = (
    Generations("q8_0", (1.000689, 1.000425), (0.000369, 0.001355), (98.846, 97.674)),
    Generations("q6_K", (1.002406, 1.003490), (0.002098, 0.005452), (97.520, 96.031)),
    Generations("q4_K_M", (1.014242, 1.028160), (0.012686, 0.031273), (94.665, 91.901)),
    Generations("q2_K", (1.107955, 1.564849), (0.108903, 0.445132), (85.584, 71.138)),
)
"""Types of two generations of a model, to compare how much each loses."""


class _Column(NamedTuple):
    """A column of a table of what was published; None is an empty cell."""

    label: str
    of: Callable[[Family, Published], float | str | None]
    form: str = ""


_COLUMNS = (
    _Column("Recipe", lambda _, p: p.recipe),
    _Column("Mostly", lambda _, p: p.type),
    _Column("Importance matrix", lambda _, p: f"{p.imatrix} tokens" if p.imatrix else "none"),
    _Column("GiB", lambda _, p: p.gibibytes, "g"),
    _Column("Bits per weight", lambda family, p: family.bits_per_weight(p), ".2f"),
    _Column("Perplexity", lambda _, p: p.perplexity, "g"),
    _Column("Increase", lambda _, p: p.increase, "+.4f"),
    _Column("KL divergence", lambda _, p: p.divergence, ".5f"),
    _Column("Change of probability", lambda _, p: p.change, ".2f"),
)


def published_table(
    caption: str,
    family: Family,
    rows: Sequence[Published],
    without: str,
    *,
    perplexity: str = "g",
    keyed: bool = False,
) -> Html:
    """A table of what was published of a model.

    Args:
        caption: The caption.
        family: The model.
        rows: Its rows to show.
        without: The label of the column that is left out.
        perplexity: How perplexities are formatted, as `format` takes it.
        keyed: Whether each row is an item with the name `p` and its number, from 0.
    """
    columns = [column for column in _COLUMNS if column.label != without]
    forms = {column.label: column.form for column in columns} | {"Perplexity": perplexity}

    def cells(p: Published) -> list[str]:
        values = [(column.of(family, p), forms[column.label]) for column in columns]
        return ["" if value is None else format(value, form) for value, form in values]

    return table(
        caption,
        [column.label for column in columns],
        [row(*cells(p), item=f"p{i}" if keyed else None) for i, p in enumerate(rows)],
    )
