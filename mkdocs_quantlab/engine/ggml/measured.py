"""Signal-to-noise ratios of ggml's types, as measured. Generated: do not edit.

Made by `python -m benchmarks.formats`, which says of what.
"""

from __future__ import annotations

from math import inf

DISTRIBUTIONS = ("gaussian", "laplace", "student-t4")
"""The order of the figures below."""

ROWS, COLUMNS, SEED, SPREAD = 64, 4096, 42, 0.02
"""The sample: its shape, and the standard deviation of its distribution."""

GGML = "xllamacpp 2026.10.11549"
"""Whose ggml encoded `BY_GGML`."""

BY_GGML = frozenset("IQ2_XXS IQ2_XS IQ3_XXS IQ1_S IQ3_S IQ2_S IQ1_M".split())
"""Types encoded by ggml itself, all weights of equal importance; the others by `mkdocs_quantlab.fast`."""

SNR = {
    "F32": (inf, inf, inf),
    "F16": (73.646, 73.645, 73.668),
    "Q4_0": (21.341, 19.433, 18.769),
    "Q4_1": (22.137, 20.769, 20.566),
    "Q5_0": (27.381, 25.459, 24.735),
    "Q5_1": (28.442, 27.054, 26.900),
    "Q8_0": (45.433, 43.450, 42.765),
    "Q2_K": (10.564, 9.237, 9.212),
    "Q3_K": (16.431, 15.079, 14.731),
    "Q4_K": (22.935, 21.473, 21.236),
    "Q5_K": (28.839, 27.373, 27.184),
    "Q6_K": (35.032, 33.295, 32.834),
    "IQ2_XXS": (9.272, 8.300, 7.675),
    "IQ2_XS": (10.466, 9.649, 9.241),
    "IQ3_XXS": (14.821, 14.222, 13.792),
    "IQ1_S": (6.282, 5.290, 4.729),
    "IQ4_NL": (22.353, 21.124, 20.626),
    "IQ3_S": (17.277, 16.205, 15.807),
    "IQ2_S": (12.075, 10.568, 10.171),
    "IQ4_XS": (22.287, 21.056, 20.539),
    "IQ1_M": (6.909, 6.370, 6.055),
    "BF16": (55.623, 55.601, 55.590),
    "TQ1_0": (1.866, 1.611, 1.464),
    "TQ2_0": (1.866, 1.611, 1.464),
    "MXFP4": (18.849, 17.919, 17.599),
    "NVFP4": (19.719, 19.902, 19.971),
    "Q1_0": (4.433, 3.051, 3.072),
    "Q2_0": (2.873, 2.759, 2.677),
}
"""Decibel."""

SNR_OF_UNIT_SPREAD = {
    "MXFP4": (18.787, 18.010, 17.674),
    "NVFP4": (20.431, 20.656, 20.718),
}
"""The same weights 1 / SPREAD times as large, for types whose 8-bit scales do not follow that."""
