"""Signal-to-noise ratios of formats, for a distribution or for a tensor."""

from __future__ import annotations

from mkdocs_quantlab.engine.views.ratios import (
    DISTRIBUTION_LABELS,
    NAMED,
    Ratios,
    of_distribution,
    of_tensor,
)

__all__ = [
    "DISTRIBUTION_LABELS",
    "NAMED",
    "Ratios",
    "of_distribution",
    "of_tensor",
]
