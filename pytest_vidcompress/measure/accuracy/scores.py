"""Logits of variant and reference on the same clips -> accuracy, agreement, divergence."""

from __future__ import annotations

import math
import sys
from typing import NamedTuple

import torch
from torch.nn.functional import kl_div, log_softmax, logsigmoid

from ..interval import Estimate, mean_interval, share_interval
from .accuracy import Accuracy, AccuracyKind
from .label_sets import MOST_GUESSES, answers, label_sets, members, right, same, several, void
from .ranking import ranking

LEAST = math.log(sys.float_info.min)
"""Logarithm of a probability that is zero, or none."""


class Likeness(NamedTuple):
    """How far a variant answers as its reference does."""

    agreement: Estimate
    kl: Estimate
    agreements: tuple[bool, ...]
    """Clip by clip."""


def accuracy(
    logits: torch.Tensor, reference: torch.Tensor, targets: torch.Tensor, kind: AccuracyKind = "labels"
) -> Accuracy:
    """Compares one variant's logits with the labels and with the reference.

    Args:
        logits: of the variant, `(N, labels)`.
        reference: of the uncompressed model on the same clips, `(N, labels)`.
        targets: label ids `(N,)`, or bool `(N, labels)` where a clip may have several labels.
        kind: what these are: the clips' labels, or what the reference says.
    """
    sets = several(targets)
    hits, alike = right(logits, targets), likeness(logits, reference, sets)
    return Accuracy(
        _share(hits),
        _share(right(logits, targets, MOST_GUESSES)),
        alike.agreement,
        alike.kl,
        kind,
        tuple(hits.tolist()),
        alike.agreements,
        labels=() if sets else tuple(targets.tolist()),
        predictions=() if sets else tuple(answers(logits).tolist()),
        label_sets=members(targets) if sets else (),
        predicted_sets=members(label_sets(logits)) if sets else (),
        ranking=ranking(logits, reference, targets) if sets else None,
    )


def likeness(logits: torch.Tensor, reference: torch.Tensor, sets: bool) -> Likeness:
    """Compares two models' logits, `(N, labels)`, whatever is right.

    Args:
        sets: a clip may have several labels: they are the same where all of them are, and each label has a divergence
            of its own, which add up.
    """
    alike = same(logits, reference, sets)
    divergence = _bernoulli(logits, reference) if sets else _categorical(logits, reference)
    kl = Estimate(*mean_interval(divergence.sum(-1).tolist()))
    return Likeness(_share(alike), kl, tuple(alike.tolist()))


def _categorical(logits: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
    """Of the one distribution over all classes, class by class."""
    own, other = (_finite(log_softmax(_clamped(each), -1), each) for each in (logits, reference))
    return kl_div(own, other, reduction="none", log_target=True)


def _bernoulli(logits: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
    """Of the label being there or not, label by label."""
    parts: list[torch.Tensor] = []
    for sign in (1, -1):
        own, other = (_finite(logsigmoid(sign * _clamped(each)), each) for each in (logits, reference))
        parts.append(kl_div(own, other, reduction="none", log_target=True))
    return parts[0] + parts[1]


def _clamped(logits: torch.Tensor) -> torch.Tensor:
    """A logit of infinity would make NaN of its whole row."""
    widest = math.sqrt(sys.float_info.max)
    return logits.double().clamp(-widest, widest)


def _finite(logarithms: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
    """Logarithms of probabilities, all finite: where they are zero, or none, those of the smallest number."""
    return logarithms.clamp(min=LEAST).masked_fill(void(logits).unsqueeze(-1), LEAST)


def _share(hits: torch.Tensor) -> Estimate:
    return Estimate(*share_interval(int(hits.sum()), hits.numel()))
