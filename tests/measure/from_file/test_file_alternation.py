"""Real rounds of small things: who decodes what, in which order, and what is said of clips that are no files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from pytest_vidcompress.artefacts.variant import build
from pytest_vidcompress.clips.clip import Clip
from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.clips.profile import Profile, Views
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.measure.from_file import arm as arm_module
from pytest_vidcompress.measure.from_file.arm import Arm
from pytest_vidcompress.measure.from_file.file_alternation import CLIPS, Trial, files_of, from_file
from pytest_vidcompress.measure.from_file.from_file import FromFile
from pytest_vidcompress.measure.subject import Subject
from pytest_vidcompress.models.device import CPU
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes.registry import RUNTIMES

PROFILE = Profile(4, 4, 16, sampling="even")


class MeanFrame(nn.Module):
    """Takes any number of frames."""

    def __init__(self, labels: int) -> None:
        super().__init__()
        self.backbone, self.aggregator = nn.Linear(3 * 16 * 16, 8), nn.AdaptiveAvgPool1d(1)
        self.classifier = nn.Linear(8, labels)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        features = self.backbone(pixels.flatten(2))
        return self.classifier(self.aggregator(features.transpose(1, 2)).flatten(1))


@pytest.fixture
def files(clips: Clips) -> Clips:
    ids = {label: place for place, label in enumerate(clips.labels)}
    return Clips(clips.sample, clips.labels, ids, PROFILE)


@pytest.fixture
def model(clips: Clips) -> Model:
    return Model("mean", MeanFrame(len(clips.labels)).eval(), PROFILE, clips.labels)


def variant(model: Model, files: Clips, recipe: str) -> Subject:
    return Subject.of(build(parse(recipe, TECHNIQUES), model, files, RUNTIMES))


def never(_: FromFile) -> bool:
    return False


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, tuple[int, ...]]]:
    """What is decoded from here on: the file, and which of the frames."""
    seen: list[tuple[Path, tuple[int, ...]]] = []
    plain = arm_module.crops_of

    def noting(source: Path, spec: object) -> torch.Tensor:
        seen.append((source, spec.chosen))  # pyright: ignore[reportAttributeAccessIssue]
        return plain(source, spec)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(arm_module, "crops_of", noting)
    return seen


def test_arms_take_turns_over_several_files_and_each_decodes_what_it_looks_at(
    model: Model, files: Clips, decoded: Sequence[tuple[Path, tuple[int, ...]]]
) -> None:
    subject = variant(model, files, "frames:keep=2")
    found = from_file(Trial(subject, model, files, 2), never)
    own, all_frames = (0, 2), ()
    assert [chosen for _, chosen in decoded[: 2 * CLIPS]] == [own, all_frames, all_frames, own] * 2
    assert [chosen for _, chosen in decoded[-2 * CLIPS :]] == [all_frames, own, own, all_frames] * 2
    assert len(decoded) == 3 * 2 * CLIPS, "a round that does not count, and two that do"
    assert {source for source, _ in decoded} == {clip.path for clip in files[:CLIPS]}
    assert (len(found.variant), len(found.reference), found.clips, found.absent) == (2, 2, CLIPS, "")
    assert found.stages == ("backbone", "aggregator", "classifier")
    for each in (*found.variant, *found.reference):
        assert 0 < sum(each.stages_s.values()) < each.model_s
        assert each.decode_s > 0


def test_they_end_when_enough_is_said_after_an_even_number(model: Model, files: Clips) -> None:
    asked: list[int] = []

    def enough(seen: FromFile) -> bool:
        asked.append(len(seen.variant))
        return len(asked) == 2

    found = from_file(Trial(Subject.of(model.module), model, files, 8), enough)
    assert (asked, len(found.variant), found.planned) == ([2, 4], 4, 8)


@pytest.mark.parametrize("recipe", ["frames:keep=2", "frames:keep=3,choice=first"])
def test_frames_that_are_not_decoded_change_no_answer(model: Model, files: Clips, recipe: str) -> None:
    subject = variant(model, files, recipe)
    whole, _ = next(files.batches(1))
    few = Arm.of(subject, PROFILE, CPU)
    blank = Arm.of(replace(subject, run=lambda pixels: subject.run(pixels)), PROFILE, CPU)
    assert (few.blanks, blank.blanks) == (False, True), "a function may be made for one number of frames"
    shapes = [each.pixels(files[0]).shape[1] for each in (few, blank)]
    assert shapes == [len(subject.chosen), PROFILE.frames]
    with torch.inference_mode():
        answers = [each.run(each.pixels(files[0])) for each in (few, blank)]
        expected = subject.run(whole)
    for answer in answers:
        torch.testing.assert_close(answer, expected)


def test_blanks_stand_where_the_layout_has_frames(files: Clips) -> None:
    profile = replace(PROFILE, layout="BCTHW", chosen=(1, 3))
    pixels = Arm(lambda pixels: pixels, profile, CPU, blanks=True).pixels(files[0])
    assert pixels.shape == (1, 3, 4, 16, 16)
    assert [bool(frame.any()) for frame in pixels[0].transpose(0, 1)] == [False, True, False, True]


def test_all_views_of_a_clip_are_one_answer(model: Model, files: Clips) -> None:
    calls: list[int] = []

    def counting(pixels: torch.Tensor) -> torch.Tensor:
        calls.append(len(pixels))
        return model.module(pixels)

    several = Arm(counting, replace(PROFILE, views=Views(2, 1)), CPU)
    several.answer(files[0], several.clock())
    assert calls == [1, 1]


def test_clips_that_are_no_files_say_so(model: Model, files: Clips) -> None:
    def frames() -> torch.Tensor:
        return torch.zeros(8, 32, 32, 3, dtype=torch.uint8)

    drawn = [Clip(f"c{i}", files.labels[0], Path(f"c{i}"), frames) for i in range(2)]
    ids = {label: place for place, label in enumerate(files.labels)}
    clips = Clips(drawn, files.labels, ids, PROFILE)
    found = from_file(Trial(Subject.of(model.module), model, clips, 8), never)
    assert found == FromFile(absent="its clips are no files: a function returns their frames")
    mixed = Clips([drawn[0], *files.sample[:2]], files.labels, ids, PROFILE)
    assert files_of(mixed) == files.sample[:2]


def test_a_file_that_is_gone_meanwhile_says_so(model: Model, files: Clips, tmp_path: Path) -> None:
    copy = tmp_path / "clip.mp4"
    copy.write_bytes(files[0].path.read_bytes())
    ids = {label: place for place, label in enumerate(files.labels)}
    clips = Clips([Clip("one", files[0].label, copy)], files.labels, ids, PROFILE)
    clips.load()
    copy.unlink()
    found = from_file(Trial(Subject.of(model.module), model, clips, 8), never)
    assert found.absent.startswith("a clip changed while tests ran: ")


def test_progress_is_told_round_by_round(model: Model, files: Clips) -> None:
    said: list[tuple[str, int, int]] = []
    tell: Callable[[str, int, int], None] = lambda *each: said.append(each)  # noqa: E731
    from_file(Trial(Subject.of(model.module), model, files, 2), never, tell)
    assert said == [("files to answers", 1, 2), ("files to answers", 2, 2)]
