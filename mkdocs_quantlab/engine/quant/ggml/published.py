"""Perplexity and KL divergence that others measured and published, word for word as the source has them.

They are of recipes: files whose matrices are mostly of one type and some of others. None of it is measured here.
"""

from __future__ import annotations

from typing import NamedTuple

MODEL = "Llama 3 8B"
PARAMETERS = 8_030_261_312
TEXT = "the test set of Wikitext-2"
SOURCE = "llama.cpp, examples/perplexity/README.md, “LLaMA 3 8b Scoreboard”"
ADDRESS = "https://github.com/ggml-org/llama.cpp/blob/master/tools/perplexity/README.md"
HOW = "revision f364eb6f, CUDA, one RTX 4090; as the README stood in February 2025"


class Published(NamedTuple):
    """A row of the source."""

    recipe: str
    """As the source writes it."""
    type: str
    """The type that most of the file's weights have."""
    imatrix: str
    """Tokens of Wikitext that the importance matrix was made from; nothing without one."""
    gibibytes: float
    perplexity: float
    increase: float
    """ΔPPL, over the original in float16."""
    divergence: float
    """Mean Kullback-Leibler divergence to the original in float16."""

    @property
    def bits_per_weight(self) -> float:
        """Of the whole file, as far as its size was published."""
        return self.gibibytes * 2**33 / PARAMETERS


SCOREBOARD = (
    Published("f16", "F16", "", 14.97, 6.233160, 0.001524, 0.000551),
    Published("q8_0", "Q8_0", "", 7.96, 6.234284, 0.002650, 0.001355),
    Published("q6_K", "Q6_K", "", 6.14, 6.253382, 0.021748, 0.005452),
    Published("q5_K_S", "Q5_K", "", 5.21, 6.336598, 0.104964, 0.016595),
    Published("q5_1", "Q5_1", "", 5.65, 6.337857, 0.106223, 0.018045),
    Published("q5_0", "Q5_0", "", 5.21, 6.363224, 0.131591, 0.022239),
    Published("q4_K_S", "Q4_K", "10m", 4.37, 6.409697, 0.178064, 0.031951),
    Published("iq4_NL", "IQ4_NL", "10m", 4.35, 6.455593, 0.223959, 0.035742),
    Published("iq4_XS", "IQ4_XS", "10m", 4.14, 6.459705, 0.228071, 0.036334),
    Published("q4_K_S", "Q4_K", "", 4.37, 6.500529, 0.268895, 0.043136),
    Published("q4_1", "Q4_1", "", 4.78, 6.682737, 0.451103, 0.071683),
    Published("q4_0", "Q4_0", "", 4.34, 6.700147, 0.468514, 0.071940),
    Published("iq3_S", "IQ3_S", "10m", 3.42, 6.965501, 0.733867, 0.111278),
    Published("iq3_XXS", "IQ3_XXS", "10m", 3.05, 7.458436, 1.226803, 0.183625),
    Published("q3_K_S", "Q3_K", "10m", 3.41, 7.602878, 1.371244, 0.199821),
    Published("q3_K_S", "Q3_K", "", 3.41, 7.863786, 1.632152, 0.228217),
    Published("iq2_M", "IQ2_S", "10m", 2.74, 8.600799, 2.369166, 0.325989),
    Published("q2_K", "Q2_K", "10m", 2.96, 8.647825, 2.416191, 0.332223),
    Published("q2_K", "Q2_K", "", 2.96, 9.751568, 3.519934, 0.445132),
    Published("iq2_XS", "IQ2_XS", "10m", 2.43, 10.761424, 4.529791, 0.546290),
    Published("iq2_XXS", "IQ2_XXS", "10m", 2.24, 14.091782, 7.860148, 0.812022),
    Published("iq1_M", "IQ1_M", "10m", 2.01, 25.493722, 19.262089, 1.393084),
    Published("iq1_S", "IQ1_S", "10m", 1.88, 60.694593, 54.462959, 2.254554),
)
"""Of each type the recipe with the least of other types; in the source's order, by KL divergence."""
