"""What single clips cost by motion and by class, where cost depends on them: all packaged clips.

python -m benchmarks.adaptive.distribution [MODEL [RECIPE ...]]     writes distribution.json; goes on where it was
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from math import isfinite
from pathlib import Path
from typing import Any

import torch
from scipy.stats import spearmanr

from benchmarks.packaged_trial import Trial, macs, paired
from benchmarks.techniques.rows import add, read
from pytest_vidcompress.measure.by_clip.counted_cost import counted_cost
from pytest_vidcompress.measure.by_clip.distribution import PLACES, Distribution
from pytest_vidcompress.measure.by_clip.motion import shown_clips
from pytest_vidcompress.measure.by_clip.thirds import THIRDS, thirds
from pytest_vidcompress.measure.cost.cost import Cost
from pytest_vidcompress.measure.interval import Estimate
from pytest_vidcompress.measure.measurement import first_clip
from pytest_vidcompress.measure.subject import Subject

RESULTS = Path(__file__).with_suffix(".json")
RECIPES = {
    "videomae": (
        "run-length:threshold=0.1",
        "run-length:threshold=0.2",
        "run-length:threshold=0.3",
        "early-exit",
    ),
    "timesformer": ("early-exit",),
}


class Costs:
    """Rows of one model."""

    def __init__(self, name: str) -> None:
        self.trial = Trial(name)
        self.clips = self.trial.inputs.clips(name)
        self.shown = shown_clips(self.clips, len(self.clips))
        self.whole = macs(self.trial.model)

    def row(self, text: str) -> dict[str, Any]:
        """Of one recipe: MACs beside the uncompressed model's, of all clips, of thirds by motion and of classes; and
        the clips of each that it loses and gains."""
        variant = self.trial.variant(text)
        cost = counted_cost(
            Subject.of(variant), self.clips, first_clip(self.clips), lambda: self.shown, len(self.clips)
        )
        if not cost.macs_by_clip:
            raise SystemExit(f"{text} costs the same of all clips of {self.trial.name}")
        right = self.trial.right(self.trial.answers(variant.module))
        shares = Distribution(tuple(each / self.whole for each in cost.macs_by_clip))
        by_third = self._groups(thirds(self.shown.motions), cost, right)
        by_class = self._groups([label for (label,) in self.shown.labels], cost, right)
        return {
            "all": {place: ends(getattr(shares, place)) for place in PLACES},
            "motion": by_third,
            "classes": by_class,
            "correlation": round(rank_correlation(self.shown.motions, cost.macs_by_clip), 3),
            "macs_by_clip": Counter(cost.macs_by_clip).most_common(),
        }

    def _groups(self, names: Sequence[str], cost: Cost, right: torch.Tensor) -> dict[str, dict[str, Any]]:
        reference = self.trial.right(self.trial.logits)
        found: dict[str, dict[str, Any]] = {}
        for name in dict.fromkeys(names):
            places = [place for place, each in enumerate(names) if each == name]
            shares = Distribution(tuple(cost.macs_by_clip[place] / self.whole for place in places))
            found[name] = {
                "clips": len(places),
                "macs": ends(shares.mean),
                "motion": round(sum(self.shown.motions[place] for place in places) / len(places), 4),
                **paired(reference[places], right[places]),
            }
        return found


def ends(value: Estimate) -> list[float | None]:
    """A number with its interval, in four digits; None for an end that nothing bounds."""
    return [round(each, 4) if isfinite(each) else None for each in (float(value), value.low, value.high)]


def rank_correlation(one: Iterable[float], other: Iterable[float]) -> float:
    """Spearman's."""
    return float(spearmanr([*one], [*other]).statistic)


def main(names: list[str]) -> None:
    name, *texts = names or [""]
    for model in [name] if name else RECIPES:
        missing = [text for text in texts or RECIPES[model] if text not in read(RESULTS).get(model, {})]
        costs = Costs(model) if missing else None
        for text in missing:
            assert costs is not None
            add(RESULTS, model, {text: costs.row(text)})
        for text in texts or RECIPES[model]:
            show(model, text, read(RESULTS)[model][text])


def show(model: str, text: str, row: dict[str, Any]) -> None:
    print(model, text, {place: row["all"][place][0] for place in PLACES}, "rho", row["correlation"])
    classes = sorted(row["classes"].items(), key=lambda each: -each[1]["macs"][0])
    for name, each in [*((third, row["motion"][third]) for third in THIRDS), *classes]:
        print(
            f"  {name}: {each['macs']} of {each['clips']} clips, {each['lost']} lost, {each['gained']} gained"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
