"""What zeros change in a layer's outputs is made up for by the weights that are left, column by column.

Frantar and Alistarh, "SparseGPT", ICML 2023, section 3: with second moments `H` of the inputs and the upper Cholesky
factor `U` of the inverse of `H`, zeroing a weight in column `j` costs `w^2 / U_jj^2` of squared output error, if the
columns to its right take the change `-w / U_jj * U_j`. That is the best they can do (Hassibi and Stork, "Second order
derivatives for network pruning: Optimal Brain Surgeon", NeurIPS 1992), one weight after another.
"""

from __future__ import annotations

import torch

DAMPING = 0.01
"""Of the mean second moment, added to every direction: what few rows have shown is not quite certain."""
_BLOCK = 128
"""Columns whose changes reach those beyond them at once: the same numbers in products of matrices."""


def compensated(weight: torch.Tensor, is_zero: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Weights with zeros whose outputs are close to those without.

    Args:
        weight: `(outputs, row)`.
        is_zero: likewise; what is to become zero.
        second: second moments of the rows, `(row, row)`, double.
    """
    factor = torch.linalg.cholesky(inverse(second), upper=True)
    work = weight.double().clone()
    for start in range(0, work.shape[1], _BLOCK):
        stop = min(start + _BLOCK, work.shape[1])
        changes = torch.zeros_like(work[:, start:stop])
        for column in range(start, stop):
            lost = torch.where(is_zero[:, column], work[:, column], 0.0) / factor[column, column]
            work[:, column:stop] -= torch.outer(lost, factor[column, column:stop])
            changes[:, column - start] = lost
        work[:, stop:] -= changes @ factor[start:stop, stop:]
    # Where a weight was taken away rounding leaves next to nothing of it.
    return work.masked_fill(is_zero, 0).to(weight.dtype)


def inverse(second: torch.Tensor) -> torch.Tensor:
    """Of damped second moments, `(row, row)`."""
    least = torch.finfo(torch.float32).tiny
    raised = second + DAMPING * second.diagonal().mean().clamp(min=least) * torch.eye(len(second)).to(second)
    return torch.cholesky_inverse(torch.linalg.cholesky(raised))
