"""The little linear algebra that the methods need, on lists of rows. Small matrices only: everything is cubic and plain."""

from __future__ import annotations

import math
from typing import TypeAlias

Matrix: TypeAlias = list[list[float]]
"""A matrix: a list of its rows."""


def transpose(a: Matrix) -> Matrix:
    """Rows become columns."""
    return [list(column) for column in zip(*a, strict=True)]


def product(a: Matrix, b: Matrix) -> Matrix:
    """The matrix product; sums are exact before their one rounding, so that every platform gives the same."""
    columns = transpose(b)
    return [
        [math.fsum(x * y for x, y in zip(row, column, strict=True)) for column in columns]
        for row in a
    ]


def cholesky(a: Matrix) -> Matrix:
    """The lower triangle L with L L^T = a.

    Raises:
        ValueError: `a` is not positive definite.
    """
    n = len(a)
    lower = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            rest = a[i][j] - math.fsum(lower[i][k] * lower[j][k] for k in range(j))
            if i != j:
                lower[i][j] = rest / lower[j][j]
            elif rest > 0:
                lower[i][i] = math.sqrt(rest)
            else:
                raise ValueError("the matrix is not positive definite")
    return lower


def inverse(a: Matrix) -> Matrix:
    """The inverse of a symmetric positive definite matrix, through its Cholesky factor.

    Raises:
        ValueError: `a` is not positive definite.
    """
    n = len(a)
    lower = cholesky(a)
    # Columns of L^-1 by forward substitution; then a^-1 = L^-T L^-1.
    columns = []
    for j in range(n):
        column = [0.0] * n
        column[j] = 1 / lower[j][j]
        for i in range(j + 1, n):
            column[i] = -math.fsum(lower[i][k] * column[k] for k in range(j, i)) / lower[i][i]
        columns.append(column)
    return [[math.fsum(x * y for x, y in zip(p, q, strict=True)) for q in columns] for p in columns]
