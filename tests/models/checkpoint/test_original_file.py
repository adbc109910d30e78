"""VideoMAE-S, VideoMAE v2's distilled students and AMD, as the files that their authors publish."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from pytest_vidcompress.clips.kinetics.official import official_names
from pytest_vidcompress.clips.profile import Views
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.checkpoint.original_file import load_original
from pytest_vidcompress.models.load import load
from tests.models.checkpoint.original_videomae import Tensors, beside, label_list, original, small
from tests.models.small import LABELS, logits

WRAPPERS: dict[str, Callable[[Tensors], Any]] = {
    "as they are": lambda tensors: tensors,
    "VideoMAE's model": lambda tensors: {"model": tensors, "epoch": 3},
    "DeepSpeed's module": lambda tensors: {"module": tensors, "dp_world_size": 8, "optimizer": None},
    "of several processes": lambda tensors: {"module": {f"module.{k}": each for k, each in tensors.items()}},
    "one in the other": lambda tensors: {"state_dict": {"model": tensors}},
    "a backbone's": lambda tensors: {"model": {f"backbone.{k}": each for k, each in tensors.items()}},
}


def written(folder: Path, stored: Any, *names: str) -> Path:
    """The file, with what is beside it."""
    beside(folder)
    label_list(folder, *(names or LABELS))
    file = folder / "vit_s.pth"
    torch.save(stored, file)
    return file


@pytest.mark.parametrize("wrap", WRAPPERS.values(), ids=[*WRAPPERS])
def test_the_logits_are_transformers_own_bit_for_bit(tmp_path: Path, wrap: Callable[[Tensors], Any]) -> None:
    module = small()
    loaded, profile, labels = load_original(written(tmp_path, wrap(original(module))))
    assert torch.equal(logits(loaded), logits(module))
    assert labels == LABELS
    assert (profile.frames, profile.size, profile.sampling) == (4, 32, "stride")
    assert profile.published == Views(5, 3)
    assert loaded.config.id2label == dict(enumerate(LABELS))
    assert not loaded.training


@pytest.mark.parametrize("geometry", [{"use_mean_pooling": False}, {"qkv_bias": False}, {"tubelet_size": 4}])
def test_the_tensors_tell_the_geometry(tmp_path: Path, geometry: dict[str, Any]) -> None:
    module = small(**geometry)
    loaded, _, _ = load_original(written(tmp_path, {"model": original(module)}))
    assert torch.equal(logits(loaded), logits(module))


def test_the_norm_before_the_head_is_of_the_mean(tmp_path: Path) -> None:
    tensors = original(small())
    assert "fc_norm.weight" in tensors
    assert "norm.weight" not in tensors
    loaded, _, _ = load_original(written(tmp_path, tensors))
    assert torch.equal(loaded.fc_norm.weight, tensors["fc_norm.weight"])
    assert loaded.videomae.layernorm is None


def test_queries_and_values_have_a_bias_and_keys_have_none(tmp_path: Path) -> None:
    tensors = original(small())
    loaded, _, _ = load_original(written(tmp_path, tensors))
    part = loaded.videomae.encoder.layer[1].attention.attention
    query, key, value = tensors["blocks.1.attn.qkv.weight"].chunk(3)
    assert torch.equal(part.query.weight, query)
    assert torch.equal(part.key.weight, key)
    assert torch.equal(part.value.weight, value)
    assert torch.equal(part.query.bias, tensors["blocks.1.attn.q_bias"])
    assert torch.equal(part.value.bias, tensors["blocks.1.attn.v_bias"])
    assert part.key.bias is None


def test_a_bias_of_keys_changes_no_answer(tmp_path: Path) -> None:
    """As the authors' attention computes it: softmax takes no notice."""
    tensors = original(small())
    for number in range(2):
        q_bias, v_bias = (tensors.pop(f"blocks.{number}.attn.{each}_bias") for each in "qv")
        tensors[f"blocks.{number}.attn.qkv.bias"] = torch.cat([q_bias, torch.ones_like(q_bias), v_bias])
    loaded, _, _ = load_original(written(tmp_path, tensors))
    assert torch.equal(logits(loaded), logits(small()))


def test_halves_are_widened(tmp_path: Path) -> None:
    module = small()
    loaded, _, _ = load_original(written(tmp_path, {k: each.half() for k, each in original(module).items()}))
    assert {each.dtype for each in loaded.parameters()} == {torch.float32}
    torch.testing.assert_close(logits(loaded), logits(module), atol=2e-2, rtol=0)


def test_a_safetensors_file_of_these_names_is_read_too(tmp_path: Path) -> None:
    module = small()
    beside(tmp_path)
    label_list(tmp_path, *LABELS)
    save_file({k: each.contiguous() for k, each in original(module).items()}, tmp_path / "vit_s.safetensors")
    assert torch.equal(logits(load_original(tmp_path / "vit_s.safetensors")[0]), logits(module))


def test_a_table_of_positions_must_be_the_one_that_is_computed(tmp_path: Path) -> None:
    module = small()
    own = module.videomae.embeddings.position_embeddings
    loaded, _, _ = load_original(written(tmp_path, {**original(module), "pos_embed": own}))
    assert torch.equal(logits(loaded), logits(module))
    file = written(tmp_path, {**original(module), "pos_embed": own + 0.1})
    with pytest.raises(VidcompressError, match="1 unknown, such as pos_embed"):
        load_original(file)


def test_a_student_of_published_width_needs_nothing_beside_it(tmp_path: Path) -> None:
    module = small(
        hidden_size=384, intermediate_size=64, num_hidden_layers=1, num_frames=16, image_size=224,
        num_attention_heads=6, num_labels=400, id2label=dict(enumerate(official_names())), label2id={},
    )  # fmt: skip
    file = tmp_path / "vit_s_k400.pth"
    torch.save({"module": original(module)}, file)
    model = load(str(file), official_names(), "kinetics")
    assert model.name == str(file)
    assert model.labels == official_names()
    assert model.module.config.num_attention_heads == 6
    assert (model.profile.frames, model.profile.rate, model.profile.size) == (16, 4, 224)
    pixels = torch.randn(1, 16, 3, 224, 224, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        assert torch.equal(model.module(pixels).logits, module(pixels).logits)


def test_a_profile_beside_it_is_read(tmp_path: Path) -> None:
    file = written(tmp_path, original(small()))
    (tmp_path / "profile.json").write_text('{"rate": 2, "published": "1x3"}')
    model = load(str(file), LABELS, "ours")
    assert (model.profile.rate, str(model.profile.published)) == (2, "1x3")
    assert model.published is not None


def change(tensors: Tensors, **changed: torch.Tensor | None) -> Tensors:
    names = {name.replace("__", "."): each for name, each in changed.items()}
    return {k: each for k, each in {**tensors, **names}.items() if each is not None}


@pytest.mark.parametrize(
    ("stored", "reason"),
    [
        (
            lambda own: change(own, head__weight=None, head__bias=None),
            "it has no head.weight: it is pre-trained",
        ),
        (lambda own: change(own, blocks__1__norm1__bias=None), "1 missing, such as videomae.encoder.layer.1"),
        (lambda own: change(own, blocks__0__gamma_1=torch.ones(24)), "1 unknown, such as blocks.0.gamma_1"),
        (lambda own: change(own, head__bias=torch.ones(4)), "1 of another shape, such as classifier.bias"),
        (
            lambda own: change(own, patch_embed__proj__weight=torch.ones(24, 3)),
            r"has shape \(24, 3\), expected 5",
        ),
        (
            lambda own: {k.replace("blocks.1.", "blocks.7."): each for k, each in own.items()},
            "its blocks are not numbered from 0 on",
        ),
        (
            lambda own: {"weight": torch.ones(1)},
            r"is no checkpoint of I3D, R\(2\+1\)D, VideoMAE or X3D as its authors publish it",
        ),
        (lambda own: [own], "holds no tensors by name"),
        (lambda own: {"model": own, "args": Path("elsewhere")}, "cannot be read as tensors alone"),
    ],
)
def test_what_is_no_such_checkpoint_is_refused(
    tmp_path: Path, stored: Callable[[Tensors], Any], reason: str
) -> None:
    file = written(tmp_path, stored(original(small())))
    with pytest.raises(VidcompressError, match=reason) as raised:
        load_original(file)
    assert str(file) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "notes.pth"
    file.write_text("not a checkpoint")
    with pytest.raises(VidcompressError, match=r"cannot be read as tensors alone"):
        load(str(file), LABELS, "ours")


def test_code_in_a_file_is_never_run(tmp_path: Path) -> None:
    class Harmful:
        def __reduce__(self) -> tuple[Any, ...]:
            return Path.touch, (tmp_path / "was here",)

    file = written(tmp_path, {"model": original(small()), "args": Harmful()})
    with pytest.raises(VidcompressError, match=r"cannot be read as tensors alone"):
        load_original(file)
    assert not (tmp_path / "was here").exists()


def test_labels_that_nobody_knows_are_asked_for(tmp_path: Path) -> None:
    file = written(tmp_path, original(small()))
    (tmp_path / "labels.txt").unlink()
    with pytest.raises(VidcompressError, match=r"3 classes apart, .* beside it as labels.txt, a name a line"):
        load_original(file)


def test_labels_may_stand_in_a_configuration(tmp_path: Path) -> None:
    file = written(tmp_path, original(small()))
    (tmp_path / "labels.txt").unlink()
    beside(tmp_path, id2label={"0": "walking", "1": "waving", "2": "yawning"})
    assert load_original(file)[2] == LABELS


def test_labels_of_another_number_are_refused(tmp_path: Path) -> None:
    file = written(tmp_path, original(small()), "walking", "waving")
    with pytest.raises(VidcompressError, match="3 classes apart, and 2 are named beside it"):
        load_original(file)


def test_a_configuration_of_another_geometry_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path, original(small()))
    beside(tmp_path, hidden_size=48)
    with pytest.raises(VidcompressError, match=r"tell hidden_size=24, and config.json beside it 48"):
        load_original(file)


def test_a_width_of_nobody_s_needs_its_heads_said(tmp_path: Path) -> None:
    file = written(tmp_path, original(small()))
    (tmp_path / "config.json").write_text('{"num_frames": 4, "image_size": 32}')
    with pytest.raises(
        VidcompressError, match=r"how many heads a width of 24 has: put a config.json beside it"
    ):
        load_original(file)


def test_random_weights_are_of_no_file(tmp_path: Path) -> None:
    file = written(tmp_path, original(small()))
    with pytest.raises(VidcompressError, match="is a file of weights: leave out --vc-weights=random"):
        load(str(file), LABELS, "ours", "random")
