"""A packaged model, its clips and what it answers itself: what a variant of it costs, on all of them and paired."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from pytest_vidcompress.artefacts.variant import Variant
from pytest_vidcompress.gate.statistics import drop_interval, mcnemar
from pytest_vidcompress.measure.accuracy.predict import predict
from pytest_vidcompress.measure.accuracy.scores import accuracy
from pytest_vidcompress.measure.cost.macs import work
from pytest_vidcompress.models.adapter import example_pixels
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.present.variants.variant_notes import VariantNotes
from pytest_vidcompress.run.inputs import Inputs
from pytest_vidcompress.run.options import Options
from pytest_vidcompress.run.registries import Registries
from pytest_vidcompress.run.variants.variant_builder import VariantBuilder
from pytest_vidcompress.runtimes.torch_eager import executable

BEGAN = time.time()
"""Source that is edited later is not what was loaded: what is learned then is not kept."""
CLIPS = 32
"""That calibrate, as in a run."""
LEARNED = Path(__file__).parents[1] / "learned"
"""Variants that come with the repository, as in a run."""


class Trial:
    """Of one model, by its name; computes on one thread, so that it is the same again."""

    def __init__(self, name: str) -> None:
        torch.set_num_threads(1)
        values = {"vc-model": (name,), "vc-calibration": CLIPS, "vc-learned": LEARNED}
        options, registries = Options(values=values, began=BEGAN), Registries.merge([], [], [], [])
        self.inputs = Inputs(options, registries)
        self._builder = VariantBuilder(options, registries, self.inputs, VariantNotes())
        self.name = name
        self.model = self.inputs.model(name)
        self.calibration = self.inputs.calibration(name)
        self.logits, self.labels = predict(self.model.module, self.inputs.clips(name), len(self.model.labels))

    @cached_property
    def top1(self) -> float:
        """Of the reference, per cent."""
        return round(100 * float(self.right(self.logits).double().mean()), 3)

    def variant(self, text: str) -> Variant:
        """As a run builds it: what it learns is of the repository, of the cache, or trained now and kept."""
        return self._builder.variant(self.inputs.choices.recipe(text), self.name)

    def answers(self, run: Any) -> torch.Tensor:
        """The logits of a module, or of what a runtime made of one, of all clips."""
        logits, _ = predict(run, self.inputs.clips(self.name), len(self.model.labels))
        return logits

    def right(self, logits: torch.Tensor) -> torch.Tensor:
        """Which clips are answered with their label."""
        return logits.argmax(-1) == self.labels

    def macs_share(self, small: Model) -> float:
        """Of the reference's multiply-accumulates, those that are left."""
        return round(macs(small) / macs(self.model), 4)

    def cost(self, logits: torch.Tensor) -> dict[str, Any]:
        """Beside the reference: points of top-1, the clips lost and gained, the chance of so many lost by McNemar's
        exact test, agreement in per cent, and the mean KL divergence in nats."""
        seen = accuracy(logits, self.logits, self.labels)
        right = self.right(logits)
        return {
            "top1": round(100 * float(seen.top1), 3),
            **paired(self.right(self.logits), right),
            "points_lost": round(self.top1 - 100 * float(seen.top1), 3),
            "agreement": round(100 * float(seen.agreement), 3),
            "kl": float(f"{float(seen.kl):.4g}"),
        }

    def interval(self, cost: Mapping[str, Any]) -> list[float]:
        """Of the points that a cost says were lost, 95 %."""
        ends = drop_interval(len(self.labels), cost["lost"], cost["gained"])
        return [round(100 * end, 2) for end in ends]


def paired(before: torch.Tensor, after: torch.Tensor) -> dict[str, Any]:
    """Clips that only one of two answers rightly, and the chance of so many lost were both as good."""
    lost, gained = int((before & ~after).sum()), int((~before & after).sum())
    return {"lost": lost, "gained": gained, "p": mcnemar(lost, gained)}


def digits(outcomes: torch.Tensor) -> str:
    """A digit a clip, in the order of the clips."""
    return "".join(map(str, outcomes.int().tolist()))


def macs(model: Model) -> int:
    """Multiply-accumulates of a view, of a model as techniques left it."""
    return work(executable(model.module), example_pixels(model.profile)).macs or 0
