"""A learned model of the repository, of the cache, or trained now."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from pytest_vidcompress.artefacts.kept.committed import CommittedPlace
from pytest_vidcompress.artefacts.kept.learned_origin import Origin
from pytest_vidcompress.artefacts.kept.learned_record import LearnedRecord
from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.clips.profile import Views
from pytest_vidcompress.compress.parameters import Nothing
from pytest_vidcompress.compress.technique import Technique
from pytest_vidcompress.errors import UntrainedError
from pytest_vidcompress.learn.lessons import Lessons
from pytest_vidcompress.models.adapter import logits_from
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.present.variants.variant_notes import VariantNotes
from pytest_vidcompress.run.inputs import Inputs
from pytest_vidcompress.run.options import Options
from pytest_vidcompress.run.registries import Registries
from pytest_vidcompress.run.variants.learning_facts import learning_facts
from pytest_vidcompress.run.variants.variant_builder import VariantBuilder
from tests.artefacts.kept.lessons_learned import CURVE

MODEL = "videomae"


class Taught:
    """A technique that counts how often it learns, and whose result is another each time."""

    def __init__(self) -> None:
        self.times = 0
        self.resumed = self.is_killed = False

    def __call__(self, model: Model, parameters: Nothing, clips: Clips, lessons: Lessons) -> Model:
        self.times += 1
        if lessons.folder:
            file = lessons.folder / "1.checkpoint"
            self.resumed = file.exists()
            lessons.folder.mkdir(parents=True, exist_ok=True)
            file.write_text("state")
        if self.is_killed:
            raise KeyboardInterrupt
        with torch.no_grad():
            for weight in model.module.parameters():
                weight.mul_(1 + self.times / 100)
        return replace(model, curves=(CURVE,))


class Run:
    """A run of pytest, as far as variants are built in it."""

    def __init__(self, taught: Taught, began: float | None = None, **options: object) -> None:
        given = {name.replace("_", "-"): value for name, value in options.items()}
        values = {"vc-model": (MODEL,), "vc-sample": 2, "vc-calibration": 2, **given}
        self.options = Options(values, began=time.time() if began is None else began)
        registries = Registries.merge([], [], [{"teach": Technique("it learns", learn=taught)}], [])
        self.said: list[str] = []
        self.inputs = Inputs(self.options, registries)
        self.notes = VariantNotes()
        self.builder = VariantBuilder(self.options, registries, self.inputs, self.notes, self._say)

    def _say(self, what: str, done: int, total: int) -> None:
        self.said.append(what)

    def build(self, recipe: str = "teach") -> torch.Tensor:
        """The logits of a variant."""
        variant = self.builder.variant(self.inputs.choices.recipe(recipe), MODEL)
        pixels, _ = next(iter(self.inputs.clips(MODEL).batches(2)))
        with torch.inference_mode():
            return logits_from(variant.module(pixels))

    @property
    def origins(self) -> dict[str, Origin]:
        return {name: each.origin for name, each in self.notes.learned.items()}

    def trainings(self, recipe: str = "teach") -> list[str]:
        return self.builder.trainings([(MODEL, self.inputs.choices.recipe(recipe))])


@pytest.fixture
def taught() -> Taught:
    return Taught()


@pytest.fixture
def run(taught: Taught, tmp_path: Path) -> Callable[..., Run]:
    def begun(**options: Any) -> Run:
        return Run(taught, **{"vc_cache": tmp_path / "cache", "vc_learned": tmp_path / "learned", **options})

    return begun


def test_what_was_trained_is_taken_the_next_time(run: Callable[..., Run], taught: Taught) -> None:
    first, second = run(), run()
    assert first.trainings() == ["teach of videomae, a while"]
    trained = first.build()
    assert first.origins == {"teach of videomae": Origin.TRAINED}
    assert any(said.startswith("training teach of videomae, a while") for said in first.said)
    assert second.trainings() == []
    assert torch.equal(second.build(), trained)
    assert second.origins == {"teach of videomae": Origin.CACHE}
    assert second.notes.learned["teach of videomae"].seconds == CURVE.seconds
    assert taught.times == 1


def test_what_follows_learning_shares_it(run: Callable[..., Run], taught: Taught) -> None:
    one = run()
    one.build("teach")
    one.build("teach+fuse")
    one.build("teach+fp16")
    assert taught.times == 1
    one.build("prune-global+teach")
    assert taught.times == 2
    assert one.origins == {
        "teach of videomae": Origin.TRAINED,
        "prune-global+teach of videomae": Origin.TRAINED,
    }


def test_what_learns_nothing_is_not_kept(run: Callable[..., Run], tmp_path: Path) -> None:
    one = run()
    one.build("prune-global")
    assert one.origins == {}
    assert not (tmp_path / "cache" / "variants").exists()


@pytest.mark.parametrize("change", [{"vc_seed": 1}, {"vc_calibration": 3}, {"vc_views": Views(2, 1)}])
def test_other_clips_views_or_another_seed_train_anew(
    run: Callable[..., Run], taught: Taught, change: dict[str, object]
) -> None:
    run().build()
    run(**change).build()
    assert taught.times == 2


def test_never_skips_what_is_not_kept_and_takes_what_is(run: Callable[..., Run], taught: Taught) -> None:
    skipped = run(vc_learn="never")
    assert skipped.trainings() == []
    with pytest.raises(UntrainedError, match=r"teach of videomae is not trained: .*--vc-learn=never"):
        skipped.build()
    assert skipped.origins == {"teach of videomae": Origin.SKIPPED}
    trained = run().build()
    assert torch.equal(run(vc_learn="never").build(), trained)
    assert taught.times == 1


def test_again_trains_once_a_run(run: Callable[..., Run], taught: Taught) -> None:
    first = run().build()
    time.sleep(0.05)
    again = run(vc_learn="again")
    assert again.trainings() == ["teach of videomae, a while"]
    second = again.build()
    assert taught.times == 2
    assert not torch.equal(second, first)
    assert torch.equal(again.build("teach"), second)
    assert again.origins == {"teach of videomae": Origin.TRAINED}
    # Another process of the same run, which began as early.
    beside = run(vc_learn="again", began=again.options.began)
    assert torch.equal(beside.build(), second)
    assert taught.times == 2
    assert torch.equal(run().build(), second)


def interrupted(one: Run, taught: Taught) -> None:
    """A training that leaves a checkpoint."""
    taught.is_killed = True
    with pytest.raises(KeyboardInterrupt):
        one.build()
    taught.is_killed = False


@pytest.mark.parametrize(("learn", "goes_on"), [("missing", True), ("again", False)])
def test_again_goes_on_from_no_checkpoint_of_an_earlier_run(
    run: Callable[..., Run], taught: Taught, learn: str, goes_on: bool
) -> None:
    interrupted(run(vc_learn=learn), taught)
    time.sleep(0.05)
    run(vc_learn=learn).build()
    assert taught.resumed == goes_on


def test_again_goes_on_from_a_checkpoint_of_its_own_run(run: Callable[..., Run], taught: Taught) -> None:
    first = run(vc_learn="again")
    time.sleep(0.05)
    interrupted(first, taught)
    run(vc_learn="again", began=first.options.began).build()
    assert taught.resumed


def test_a_damaged_one_is_made_anew_and_said(run: Callable[..., Run], taught: Taught, tmp_path: Path) -> None:
    run().build()
    (seal,) = (tmp_path / "cache" / "variants").glob("*/seal")
    seal.write_bytes(b"")
    with pytest.warns(UserWarning, match="is damaged"):
        run().build()
    assert taught.times == 2
    run().build()
    assert taught.times == 2


def test_where_nothing_can_be_kept_it_is_trained_all_the_same(
    run: Callable[..., Run], taught: Taught, tmp_path: Path
) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "variants").write_text("a file in its place")
    with pytest.warns(UserWarning, match="teach of videomae is not kept for the next run: .*see --vc-cache"):
        run().build()
    assert taught.times == 1


def test_what_is_kept_where_nothing_can_be_locked_is_taken(
    run: Callable[..., Run], taught: Taught, tmp_path: Path
) -> None:
    trained = run().build()
    (lock,) = (tmp_path / "cache" / "variants").glob("*.lock")
    lock.unlink()
    lock.mkdir()
    one = run()
    assert torch.equal(one.build(), trained)
    assert one.origins == {"teach of videomae": Origin.CACHE}
    assert taught.times == 1


def test_a_full_disk_loses_neither_the_training_nor_its_checkpoints(
    run: Callable[..., Run], taught: Taught, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    one = run()
    monkeypatch.setattr("safetensors.torch.save_file", full)
    with pytest.warns(UserWarning, match="is not kept for the next run: .*No space left on device"):
        logits = one.build()
    assert not torch.equal(logits, one.build("fp32"))
    assert [*(tmp_path / "cache" / "variants").glob("*.training/1.checkpoint")]


def commit(one: Run, place: Path, **facts: str) -> None:
    """What one run has learned, into the repository."""
    recipe = one.inputs.choices.recipe("teach")
    made = one.builder.compressed(recipe, MODEL).model
    start = one.builder.starting_point(recipe, MODEL)
    own = learning_facts(start, one.inputs.lessons(MODEL), one.inputs.calibration(MODEL))
    record = LearnedRecord({**own, **facts}, {"torch": "2.0.0"}, (CURVE,))
    CommittedPlace(place, MODEL, recipe).write(made, record)


def test_what_comes_with_the_repository_goes_first_whatever_it_was_made_with(
    run: Callable[..., Run], taught: Taught, tmp_path: Path
) -> None:
    trained = run().build()
    commit(run(), tmp_path / "learned")
    shutil.rmtree(tmp_path / "cache")
    one = run(vc_learn="never")
    torch.testing.assert_close(one.build(), trained, atol=0.05, rtol=0)
    assert taught.times == 1
    origin = one.notes.learned["teach of videomae"]
    assert origin.origin is Origin.REPOSITORY
    assert origin.remark.startswith("made with torch 2.0.0, here is ")
    assert run().trainings() == []


def test_what_was_decided_otherwise_is_not_taken_and_it_is_said(
    run: Callable[..., Run], taught: Taught, tmp_path: Path
) -> None:
    run().build()
    commit(run(), tmp_path / "learned", seed="7")
    said = r"learned/videomae/teach is not taken for teach of videomae: it was made with another seed"
    with pytest.warns(UserWarning, match=said):
        assert run().build() is not None
    assert taught.times == 1


def test_again_takes_nothing_of_the_repository(
    run: Callable[..., Run], taught: Taught, tmp_path: Path
) -> None:
    run().build()
    commit(run(), tmp_path / "learned")
    run(vc_learn="again").build()
    assert taught.times == 2


def test_another_model_or_clip_set_has_its_own(run: Callable[..., Run]) -> None:
    one = run()
    start = one.builder.starting_point(one.inputs.choices.recipe("teach"), MODEL)
    lessons, calibration = one.inputs.lessons(MODEL), one.inputs.calibration(MODEL)
    facts = learning_facts(start, lessons, calibration)
    assert set(facts) == {"recipe", "model", "teacher", "training clips", "calibration clips", "seed"}
    assert facts["model"] == facts["teacher"]
    other = replace(start, model=replace(start.model, labels=start.model.labels[::-1]))
    assert learning_facts(other, lessons, calibration)["model"] != facts["model"]
