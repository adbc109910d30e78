"""Logits of variant and reference on the same clips -> accuracy, agreement, divergence."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn.functional import kl_div, log_softmax

from ..interval import mean_interval, share_interval
from ..report import Estimate


@dataclass(frozen=True)
class Accuracy:
    """See the fields of the same names in `Report`."""

    top1: Estimate
    top5: Estimate
    agreement: Estimate
    kl: Estimate
    outcomes: tuple[bool, ...]
    agreements: tuple[bool, ...]
    labels: tuple[int, ...]
    predictions: tuple[int, ...]


def accuracy(logits: torch.Tensor, reference: torch.Tensor, labels: torch.Tensor) -> Accuracy:
    """Compares one variant's logits with the labels and with the reference.

    Args:
        logits: of the variant, `(N, labels)`.
        reference: of the uncompressed model on the same clips, `(N, labels)`.
        labels: label ids `(N,)`.
    """
    predicted = logits.argmax(-1)
    right = predicted == labels
    among = (logits.topk(min(5, logits.shape[-1])).indices == labels[:, None]).any(-1)
    same = predicted == reference.argmax(-1)
    divergence = kl_div(
        log_softmax(logits.double(), -1),
        log_softmax(reference.double(), -1),
        reduction="none",
        log_target=True,
    ).sum(-1)
    return Accuracy(
        _share(right),
        _share(among),
        _share(same),
        Estimate(*mean_interval(divergence.tolist())),
        tuple(right.tolist()),
        tuple(same.tolist()),
        tuple(labels.tolist()),
        tuple(predicted.tolist()),
    )


def _share(hits: torch.Tensor) -> Estimate:
    return Estimate(*share_interval(int(hits.sum()), hits.numel()))
