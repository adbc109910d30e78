from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from pytest_vidcompress import VidcompressError, load
from pytest_vidcompress.artefacts.save import size_bytes
from pytest_vidcompress.artefacts.variant import build
from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.measure.latency import machine_lock
from pytest_vidcompress.measure.latency.pair_times import FEWEST_QUIET
from pytest_vidcompress.measure.latency.pairs import PILOT, Call
from pytest_vidcompress.measure.measurement import (
    Evaluation,
    Reference,
    first_clip,
    measure,
    measure_reference,
    timed,
)
from pytest_vidcompress.measure.profile.peak import peak_macs_per_s
from pytest_vidcompress.measure.profile.trace import hotspots
from pytest_vidcompress.measure.report import Report
from pytest_vidcompress.measure.subject import Subject
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes.registry import RUNTIMES
from pytest_vidcompress.runtimes.runtime import Runtime
from tests.gate.reports import changed

WEIGHTS = 1536 * 32 + 32 + 32 * 16 + 16
MACS = 1536 * 32 + 32 * 16


@pytest.fixture
def reference(classifier: Model, clips: Clips) -> Reference:
    return measure_reference(classifier, clips)


def test_the_reference_by_itself(reference: Reference, clips: Clips) -> None:
    report = reference.report
    assert (report.agreement, report.kl) == (1, 0)
    assert (report.parameters, report.macs, report.sparsity) == (WEIGHTS, MACS, 0)
    assert report.size_bytes == size_bytes(reference.model.module)
    assert report.peak_memory_bytes is not None
    assert report.peak_memory_bytes > 4 * (WEIGHTS + 1536)
    assert (report.clips, report.skipped, report.reference) == (8, 0, None)
    assert report.identity.clip_ids == tuple(clip.id for clip in clips)
    assert report.top1 == sum(report.accuracy.outcomes) / 8
    assert report.latency is None
    right = [
        clips.labels[k] == clip.label for k, clip in zip(reference.logits.argmax(-1), clips, strict=True)
    ]
    assert report.accuracy.outcomes == tuple(right)


def test_who_waits_for_another_run_that_is_timing_says_so(
    reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: set[str] = set()
    subject, run = Subject.of(reference.model.module), reference.model.module
    report = measure(subject, reference, "same", "t")
    monkeypatch.setattr(machine_lock, "PATIENCE_S", 0.1)

    def waits(what: str, done: int, total: int) -> None:
        said.add(what)

    pixels = first_clip(reference.clips)
    for ask in (
        lambda: timed(report, subject, reference, progress=waits),
        lambda: hotspots(run, pixels, waits),
        lambda: peak_macs_per_s(waits),
    ):
        said.clear()
        with machine_lock.machine_to_ourselves(), pytest.warns(UserWarning, match="timing beside other runs"):
            ask()
        assert said == {"waiting for another run that is timing"}


def test_any_module(reference: Reference) -> None:
    other = nn.Sequential(nn.Flatten(), nn.Linear(1536, 16, bias=False), nn.Dropout(0.9)).train()
    untimed = measure(Subject.of(other), reference, "mine", "tests/test_mine.py::test_it")
    assert untimed.latency is untimed.latency_ratio is None
    report = timed(untimed, Subject.of(other), reference)
    assert (report.name, report.model, report.test) == ("mine", "dense", "tests/test_mine.py::test_it")
    assert report.parameters == report.macs == 1536 * 16
    assert report.size_ratio is not None
    assert report.size_ratio == pytest.approx(1536 * 16 / WEIGHTS, rel=0.02)
    assert 0 <= report.agreement <= 1
    assert report.kl > 0
    assert report.latency is not None
    assert report.latency_ratio is not None
    assert len(report.timing.log_ratios) >= FEWEST_QUIET
    assert report.reference is not None
    assert report.reference.latency is not None
    assert changed(report.reference, latency=None) == reference.report
    assert all(part.training for part in other.modules()), "measuring leaves the mode alone"


def test_the_reference_measured_as_a_variant_is_equal_to_it(reference: Reference) -> None:
    report = measure(Subject.of(reference.model.module), reference, "same", "t")
    assert (report.agreement, report.kl, report.top1_drop) == (1, 0, 0)
    assert report.size_ratio == report.macs_ratio == report.memory_ratio == 1
    assert report.accuracy.outcomes == reference.report.accuracy.outcomes
    assert report.latency is report.latency_ratio is None
    assert report.timing is None
    assert report.reference == reference.report


def test_a_callable_shows_no_files(reference: Reference) -> None:
    module = reference.model.module

    def doubled(pixels: torch.Tensor) -> torch.Tensor:
        return 2 * module(pixels)

    report = measure(Subject.of(doubled), reference, "callable", "t")
    assert report.size_bytes is report.parameters is report.sparsity is report.peak_memory_bytes is None
    assert report.macs == MACS
    assert report.agreement == 1
    assert report.size_ratio is None


def test_a_callable_may_hide_its_operators(reference: Reference) -> None:
    report = measure(
        Subject.of(lambda pixels: pixels.numpy().reshape(1, -1)[:, :16]), reference, "numpy", "t"
    )
    assert report.macs is report.macs_ratio is None
    assert "MB" not in str(report)


@pytest.mark.parametrize(
    ("recipe", "size", "sparsity"),
    [("fp32", 1.0, 0.0), ("fp16", 0.5, 0.0), ("int8-dynamic:engine=onednn", 0.25, None)],
)
def test_variants(
    recipe: str, size: float, sparsity: float | None, reference: Reference, clips: Clips
) -> None:
    variant = build(parse(recipe, TECHNIQUES), reference.model, clips, RUNTIMES)
    report = measure(Subject.of(variant), reference, variant.name, "t")
    assert report.size_bytes == variant.size_bytes()
    assert report.size_ratio == pytest.approx(size, abs=0.03)
    assert report.macs_ratio == 1
    assert report.parameters == WEIGHTS
    assert sparsity is None or report.sparsity == pytest.approx(sparsity, abs=0.001)
    assert report.kl == pytest.approx(0, abs=0.05)
    assert report.execution.notes == variant.notes
    assert (report.execution.notes != ()) == recipe.startswith("int8")


def test_pruned_shares_are_of_all_weights(reference: Reference, clips: Clips) -> None:
    variant = build(parse("prune-global:amount=0.5", TECHNIQUES), reference.model, clips, RUNTIMES)
    report = measure(Subject.of(variant), reference, variant.name, "t")
    assert report.sparsity == pytest.approx(0.5 * 1536 * 32 / WEIGHTS)
    assert report.kl > 0


def test_under_random_weights_accuracy_is_agreement(classifier: Model, clips: Clips) -> None:
    reference = measure_reference(replace(classifier, weights="random"), clips)
    assert reference.report.accuracy.kind == "agreement"
    assert reference.report.top1 == 1
    other = nn.Sequential(nn.Flatten(), nn.Linear(1536, 16))
    report = measure(Subject.of(other), reference, "other", "t")
    assert report.accuracy.kind == "agreement"
    assert report.top1 == report.agreement


def test_broken_clips_count_as_skipped(
    classifier: Model, clips: Clips, tmp_path_factory: pytest.TempPathFactory
) -> None:
    broken = tmp_path_factory.mktemp("clips") / "broken.mp4"
    broken.write_text("<html>")
    ids = {label: position for position, label in enumerate(clips.labels)}
    some = Clips([clips[0], replace(clips[1], path=broken)], clips.labels, ids, classifier.profile)
    report = measure_reference(classifier, some).report
    assert (report.clips, report.skipped) == (1, 1)
    assert report.identity.clip_ids == (clips[0].id,)


def test_the_driver_runs_the_rounds(reference: Reference) -> None:
    driven: list[int] = []

    def driver(target: Call, *, setup: Callable[[], None], teardown: Callable[[], None], rounds: int) -> None:
        driven.append(rounds)
        target()

    same = reference.model.module
    report = timed(measure(Subject.of(same), reference, "same", "t"), Subject.of(same), reference, driver)
    assert len(driven) == 1
    # Pairs that a neighbour disturbed are left out.
    assert FEWEST_QUIET <= len(report.timing.log_ratios) <= PILOT + driven[0]


def test_on_fewer_clips_both_are_of_the_same_ones(reference: Reference, clips: Clips) -> None:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        other = nn.Sequential(nn.Flatten(), nn.Linear(1536, 16))
    whole = measure(Subject.of(other), reference, "other", "t")
    seen: list[tuple[tuple[bool, ...], tuple[bool, ...]]] = []

    def enough(outcomes: Sequence[bool], agreements: Sequence[bool]) -> bool:
        seen.append((tuple(outcomes), tuple(agreements)))
        return len(outcomes) == 5

    report = measure(Subject.of(other), reference, "other", "t", Evaluation(enough=enough))
    assert (report.clips, report.identity.sample) == (5, 8)
    assert report.identity.clip_ids == tuple(clip.id for clip in clips[:5])
    assert seen == [(whole.accuracy.outcomes[:n], whole.accuracy.agreements[:n]) for n in range(1, 6)]
    assert (report.accuracy.outcomes, report.accuracy.agreements) == seen[-1]
    assert report.top1 == sum(report.accuracy.outcomes) / 5
    assert report.top1.high - report.top1.low > whole.top1.high - whole.top1.low

    # As measured on a set that has no other clips.
    ids = {label: position for position, label in enumerate(clips.labels)}
    few = measure_reference(
        reference.model, Clips(clips[:5], clips.labels, ids, reference.model.profile)
    ).report
    assert report.reference is not None
    # The digest is of the whole set, whatever was enough of it.
    assert report.reference == changed(few, sample=8, clips_digest=report.reference.identity.clips_digest)
    assert report.reference.top1.interval == few.top1.interval
    assert report.kl == measure(Subject.of(other), _of(few, reference), "other", "t").kl


def _of(report: Report, reference: Reference) -> Reference:
    """The reference on the clips of its report, the first of all."""
    ids = {label: position for position, label in enumerate(reference.clips.labels)}
    clips = Clips(reference.clips[: report.clips], reference.clips.labels, ids, reference.model.profile)
    return measure_reference(reference.model, clips)


def test_all_clips_are_taken_by_default(reference: Reference) -> None:
    report = measure(Subject.of(reference.model.module), reference, "same", "t")
    assert (report.clips, report.identity.sample) == (8, 8)
    assert report.reference is not None
    assert report.reference.identity.sample == 8


@pytest.mark.parametrize("recipe", ["fp16", "int8-dynamic"])
def test_an_artefact_is_measured_as_its_variant(
    recipe: str, reference: Reference, clips: Clips, tmp_path: Path
) -> None:
    variant = build(parse(recipe, TECHNIQUES), reference.model, clips, RUNTIMES)
    variant.save(tmp_path)

    def unlike(count: int = 16) -> nn.Module:
        return nn.Sequential(
            nn.Flatten(), nn.Linear(1536, 32), nn.ReLU(), nn.Dropout(0.5), nn.Linear(32, count)
        )

    again = load(tmp_path, module=unlike)
    expected = measure(Subject.of(variant), reference, "same", "t")
    assert measure(Subject.of(again), reference, "same", "t") == expected
    other = replace(reference, model=replace(reference.model, labels=reference.model.labels[::-1]))
    with pytest.raises(VidcompressError, match="does not answer with the labels of model 'dense'"):
        measure(Subject.of(again), other, "same", "t")


def test_files_of_a_runtime_s_own_show_their_size_alone(
    reference: Reference, clips: Clips, tmp_path: Path
) -> None:
    own = Runtime(
        lambda model: lambda pixels: pixels.flatten(1)[:, :16].clone(),
        lambda: "own1.0",
        lambda run, folder: (folder / "graph").write_text("?"),  # type: ignore[arg-type,return-value]
        lambda folder: lambda pixels: pixels.flatten(1)[:, :16].clone(),
    )
    variant = build(parse("fp32", TECHNIQUES), reference.model, clips, {"own": own}, "own")
    variant.save(tmp_path)
    report = measure(Subject.of(load(tmp_path, runtimes={"own": own})), reference, "files", "t")
    assert report.size_bytes == variant.size_bytes()
    assert report.parameters is report.sparsity is report.macs is report.peak_memory_bytes is None


def test_a_variant_of_nans_is_never_right(reference: Reference) -> None:
    module = reference.model.module
    report = measure(Subject.of(lambda pixels: module(pixels) * float("nan")), reference, "nan", "t")
    assert (report.top1, report.top5, report.agreement) == (0, 0, 0)
    assert report.execution.notes == ("answers with NaN, or rules out every class, on 8 of 8 clips",)


def test_a_reference_of_nans_is_refused(classifier: Model, clips: Clips) -> None:
    nn.init.constant_(classifier.module[4].bias, float("nan"))  # type: ignore[index, arg-type]
    with pytest.raises(VidcompressError, match=r"'dense' answers with NaN.* on 8 of 8 clips"):
        measure_reference(classifier, clips)


CUDA = torch.device("cuda", 0)
"""Only its name: nothing here computes on it."""


def test_a_module_that_is_elsewhere_is_not_measured_there(reference: Reference) -> None:
    subject = Subject.of(reference.model.module)
    subject.refuse_elsewhere(torch.device("cpu"))
    with pytest.raises(
        VidcompressError, match=r"^the measured module is not on cuda:0, where it is measured \(1\.weight"
    ):
        subject.refuse_elsewhere(CUDA)


def test_what_another_runtime_loaded_is_not_measured_on_a_device() -> None:
    loaded = Subject(lambda pixels: pixels, lambda: None, name="fp32@openvino from files", runtime="openvino")
    with pytest.raises(
        VidcompressError, match=r"from files' cannot run on cuda:0: openvino computes on the CPU alone"
    ):
        loaded.refuse_elsewhere(CUDA)


def test_a_report_of_the_cpu_names_no_device(reference: Reference) -> None:
    report = measure(Subject.of(reference.model.module), reference, "it", "test")
    assert (report.execution.device, report.cost.device_memory_bytes) == ("", None)
    assert not [note for note in report.execution.notes if "runs on" in note]


class SeveralLabels(Clips):
    """Clips that have the label after their own, too."""

    def batches(self, n: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        for pixels, ids in super().batches(n):
            hot = torch.zeros(len(ids), len(self.labels), dtype=torch.bool)
            yield pixels, hot.scatter(1, torch.stack([ids, (ids + 1) % len(self.labels)], 1), True)


@pytest.fixture
def several(clips: Clips) -> Clips:
    ids = {label: position for position, label in enumerate(clips.labels)}
    return SeveralLabels(clips.sample, clips.labels, ids, clips.profile)


def test_clips_of_several_labels_are_ranked(classifier: Model, several: Clips) -> None:
    reference = measure_reference(classifier, several)
    assert reference.targets.sum(1).tolist() == [2] * 8
    report = measure(Subject.of(nn.Sequential(nn.Flatten(), nn.Linear(1536, 16))), reference, "other", "t")
    assert report.reference == reference.report
    # It is known already, so its resamples are not weighed once more.
    assert report.reference.accuracy is reference.report.accuracy
    own, beside = report.accuracy.ranking, reference.report.accuracy.ranking
    assert own is not None
    assert beside is not None
    assert report.gap is own.gap
    assert 0 < own.gap < 1
    assert report.gap_drop == pytest.approx(beside.gap - own.gap)
    assert report.mean_ap_drop == pytest.approx(beside.mean_ap - own.mean_ap)
    assert all(len(each) == 2 for each in report.accuracy.label_sets)
    assert f"GAP {100 * own.gap:.1f} %" in str(report)
    same = measure(Subject.of(classifier.module), reference, "same", "t")
    assert (same.agreement, same.kl, same.gap_drop, same.mean_ap_drop) == (1, 0, 0, 0)
    single = measure_reference(classifier, of_one_label(several)).report
    assert single.gap is single.mean_ap is single.gap_drop is None
    assert "GAP" not in str(single)


def of_one_label(several: Clips) -> Clips:
    """The same clips with their own labels alone."""
    ids = {label: position for position, label in enumerate(several.labels)}
    return Clips(several.sample, several.labels, ids, several.profile)


def test_under_random_weights_the_references_sets_of_labels_are_right(
    classifier: Model, several: Clips
) -> None:
    reference = measure_reference(replace(classifier, weights="random"), several)
    assert reference.report.top1 == reference.report.gap == reference.report.mean_ap == 1
    assert (reference.targets.sum(1) >= 1).all()


def test_of_several_labels_it_is_asked_whether_the_clips_are_enough(
    classifier: Model, several: Clips
) -> None:
    reference = measure_reference(classifier, several)
    seen: list[tuple[tuple[bool, ...], tuple[bool, ...]]] = []

    def enough(outcomes: Sequence[bool], agreements: Sequence[bool]) -> bool:
        seen.append((tuple(outcomes), tuple(agreements)))
        return len(outcomes) == 3

    other = nn.Sequential(nn.Flatten(), nn.Linear(1536, 16))
    report = measure(Subject.of(other), reference, "other", "t", Evaluation(enough=enough))
    assert (report.clips, len(seen)) == (3, 3)
    assert seen[-1] == (report.accuracy.outcomes, report.accuracy.agreements)
