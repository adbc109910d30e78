"""How often a variant is right, and how well it ranks the labels of clips that may have several. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ..interval import Estimate

AccuracyKind = Literal["labels", "agreement"]


@dataclass(frozen=True)
class Ranking:
    """How well the labels of clips are ranked that may have several; what is per clip is as in `Accuracy`."""

    gap: Estimate
    """GAP@20: the average precision of the 20 highest labels of all clips in one list."""
    mean_ap: Estimate
    """mAP: the mean over the labels of the average precision of one label over all clips."""
    gap_drop: Estimate
    """The reference's minus its own, with the interval of what the same clips differ by."""
    mean_ap_drop: Estimate
    by_clip: Mapping[str, tuple[float, ...]] = field(default_factory=dict[str, tuple[float, ...]], repr=False)
    """`gap` and `mean_ap` -> what each clip contributes: their mean is the number."""


@dataclass(frozen=True)
class Accuracy:
    """How often a variant is right. Shares are 0 ... 1; what is per clip is in the order of the report's clips."""

    top1: Estimate
    """Share of clips whose highest logit is the label's (under random weights: the reference's); where a clip may
    have several labels, one of theirs."""
    top5: Estimate
    agreement: Estimate
    """Share of clips on which variant and reference predict the same class; where a clip may have several labels, the
    same set of those with a logit above zero."""
    kl: Estimate
    """Mean KL divergence of the variant's class distribution from the reference's, nats; where a clip may have
    several labels, of each label's own, added up."""
    kind: AccuracyKind = "labels"
    """What `top1` and `top5` are measured against: under random weights it is agreement."""
    outcomes: tuple[bool, ...] = field(default=(), repr=False)
    """Per clip: was the highest logit right?"""
    agreements: tuple[bool, ...] = field(default=(), repr=False)
    """Per clip: was it the reference's?"""
    labels: tuple[int, ...] = field(default=(), repr=False)
    """Per clip: the right answer, an index in the identity's `label_names`; empty where a clip may have several."""
    predictions: tuple[int, ...] = field(default=(), repr=False)
    """Per clip: what was answered, likewise."""
    label_sets: tuple[tuple[int, ...], ...] = field(default=(), repr=False)
    """Per clip: all its labels; this and what follows is empty where a clip has but one."""
    predicted_sets: tuple[tuple[int, ...], ...] = field(default=(), repr=False)
    """Per clip: the labels with a logit above zero."""
    ranking: Ranking | None = field(default=None, repr=False)
    """None where a clip has but one label."""

    @property
    def several_labels(self) -> bool:
        """May a clip have several?"""
        return self.ranking is not None
