"""Checks of values that the reader's code returned. Each function returns a value of the required type, or raises `EditError`."""

from __future__ import annotations

from mkdocs_quantlab.engine.core.live_code import EditError
from mkdocs_quantlab.engine.core.live_values import (
    fields,
    items,
    matrix,
    number,
    numbers,
    refused,
    string,
    whole,
)

__all__ = [
    "EditError",
    "fields",
    "items",
    "matrix",
    "number",
    "numbers",
    "refused",
    "string",
    "whole",
]
