from __future__ import annotations

from pathlib import Path

import pytest
import torch

from pytest_vidcompress.artefacts.load import load
from pytest_vidcompress.artefacts.variant import build
from pytest_vidcompress.compress.lowrank import LowRank
from pytest_vidcompress.compress.lowrank.factors import Factored
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.compress.scope import matrices
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.adapter import logits_from
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes.registry import RUNTIMES
from pytest_vidcompress.runtimes.torch_eager import executable
from tests.artefacts.variants import missing
from tests.models.packaged import compressed, logits, packaged, spare
from tests.models.small import FAMILIES, NO_CLIPS, model


@pytest.fixture(scope="module", params=FAMILIES)
def trained(request: pytest.FixtureRequest) -> Model:
    return packaged(request.param)


def test_layers_become_two_and_arithmetic_is_saved(trained: Model) -> None:
    made = compressed("lowrank:rank=0.25", trained)
    chosen = matrices(trained, ("global",))
    thin = [part for part in made.module.modules() if isinstance(part, Factored)]
    assert len(thin) == len(chosen)
    assert {part.rank for part in thin} == {round(0.25 * min(layer.weight.shape)) for layer in chosen}
    saved = sum(p.numel() for p in trained.module.parameters()) - sum(
        p.numel() for p in made.module.parameters()
    )
    assert saved > 0.3 * sum(layer.weight.numel() for layer in chosen)
    assert made.notes[-1].startswith(f"{len(chosen)} of {len(chosen)} linear layers are two, of ranks ")


def test_what_is_given_decides_not_the_weights_alone(trained: Model) -> None:
    before, after = logits(trained), logits(compressed("lowrank:energy=0.99", trained))
    assert 0 < (after - before).norm() < 0.3 * before.norm()


def test_what_saves_nothing_stays_as_it_is(trained: Model) -> None:
    made = compressed("lowrank:rank=0.6", trained)
    for name, part in made.module.named_modules():
        if isinstance(part, Factored):
            outputs, inputs = trained.module.get_submodule(name).weight.shape  # type: ignore[union-attr]
            assert part.rank * (outputs + inputs) < outputs * inputs
    square = [
        layer for layer in matrices(made, ("global",)) if layer.weight.shape[0] == layer.weight.shape[1]
    ]
    assert square, "of a square layer, six tenths of its rank are more arithmetic than the whole"


def test_all_energy_changes_no_logit_where_a_layer_has_a_low_rank() -> None:
    of = packaged("videomae")
    layer = matrices(of, ("dense",))[-1]
    with torch.no_grad():
        left, values, right = torch.linalg.svd(layer.weight.double())
        layer.weight.copy_((left[:, :8] * values[:8]) @ right[:8])
    made = compressed("lowrank:energy=1,scope=dense", of)
    thin = [part for part in made.module.modules() if isinstance(part, Factored)]
    assert 8 <= min(part.rank for part in thin) <= 10, (
        "what fp32 rounds may count as another direction or two"
    )
    before = logits(of)
    assert (logits(made) - before).norm() < 1e-4 * before.norm()


def test_scopes_and_blocks_are_left_alone_that_are_not_named() -> None:
    of = packaged("videomae")
    made = compressed("lowrank:scope=attention,layers=0", of)
    changed = {name for name, part in made.module.named_modules() if isinstance(part, Factored)}
    assert changed
    assert all(".0." in name and "attention" in name for name in changed)


@pytest.mark.parametrize("recipe", ["lowrank", "fuse+lowrank", "lowrank+fp16", "lowrank+int8-weights"])
def test_an_artefact_is_loaded_to_the_same_bits(recipe: str, tmp_path: Path) -> None:
    of = packaged("videomae")
    made = build(parse(recipe, TECHNIQUES), of, spare(of), RUNTIMES)
    made.save(tmp_path)
    again = load(tmp_path)
    pixels = torch.randn(1, 8, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        expected, found = (getattr(run(pixels), "logits", run(pixels)) for run in (made.module, again.module))
    assert torch.equal(found, expected)
    assert again.size_bytes() == made.size_bytes()


@pytest.mark.parametrize("recipe", ["fuse+lowrank+int8-static@torch", "lowrank+int8-dynamic"])
def test_integers_follow(recipe: str) -> None:
    trained = packaged("videomae")
    before, after = logits(compressed("fuse+lowrank", trained)), logits(compressed(recipe, trained))
    assert (before.argmax(-1) == after.argmax(-1)).float().mean() >= 0.8


@pytest.mark.skipif(bool(missing("fuse+int8-static")), reason="openvino is not installed")
def test_integers_run_in_openvino() -> None:
    of = packaged("videomae")
    made = compressed("fuse+lowrank+int8-static", of)
    pixels = torch.randn(1, 8, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    integers = RUNTIMES["openvino"].prepare(made)
    with torch.inference_mode():
        expected, found = logits_from(executable(made.module)(pixels)), integers(pixels)
    assert (torch.as_tensor(found) - expected).norm() < 0.1 * expected.norm()


@pytest.mark.parametrize(
    ("recipe", "reason"),
    [
        ("lowrank:rank=0", "rank=0 is out of range: expected 0 < rank <= 1"),
        ("lowrank:energy=1.5", "energy=1.5 is out of range"),
        ("lowrank:rank=0.5,energy=0.9", "rank=0.5 and energy=0.9: give one of them"),
        ("lowrank:scope=all", "scope=all is unknown"),
        ("lowrank+fuse", "lowrank must come last, nothing but .* can follow it \\(fuse\\)"),
        ("lowrank+fp16+fuse", "must come last"),
    ],
)
def test_what_cannot_be_is_refused(recipe: str, reason: str) -> None:
    with pytest.raises(VidcompressError, match=reason):
        parse(recipe, TECHNIQUES)


def test_a_rank_that_saves_nothing_anywhere_is_refused_and_so_are_no_clips() -> None:
    of = packaged("videomae")
    with pytest.raises(
        VidcompressError, match=r"with rank=1 none of \d+ linear layers .* ask for less of it"
    ):
        compressed("lowrank:rank=1", of)
    with pytest.raises(VidcompressError, match="lowrank calibrates on clips that are not tested"):
        parse("lowrank", TECHNIQUES).apply(model("videomae"), NO_CLIPS)


def test_a_structure_that_is_there_already_is_left_alone() -> None:
    made = compressed("lowrank", packaged("videomae")).module
    stored = {name: tensor.shape for name, tensor in made.state_dict().items()}
    technique = TECHNIQUES["lowrank"]
    again = technique.rebuilt(made, LowRank(), stored)
    assert {name: tensor.shape for name, tensor in again.state_dict().items()} == stored
    assert not any(
        isinstance(child, Factored)
        for part in again.modules()
        if isinstance(part, Factored)
        for child in part
    )
