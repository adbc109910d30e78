"""Embeddings: what the layer of the logits is given, from whatever a model was made into."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from pytest_vidcompress.artefacts.variant import Variant
from pytest_vidcompress.clips.pocket.packaged import pocket
from pytest_vidcompress.clips.profile import Profile
from pytest_vidcompress.compress.exits.staged_module import TwoStages
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.measure.from_file.arm import Arm
from pytest_vidcompress.models.adapter import example_pixels, logits_from
from pytest_vidcompress.models.families import FAMILIES
from pytest_vidcompress.models.load import load
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.runtimes.registry import RUNTIMES
from pytest_vidcompress.search.embedded_files import embed
from pytest_vidcompress.search.embedding import OTHER, embedding_model, words
from tests.artefacts.variants import variant
from tests.clips.decode.footage import film, scene
from tests.models.small import LABELS, model, pixels
from tests.models.small_xclip import xclip_checkpoint

TRANSFORMERS = ("timesformer", "videomae", "vivit", "vjepa2")
PACKAGED = ("timesformer", "videomae", "r2plus1d", "x3d-s", "netvlad", "nextvlad", "hrnn")


def embedded(made: Model, shown: torch.Tensor) -> torch.Tensor:
    with torch.inference_mode():
        return logits_from(RUNTIMES["torch"].prepare(embedding_model(made))(shown))


def logits(made: Model, shown: torch.Tensor) -> torch.Tensor:
    with torch.inference_mode():
        return logits_from(RUNTIMES["torch"].prepare(made)(shown))


@pytest.mark.parametrize("family", TRANSFORMERS)
@pytest.mark.parametrize("recipe", ["fp32", "fuse"])
def test_the_classifier_makes_the_logits_of_it(family: str, recipe: str) -> None:
    made = variant(recipe, family).model if recipe != "fp32" else model(family)
    shown = pixels(2)
    head = made.module.get_submodule("classifier")
    with torch.inference_mode():
        again = head(embedded(made, shown))
    torch.testing.assert_close(again, logits(made, shown))
    assert words(made) != OTHER


@pytest.mark.parametrize("name", PACKAGED)
def test_every_packaged_model_has_one(name: str) -> None:
    made = load(name, (), "")
    shown = example_pixels(made.profile, 0)
    family = next(each for each in FAMILIES if name in each.pretrained)
    found = embedded(made, shown)
    assert found.shape[0] == 1
    head = [part for place, part in made.module.named_modules() if place.split(".")[-1] == family.head][-1]
    with torch.inference_mode():
        torch.testing.assert_close(head(found), logits(made, shown))
    assert words(made) == family.embedding


def test_of_xclip_it_is_the_vector_beside_the_texts(tmp_path: Path) -> None:
    xclip_checkpoint(tmp_path)
    made = load(str(tmp_path), ("a dog", "a cat"), "")
    shown = example_pixels(made.profile, 0)
    found = embedded(made, shown)
    assert found.shape == (1, 16)
    other = load(str(tmp_path), ("a horse", "a house", "a tree"), "")
    torch.testing.assert_close(embedded(other, shown), found)
    assert logits(other, shown).shape == (1, 3)


@pytest.mark.parametrize(
    "recipe", ["fp16", "int8-weights", "int8-dynamic", "fuse+int8-static", "prune-global", "lowrank"]
)
def test_that_of_a_variant_is_near_the_references(recipe: str) -> None:
    reference, made = model("videomae"), variant(recipe, "videomae").model
    shown = pixels(1)
    one, other = embedded(reference, shown), embedded(made, shown)
    assert one.shape == other.shape
    assert float(nn.functional.cosine_similarity(one, other)) > 0.8
    assert recipe in ("fp16", "int8-weights") or not torch.equal(one, other)


@pytest.mark.parametrize("runtime", ["openvino", "onnxruntime"])
def test_other_runtimes_give_that_of_torch(runtime: str) -> None:
    made: Variant = variant("fuse", "videomae")
    run = RUNTIMES[runtime].prepare(embedding_model(made.model))
    found = logits_from(run(pixels(1)))
    torch.testing.assert_close(found, embedded(made.model, pixels(1)), rtol=1e-3, atol=1e-3)


def test_the_model_itself_stays_as_it_was() -> None:
    made = model("timesformer")
    before = logits(made, pixels(1))
    embedding_model(made)
    torch.testing.assert_close(logits(made, pixels(1)), before, rtol=0, atol=0)


def test_a_module_of_ones_own_gives_what_its_last_linear_layer_is_given() -> None:
    module = nn.Sequential(nn.Flatten(1), nn.Linear(4 * 3 * 32 * 32, 7), nn.ReLU(), nn.Linear(7, 3)).eval()
    made = Model("mine", module, Profile(4, 1, 32), ("a", "b", "c"))
    with torch.inference_mode():
        torch.testing.assert_close(embedded(made, pixels(2)), module[:3](pixels(2)))
    assert words(made) == OTHER


def test_a_module_may_say_it_itself() -> None:
    class Own(nn.Module):
        def forward(self, shown: torch.Tensor) -> torch.Tensor:
            return shown.mean((1, 3, 4))

        def embedding(self, shown: torch.Tensor) -> torch.Tensor:
            return shown.std((1, 3, 4))

    made = Model("mine", Own().eval(), Profile(4, 1, 32), ("a", "b", "c"))
    torch.testing.assert_close(embedded(made, pixels(2)), pixels(2).std((1, 3, 4)))


def test_what_has_none_is_refused() -> None:
    made = Model("mine", nn.Flatten(1).eval(), Profile(4, 1, 32), ("a",))
    with pytest.raises(VidcompressError, match="no layer that gives its logits"):
        embedding_model(made)
    stages = TwoStages(model("videomae").module, model("timesformer").module).eval()
    exits = Model("mine", stages, Profile(4, 1, 32), LABELS)
    with pytest.raises(VidcompressError, match="no one embedding of all clips"):
        embedding_model(exits)


def arm() -> Arm:
    made = embedding_model(load("videomae", (), ""))
    return Arm.alone(made.module, made.profile, torch.device("cpu"))


def test_files_give_vectors_of_length_one_and_reasons(tmp_path: Path) -> None:
    good, empty = film(tmp_path / "good.mp4", scene(12)), tmp_path / "empty.mp4"
    empty.touch()
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(good.read_bytes())
    one, none, same = embed(arm(), [good, empty, copy])
    assert one.vector is not None
    assert same.vector is not None
    assert np.linalg.norm(one.vector) == pytest.approx(1, abs=1e-6)
    assert one.vector.tobytes() == same.vector.tobytes()
    assert (none.vector, none.reason) == (None, "empty")


def test_clips_of_a_class_are_nearer_to_each_other_than_to_others() -> None:
    clips = sorted(pocket().clips, key=lambda clip: clip.label)[:60]
    found = [each.vector for each in embed(arm(), [clip.path for clip in clips])]
    cosines = np.stack([each for each in found if each is not None])
    cosines = cosines @ cosines.T
    same = np.array([[one.label == other.label for other in clips] for one in clips])
    others = ~np.eye(len(clips), dtype=bool)
    assert cosines[same & others].mean() > cosines[~same].mean() + 0.2
