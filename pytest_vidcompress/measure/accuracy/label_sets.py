"""Rows of logits -> what they answer: one class, or the set of labels that a clip has. The targets tell which.

Targets are label ids `(N,)` where a clip is of one class; where it may have several labels, bool `(N, labels)`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import torch

from .no_answer import NO_ANSWER

MOST_GUESSES = 5
"""Of `top5`."""


def answers(logits: torch.Tensor) -> torch.Tensor:
    """The class of the highest logit of each row, `(N, labels)` -> `(N,)`.

    `NO_ANSWER` where a row holds a NaN, or rules out every class by minus infinity: it is never right, and agrees
    with nothing, not even with another one.
    """
    return logits.argmax(-1).masked_fill(void(logits), NO_ANSWER)


def label_sets(logits: torch.Tensor) -> torch.Tensor:
    """The labels that each row gives its clip, those with a logit above zero: bool `(N, labels)`."""
    return (logits > 0) & ~void(logits)[:, None]


def void(logits: torch.Tensor) -> torch.Tensor:
    """Which rows are no answer, `(N,)`."""
    return logits.isnan().any(-1) | (logits == -torch.inf).all(-1)


def several(targets: torch.Tensor) -> bool:
    """May a clip have several labels?"""
    return targets.dim() == 2


def right(logits: torch.Tensor, targets: torch.Tensor, guesses: int = 1) -> torch.Tensor:
    """Is one of the highest logits of a row the clip's label, or one of its labels? Bool `(N,)`."""
    highest = (
        logits.topk(min(guesses, logits.shape[-1])).indices if guesses > 1 else logits.argmax(-1)[:, None]
    )
    hits = targets.gather(1, highest) if several(targets) else highest == targets[:, None]
    return hits.any(-1) & ~void(logits)


def same(logits: torch.Tensor, reference: torch.Tensor, sets: bool) -> torch.Tensor:
    """Does a row answer as the reference does? Bool `(N,)`.

    Args:
        sets: the set of labels counts, not the highest alone; two empty ones are the same.
    """
    answered = ~void(logits) & ~void(reference)
    if sets:
        return (label_sets(logits) == label_sets(reference)).all(-1) & answered
    return (answers(logits) == answers(reference)) & answered


def as_targets(logits: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """What a model answers, in the place of a clip's own labels: of several at least the highest.

    Args:
        like: targets of these clips.
    """
    if not several(like):
        return answers(logits)
    highest = torch.zeros_like(logits, dtype=torch.bool).scatter(1, logits.argmax(-1, keepdim=True), True)
    return (label_sets(logits) | highest) & ~void(logits)[:, None]


def many_hot(sets: Sequence[Collection[int]], labels: int) -> torch.Tensor:
    """Label ids of each clip -> targets, bool `(N, labels)`."""
    targets = torch.zeros(len(sets), labels, dtype=torch.bool)
    for row, own in zip(targets, sets, strict=True):
        row[list(own)] = True
    return targets


def members(targets: torch.Tensor) -> tuple[tuple[int, ...], ...]:
    """Inverse of `many_hot`."""
    return tuple(tuple(row.nonzero().flatten().tolist()) for row in targets)
