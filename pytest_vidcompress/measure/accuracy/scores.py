"""Logits of variant and reference on the same clips -> accuracy, agreement, divergence."""

from __future__ import annotations

import math
import sys

import torch
from torch.nn.functional import kl_div, log_softmax

from ..interval import Estimate, mean_interval, share_interval
from ..report import Accuracy, AccuracyKind
from .class_counts import NO_ANSWER


def accuracy(
    logits: torch.Tensor, reference: torch.Tensor, labels: torch.Tensor, kind: AccuracyKind = "labels"
) -> Accuracy:
    """Compares one variant's logits with the labels and with the reference.

    Args:
        logits: of the variant, `(N, labels)`.
        reference: of the uncompressed model on the same clips, `(N, labels)`.
        labels: label ids `(N,)`.
        kind: what these are: the clips' labels, or what the reference says.
    """
    predicted = answers(logits)
    answered = predicted != NO_ANSWER
    right = (predicted == labels) & answered
    among = (logits.topk(min(5, logits.shape[-1])).indices == labels[:, None]).any(-1) & answered
    same = (predicted == answers(reference)) & answered
    divergence = kl_div(
        _log_probabilities(logits), _log_probabilities(reference), reduction="none", log_target=True
    ).sum(-1)
    return Accuracy(
        _share(right),
        _share(among),
        _share(same),
        Estimate(*mean_interval(divergence.tolist())),
        kind,
        tuple(right.tolist()),
        tuple(same.tolist()),
        tuple(labels.tolist()),
        tuple(predicted.tolist()),
    )


def answers(logits: torch.Tensor) -> torch.Tensor:
    """The class of the highest logit of each row, `(N, labels)` -> `(N,)`.

    `NO_ANSWER` where a row holds a NaN, or rules out every class by minus infinity: it is never right, and agrees
    with nothing, not even with another one.
    """
    return logits.argmax(-1).masked_fill(_void(logits), NO_ANSWER)


def _void(logits: torch.Tensor) -> torch.Tensor:
    """Which rows are no answer, `(N,)`."""
    return logits.isnan().any(-1) | (logits == -torch.inf).all(-1)


def _log_probabilities(logits: torch.Tensor) -> torch.Tensor:
    """Logarithms of class probabilities, all finite: where they are zero, or none, those of the smallest number."""
    least = math.log(sys.float_info.min)
    widest = math.sqrt(sys.float_info.max)
    # A logit of infinity would make NaN of its whole row.
    found = log_softmax(logits.double().clamp(-widest, widest), -1)
    return found.clamp(min=least).masked_fill(_void(logits).unsqueeze(-1), least)


def _share(hits: torch.Tensor) -> Estimate:
    return Estimate(*share_interval(int(hits.sum()), hits.numel()))
