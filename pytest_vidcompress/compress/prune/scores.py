"""What a weight counts for, on what its layer is given: the change of the layer's outputs where it becomes zero."""

from __future__ import annotations

import torch

from .second_order import inverse


def activation(weight: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """By itself: its size times the root mean square of what it is multiplied with.

    Sun et al., "A Simple and Effective Pruning Approach for Large Language Models" (Wanda), ICLR 2024, section 3.

    Args:
        weight: `(outputs, row)`; so are the scores.
        second: second moments of the rows, `(row, row)`, double.
    """
    return weight.double().abs() * second.diagonal().sqrt()


def second_order(weight: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """If the other weights of its output make up for it: `w^2 / [H^-1]_jj`, the saliency of the Optimal Brain Surgeon
    (Hassibi and Stork, NeurIPS 1992). Arguments as of `activation`."""
    return weight.double().square() / inverse(second).diagonal()
