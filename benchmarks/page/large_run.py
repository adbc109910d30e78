"""A run of many variants on many clips of 400 classes, with all that a run can have, made without measuring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from pytest_vidcompress.clips.crops.thumbnails import thumbnails
from pytest_vidcompress.clips.pocket.packaged import pocket
from pytest_vidcompress.clips.profile import CropSpec
from pytest_vidcompress.gate.baseline.stored import Baseline, Stored, StoredTiming
from pytest_vidcompress.gate.budget import Budget
from pytest_vidcompress.gate.judge import judge
from pytest_vidcompress.gate.verdict import Result
from pytest_vidcompress.measure.accuracy.accuracy import Accuracy
from pytest_vidcompress.measure.by_clip.shown_clips import ShownClips
from pytest_vidcompress.measure.cost.coverage import Coverage, LayerPrecision, Left
from pytest_vidcompress.measure.divergence.divergence import BlockError, Divergence
from pytest_vidcompress.measure.interval import Estimate, share_interval
from pytest_vidcompress.measure.machine import Machine
from pytest_vidcompress.measure.profile.hotspots import Hotspots, Spot
from pytest_vidcompress.measure.profile.operator_kinds import KINDS
from pytest_vidcompress.measure.sensitivity.sensitivity import PartSensitivity, Sensitivity
from pytest_vidcompress.models.learning_curve import CurvePoint, LearningCurve
from pytest_vidcompress.present.formats.run_facts import RunFacts
from pytest_vidcompress.present.outcome import Outcome
from pytest_vidcompress.present.variants.variant_notes import VariantNotes
from pytest_vidcompress.run.facts.flip_pictures import MOST_CLIPS, telling
from tests.gate.reports import changed, cold_starts, from_files, pair_times, report

LABELS = tuple(f"playing instrument {place}" for place in range(400))
BLOCKS = 12
PARTS = ("attention.query", "attention.key", "attention.value", "attention.output", "mlp.up", "mlp.down")
RECIPES = ("prune-global:amount=0.", "shrink:mlp=0.", "fuse+int8-static:smooth=0.", "lowrank:rank=0.")
COUNTED = 120
"""Clips whose MACs are counted one by one."""


def large_run(variants: int = 40, clips: int = 1000) -> Outcome:
    """The same for the same numbers; pictures are of packaged clips, and are decoded when they are asked for."""
    random = Random(0)
    labels = tuple(random.randrange(len(LABELS)) for _ in range(clips))
    before = tuple(label if random.random() < 0.8 else random.randrange(len(LABELS)) for label in labels)
    results = [_result(place, variants, labels, before, random) for place in range(variants)]
    facts = RunFacts(
        *("trained", "kinetics", 64, lambda executed: Machine("CPU", "avx512", 2, executed.runtime)),
        *("2026-11-27T19:30:00+00:00", "0" * 40, False),
        *(("pytest", "benchmarks", "--vc-json=run.json"), "failed", {"python": "3.11", "torch": "2.13"}),
        path_of=lambda clip: f"val/{clip}.mp4",
        pictures=lambda: _pictures(results),
    )
    parts = tuple(
        PartSensitivity(block, axis, random.random() / (block + 1), 0.9, 0.05, 0.06)
        for block in range(BLOCKS)
        for axis in ("heads", "mlp")
    )
    found = Sensitivity("timesformer", 64, 3072, 12, parts)
    notes = VariantNotes(sensitivities={"timesformer": found})
    return Outcome(
        results=results, facts=facts, variants=notes, about=f"clips: kinetics, {clips:,} of 19,881"
    )


def _result(
    place: int, variants: int, labels: Sequence[int], before: Sequence[int], random: Random
) -> Result:
    strength = (place + 1) / variants
    now = [
        random.randrange(len(LABELS)) if random.random() < 0.12 * strength**2 else answer for answer in before
    ]
    ids = tuple(f"kinetics-clip-{clip:05d}_000010_000020" for clip in range(len(labels)))
    name = f"{RECIPES[place % len(RECIPES)]}{place + 10}"
    made = report(
        tuple(answer == label for answer, label in zip(now, labels, strict=True)),
        ids,
        [random.gauss(-strength / 2, 0.02) for _ in range(60)],
        name=name,
        recipe=name,
        test=f"benchmarks/test_large.py::test_variant_holds[{name}]",
        label_names=LABELS,
        coverage=_coverage(place, strength),
        hotspots=_hotspots(strength, random),
        start=cold_starts(-strength, seed=place),
        from_file=from_files(-strength, seed=place),
        size_bytes=int(12e6 * (1 - 0.8 * strength)),
        learning=_curves(place),
        **_by_clip(place, random),
    )
    made = changed(made, accuracy=_accuracy(now, before, labels))
    timing = replace(made.timing, calls=pair_times(300, ratio=1 - strength / 2, seed=place))  # type: ignore[type-var]
    reference = changed(
        made.reference,  # type: ignore[arg-type]
        hotspots=_hotspots(0, Random(1)),
        accuracy=_accuracy(before, before, labels),
    )
    whole = replace(made, timing=timing, reference=reference)
    stored = whole if place % 10 else changed(whole, size_bytes=1)
    verdicts = judge(
        whole,
        Baseline(Stored.of(stored), StoredTiming.of(stored)),
        Budget({"top1_drop": 0.05, "latency_ratio": 1.0}),
    )
    return Result(whole if place % 10 else changed(whole, divergence=_divergence(random)), verdicts)


def _accuracy(now: Sequence[int], before: Sequence[int], labels: Sequence[int]) -> Accuracy:
    outcomes = tuple(answer == label for answer, label in zip(now, labels, strict=True))
    agreements = tuple(answer == was for answer, was in zip(now, before, strict=True))
    shares = [Estimate(*share_interval(sum(each), len(each))) for each in (outcomes, outcomes, agreements)]
    return Accuracy(
        *shares,
        Estimate(0.02, 0.01, 0.03),
        "labels",
        outcomes,
        agreements,
        tuple(labels),
        tuple(now),
    )


def _coverage(place: int, strength: float) -> Coverage:
    names = [f"timesformer.encoder.layer.{block}.{part}" for block in range(BLOCKS) for part in PARTS]
    is_int8, share = place % 4 == 2, 1 / len(names)
    layers = tuple(
        LayerPrecision(name, "int8" if is_int8 else "float32", share, strength * (at % 7) / 8)
        for at, name in enumerate(names)
    )
    left = tuple(Left(name, "LayerNorm", 0.001, 0.0) for name in PARTS)
    return Coverage(0.97 * is_int8, 0.0, 0.9 * is_int8, left, layers=layers)


def _hotspots(strength: float, random: Random) -> Hotspots:
    def spots(names: Sequence[tuple[str, str]]) -> tuple[Spot, ...]:
        return tuple(
            Spot(name, kind, 12, 0.001 * (1 - strength / 2) * random.random(), 0.002) for name, kind in names
        )

    operators = [(f"aten::operator_{place}", KINDS[place % len(KINDS)]) for place in range(30)]
    modules = [(f"timesformer.encoder.layer.*.{part}", f"Kind{at}") for at, part in enumerate(PARTS * 3)]
    return Hotspots(spots(operators), spots(modules), 7, "torch.profiler")


def _curves(place: int) -> tuple[LearningCurve, ...]:
    points = tuple(CurvePoint(20 * step, 2.0 / step, 6.0 * step) for step in range(1, 60))
    return (LearningCurve("distil", 16, points),) if place % 4 == 3 else ()


def _by_clip(place: int, random: Random) -> dict[str, Any]:
    """One variant in ten costs more of one clip than of another."""
    if place % 10 != 5:
        return {}
    ids = tuple(f"kinetics-clip-{clip:05d}_000010_000020" for clip in range(COUNTED))
    labels = tuple((random.choice(LABELS),) for _ in ids)
    shown = ShownClips(ids, labels, tuple(random.random() for _ in ids))
    return {"macs_by_clip": tuple(random.randrange(10**9, 2 * 10**9) for _ in ids), "shown": shown}


def _divergence(random: Random) -> Divergence:
    names = [f"timesformer.encoder.layer.{block}" for block in range(BLOCKS)]
    return Divergence(
        tuple(BlockError(name, random.random(), random.random()) for name in names), (), 8, 4, 4
    )


def _pictures(results: Sequence[Result]) -> Mapping[str, Sequence[str]]:
    """Of as many packaged clips as a run decodes."""
    clips = pocket().clips
    named = [clip for clip, _ in telling(results)][:MOST_CLIPS]
    return {
        name: thumbnails(clip.source, CropSpec(8, 4, 224)) for name, clip in zip(named, clips, strict=False)
    }
