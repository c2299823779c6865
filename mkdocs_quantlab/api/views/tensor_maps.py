"""Maps of a model's tensors: a row for each layer, a column for each kind of tensor."""

from __future__ import annotations

from mkdocs_quantlab.engine.views.tensor_maps import Group, group_maps, maps

__all__ = [
    "Group",
    "group_maps",
    "maps",
]
