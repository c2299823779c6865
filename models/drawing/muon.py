"""The optimizer Muon, whose products have the precision that the caller chooses.

`torch.optim.Muon` computes in bfloat16 whatever the processor, which takes seconds for each step where that is emulated.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from torch import Tensor

MOMENTUM = 0.95
COEFFICIENTS = (3.4445, -4.7750, 2.0315)
"""Of the quintic iteration, https://kellerjordan.github.io/posts/muon."""
ITERATIONS = 5
EPSILON = 1e-7


class Muon(torch.optim.Optimizer):
    """Makes the step of each matrix nearly orthogonal.

    Jordan et al. 2024, https://kellerjordan.github.io/posts/muon, with Nesterov momentum; weight decay and the size of a step
    as in Liu et al. 2025, https://arxiv.org/abs/2502.16982, equation 4.

    Args:
        matrices: Parameters of two dimensions.
        lr: The learning rate, of the size that AdamW would have.
        weight_decay: Decoupled, as AdamW's.
        precision: Of the products that orthogonalize a step.
    """

    def __init__(
        self,
        matrices: Iterable[Tensor],
        *,
        lr: float,
        weight_decay: float,
        precision: torch.dtype,
    ) -> None:
        super().__init__(list(matrices), {"lr": lr, "weight_decay": weight_decay})
        self._precision = precision

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        """Moves each matrix against its gradient."""
        for group in self.param_groups:
            for matrix in group["params"]:
                gradient = matrix.grad
                state = self.state[matrix]
                if "momentum_buffer" not in state:
                    state["momentum_buffer"] = torch.zeros_like(gradient)
                momentum = state["momentum_buffer"].lerp_(gradient, 1 - MOMENTUM)
                update = orthogonalized(gradient.lerp(momentum, MOMENTUM), self._precision)
                matrix.mul_(1 - group["lr"] * group["weight_decay"])
                size = 0.2 * math.sqrt(max(matrix.shape))
                matrix.add_(update, alpha=-group["lr"] * size)


def orthogonalized(matrix: Tensor, precision: torch.dtype) -> Tensor:
    """About U V^T of the singular value decomposition U S V^T: singular values become 0.7 to 1.2.

    Args:
        matrix: Of two dimensions.
        precision: Of the products.

    Returns:
        A matrix of the same shape, in that precision.
    """
    a, b, c = COEFFICIENTS
    tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.to(precision)
    x = x.T if tall else x
    # The iteration needs singular values of at most 1.
    x = x / x.norm().clamp(min=EPSILON)
    for _ in range(ITERATIONS):
        gram = x @ x.T
        x = torch.addmm(x, torch.addmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x.T if tall else x
