"""`distil` and `finetune`: what they change in what comes before them, and what they leave."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from pytest_vidcompress.artefacts.load import load
from pytest_vidcompress.artefacts.variant import prepared
from pytest_vidcompress.clips.profile import Profile
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.compress.train.block_pairs import block_names, block_pairs
from pytest_vidcompress.compress.train.students import with_depth
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.adapter import logits_from
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes.registry import RUNTIMES
from tests.artefacts.variants import calibrating
from tests.learn.school import lessons, loss_on, untrained
from tests.models.small import LABELS, NO_CLIPS, network, pixels


def made(text: str, of: Model) -> Model:
    return parse(text, TECHNIQUES).apply(of, NO_CLIPS, lessons(of))


def divergence(of: Model, other: Model) -> float:
    given, _ = lessons(other).training.batch(0, 24)
    with torch.no_grad():
        ours, theirs = (each.module(given).logits.softmax(-1) for each in (of, other))
    return float((theirs * (theirs / ours).log()).sum(-1).mean())


@pytest.mark.parametrize("family", ["videomae", "timesformer"])
def test_distil_brings_back_what_the_techniques_before_it_took(family: str) -> None:
    teacher = untrained(family)
    before = {name: each.clone() for name, each in teacher.module.state_dict().items()}
    crude = made("prune-global:amount=0.8", teacher)
    recovered = made("prune-global:amount=0.8+distil:steps=40,batch=8,rate=2e-3,hidden=1", teacher)
    assert divergence(recovered, teacher) < 0.5 * divergence(crude, teacher)
    # Its zeros are those of the pruning.
    for name, weight in crude.module.named_parameters():
        if weight.ndim == 2 and (weight == 0).any():
            assert ((weight == 0) <= (recovered.module.get_parameter(name) == 0)).all()
    assert all(torch.equal(each, before[name]) for name, each in teacher.module.state_dict().items())


@pytest.mark.parametrize(
    ("family", "before"), [("videomae", "fuse"), ("timesformer", "fuse"), ("videomae", "lowrank")]
)
def test_what_techniques_made_learns_too(family: str, before: str) -> None:
    teacher = untrained(family)
    crude, trained = (
        parse(text, TECHNIQUES).apply(teacher, calibrating(), lessons(teacher)).module
        for text in (before, f"{before}+distil:steps=3,batch=4,rate=1e-3")
    )
    matrices = {name: weight for name, weight in crude.named_parameters() if weight.ndim > 1}
    assert not {name for name, weight in matrices.items() if torch.equal(weight, trained.get_parameter(name))}


def test_what_somebody_froze_stays_as_it_is() -> None:
    teacher = untrained()
    teacher.module.get_submodule("classifier").requires_grad_(False)
    crude, trained = (
        made(text, teacher).module for text in ("fuse", "fuse+distil:steps=3,batch=4,rate=1e-3")
    )
    unmoved = {
        name
        for name, weight in crude.named_parameters()
        if weight.ndim > 1 and torch.equal(weight, trained.get_parameter(name))
    }
    assert unmoved == {"classifier.weight"}


class Narrowing(nn.Module):
    """Blocks of widths of their own, in a row."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.ModuleList([nn.Linear(3, 8), nn.Linear(8, 6), nn.Linear(6, len(LABELS))])

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        tokens = given.mean((1, 3, 4))
        for block in self.blocks:
            tokens = block(tokens)
        return tokens


def test_blocks_that_do_not_fit_behind_each_other_are_refused() -> None:
    own = Model("own", Narrowing(), Profile(4, 1, 32), LABELS)
    with pytest.raises(VidcompressError, match="depth=2 leaves blocks of model 'own' that do not fit behind"):
        made("distil:steps=1,depth=2", own)


def test_finetune_learns_labels_and_says_on_how_many_clips() -> None:
    model = untrained()
    tuned = made("finetune:steps=20,batch=6,rate=3e-3", model)
    assert loss_on(model, tuned.module) < 0.8 * loss_on(model, model.module)
    assert tuned.notes[-1].startswith("finetune:steps=20,batch=6,rate=0.003: 20 steps on 120 clips, loss ")
    assert [curve.clips for curve in tuned.curves] == [120]


def test_what_follows_works_on_what_was_trained(tmp_path: Path) -> None:
    model = untrained()
    text = "prune-global:amount=0.5+distil:steps=2,batch=4+finetune:steps=2,batch=4+fuse+fp16"
    assert [curve.name.partition(":")[0] for curve in made(text, model).curves] == ["distil", "finetune"]
    assert reloads(text, model, tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("distil:minutes=0", r"minutes=0 is out of range: expected 0 < minutes"),
        ("distil:steps=-1", r"steps=-1 is out of range: expected 0 <= steps"),
        ("finetune:batch=0", r"batch=0 is out of range: expected 1 <= batch"),
        ("finetune:rate=2", r"rate=2 is out of range"),
        (
            "finetune:temperature=2",
            r"finetune: unknown parameter 'temperature': it takes steps, minutes, batch",
        ),
        ("distil:temperature=0", r"temperature=0 is out of range"),
        ("distil:labels=-1", r"labels=-1 is out of range"),
        (
            "distil:prediction=0",
            r"there is nothing to learn: expected a weight of prediction, labels, hidden or",
        ),
        ("distil:start=nowhere", r"start=nowhere is unknown: expected one of given, scratch"),
        ("distil:parallel=true,batch=1", r"batch=1: what begins from scratch needs 2 clips or more"),
        ("finetune:part=head", r"part=head is unknown: expected one of all, classifier"),
        ("fp16+distil", r"fp16 must come last"),
    ],
)
def test_what_cannot_be_is_refused_when_it_is_read(text: str, said: str) -> None:
    with pytest.raises(VidcompressError, match=said):
        parse(text, TECHNIQUES)


def test_blocks_stand_for_those_at_their_depth() -> None:
    twelve, four, three = (network("videomae", num_hidden_layers=depth) for depth in (12, 4, 3))
    name = "videomae.encoder.layer."
    assert block_names(three) == [f"{name}{k}" for k in range(3)]
    assert block_pairs(four, twelve) == {
        f"{name}{own}": f"{name}{theirs}" for own, theirs in ((0, 2), (1, 5), (2, 8), (3, 11))
    }
    assert [*block_pairs(four, three).values()] == [f"{name}{k}" for k in (0, 1, 2, 2)]
    with pytest.raises(VidcompressError, match="has no list of blocks"):
        block_pairs(torch.nn.Linear(2, 2), three)


def reloads(text: str, of: Model, folder: Path) -> bool:
    """Does its artefact give the logits of the variant, bit for bit?"""
    recipe = parse(text, TECHNIQUES)
    variant = prepared(recipe, recipe.apply(of, calibrating(), lessons(of)), "torch", RUNTIMES)
    variant.save(folder / "made")
    with torch.inference_mode():
        ours, theirs = (each(pixels(2)) for each in (variant.module, load(folder / "made").module))
    return torch.equal(logits_from(ours), logits_from(theirs))


@pytest.mark.parametrize("family", ["videomae", "timesformer"])
@pytest.mark.parametrize(
    ("before", "shape"),
    [
        ("", "mlp=0.5,heads=0.5"),
        ("", "depth=2,mlp=0.25,width=0.5"),
        ("shrink:mlp=0.5,allocate=global+", "depth=1"),
        ("fuse+", "depth=2,mlp=0.5"),
    ],
)
def test_a_student_of_other_widths_is_loaded_again(
    family: str, before: str, shape: str, tmp_path: Path
) -> None:
    teacher = replace(untrained(family), module=network(family, num_hidden_layers=3))
    assert reloads(f"{before}distil:steps=2,batch=4,{shape}", teacher, tmp_path)


@pytest.mark.parametrize("family", ["videomae", "timesformer"])
def test_a_student_of_fewer_blocks_begins_with_the_teachers_and_is_loaded_again(
    family: str, tmp_path: Path
) -> None:
    teacher = replace(untrained(family), module=network(family, num_hidden_layers=4))
    begun = with_depth(teacher.copy().module, 2)
    assert [*begun.state_dict()] == [*network(family, num_hidden_layers=2).state_dict()]
    blocks = [name.rpartition(".")[0] for name in block_names(begun)]
    for own, theirs in ((0, 0), (1, 3)):
        ours = begun.get_submodule(f"{blocks[0]}.{own}").state_dict()
        original = teacher.module.get_submodule(f"{blocks[0]}.{theirs}").state_dict()
        assert all(torch.equal(each, original[name]) for name, each in ours.items())
    assert reloads("distil:steps=2,batch=4,depth=2+fp16", teacher, tmp_path)
    assert len(block_names(teacher.module)) == 4


@pytest.mark.parametrize(
    ("depth", "chosen"), [(1, [4]), (2, [0, 4]), (3, [0, 2, 4]), (5, [0, 1, 2, 3, 4]), (9, [*range(5)])]
)
def test_blocks_are_chosen_evenly_and_none_is_made(depth: int, chosen: list[int]) -> None:
    module = nn.Module()
    module.layer = nn.ModuleList([nn.Linear(1, 1 + k) for k in range(5)])
    with_depth(module, depth)
    assert [part.out_features - 1 for part in module.layer] == chosen
    again = with_depth(module, depth)
    assert [part.out_features - 1 for part in again.layer] == chosen  # type: ignore[union-attr]


def test_a_student_from_scratch_learns_what_its_teacher_answers_and_of_another_seed_another() -> None:
    teacher = untrained()
    text = "distil:steps=60,batch=8,rate=5e-3,start=scratch"
    begun = parse(text.replace("60", "1"), TECHNIQUES).apply(teacher, NO_CLIPS, lessons(teacher))
    assert divergence(made(text, teacher), teacher) < 0.5 * divergence(begun, teacher)
    recipe = parse(text.replace("60", "1"), TECHNIQUES)
    other = recipe.apply(teacher, NO_CLIPS, lessons(teacher, seed=1))
    name = "classifier.weight"
    assert not torch.equal(begun.module.get_parameter(name), other.module.get_parameter(name))
    assert not torch.allclose(begun.module.get_parameter(name), teacher.module.get_parameter(name), atol=0.01)


def test_a_teacher_from_scratch_is_learned_from_beside_it_and_the_reference_is_not() -> None:
    text = "distil:steps=30,batch=8,rate=5e-3,labels=1,representation=1,parallel=true"
    one, other = untrained(), replace(untrained(), module=network("videomae", seed=9))
    ours, theirs = made(text, one).module, made(text, other).module
    assert torch.equal(ours.get_parameter("classifier.weight"), theirs.get_parameter("classifier.weight"))
    assert loss_on(one, ours) < 0.8 * loss_on(one, one.module)


def test_a_parallel_training_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    teacher = untrained()
    recipe = parse("distil:steps=4,batch=6,rate=5e-3,labels=1,parallel=true", TECHNIQUES)
    whole = recipe.apply(teacher, NO_CLIPS, lessons(teacher)).module

    def stop(what: str, done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    stopped = replace(lessons(teacher, tmp_path), progress=stop)
    monkeypatch.setattr("pytest_vidcompress.learn.checkpoint.SAVE_S", 0.0)
    with pytest.raises(KeyboardInterrupt):
        recipe.apply(teacher, NO_CLIPS, stopped)
    again = recipe.apply(teacher, NO_CLIPS, lessons(teacher, tmp_path)).module
    assert all(torch.equal(each, again.get_parameter(name)) for name, each in whole.named_parameters())


def test_representations_alone_leave_the_classifier_which_is_then_all_that_is_tuned() -> None:
    teacher = untrained()
    first = "distil:steps=3,batch=4,rate=1e-3,prediction=0,representation=1"
    once = made(f"prune-global:amount=0.5+{first}", teacher).module
    pruned = made("prune-global:amount=0.5", teacher).module
    both = made(f"prune-global:amount=0.5+{first}+finetune:steps=3,part=classifier", teacher).module
    assert moved(pruned, once).isdisjoint({"classifier.weight", "classifier.bias"})
    assert moved(once, both) == {"classifier.weight", "classifier.bias"}
    assert all(each.requires_grad for each in both.parameters())


def moved(before: nn.Module, after: nn.Module) -> set[str]:
    """Names of the weights that differ."""
    return {
        name for name, each in before.named_parameters() if not torch.equal(each, after.get_parameter(name))
    }
