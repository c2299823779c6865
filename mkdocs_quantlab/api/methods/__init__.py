"""Error measures, samples of weights and small pieces of mathematics; each quantization method has a module below."""

from __future__ import annotations

from mkdocs_quantlab.engine.methods.error import difference, relative, rmse, rmse_and_snr, snr
from mkdocs_quantlab.engine.methods.matrix import Matrix, product
from mkdocs_quantlab.engine.methods.rate import DECIBEL_PER_BIT, gaussian_limit
from mkdocs_quantlab.engine.methods.samples import TOY, gaussian, laplace, outlier

__all__ = [
    "DECIBEL_PER_BIT",
    "TOY",
    "Matrix",
    "difference",
    "gaussian",
    "gaussian_limit",
    "laplace",
    "outlier",
    "product",
    "relative",
    "rmse",
    "rmse_and_snr",
    "snr",
]
