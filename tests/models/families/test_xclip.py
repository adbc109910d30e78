from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import torch

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.catalog import CATALOG, DEFAULT_MODELS, family_of
from pytest_vidcompress.models.checkpoint.load_checkpoint import load_checkpoint, random_model
from pytest_vidcompress.models.frame_count import frames_of, refuse_other_frames
from pytest_vidcompress.models.load import load
from tests.models.small import LABELS, logits, network, pixels, rewrite, weights
from tests.models.small_xclip import write_tokenizer, xclip_checkpoint


def test_logits_are_those_of_transformers_own_model(tmp_path: Path) -> None:
    from transformers import CLIPTokenizer

    whole = xclip_checkpoint(tmp_path)
    module, profile, labels = load_checkpoint(tmp_path, LABELS)
    texts = CLIPTokenizer.from_pretrained(tmp_path)([*LABELS], padding=True, return_tensors="pt")
    with torch.inference_mode():
        expected = whole(pixel_values=pixels(2), **texts).logits_per_video
    assert torch.allclose(logits(module), expected, rtol=1e-5, atol=1e-5)
    assert labels == LABELS
    assert (profile.frames, profile.size, profile.resize, profile.sampling) == (4, 32, 0, "segments")
    assert profile.protocol == "4 frames segments, 1x1 views"


def test_any_texts_are_labels_and_their_order_is_the_logits(tmp_path: Path) -> None:
    xclip_checkpoint(tmp_path)
    model = load(str(tmp_path), ("jumping", *reversed(LABELS)), "clips")
    assert model.labels == ("jumping", *reversed(LABELS))
    before = logits(load(str(tmp_path), LABELS, "clips").module)
    assert torch.allclose(logits(model.module)[:, 1:], before.flip(1), rtol=1e-5, atol=1e-5)


def test_of_no_labels_its_own_are_told_apart(tmp_path: Path) -> None:
    xclip_checkpoint(tmp_path)
    path = tmp_path / "config.json"
    config = json.loads(path.read_text())
    names = {str(number): name for number, name in enumerate(LABELS)}
    path.write_text(json.dumps({**config, "id2label": names}))
    assert load_checkpoint(tmp_path)[2] == LABELS


def test_the_text_tower_is_no_part_of_it(tmp_path: Path) -> None:
    whole = xclip_checkpoint(tmp_path)
    module, *_ = load_checkpoint(tmp_path, LABELS)
    of_texts = {name for name, _ in whole.named_parameters() if name.startswith("text_")}
    assert {name for name, _ in whole.named_parameters()} - of_texts == dict(module.named_parameters()).keys()
    assert dict(module.named_buffers())["text_embeddings"].shape == (3, 16)


def test_older_files_hold_positions_that_are_computed_now(tmp_path: Path) -> None:
    """As the published checkpoints do."""
    xclip_checkpoint(tmp_path)
    expected = logits(load_checkpoint(tmp_path, LABELS)[0])
    older = weights(tmp_path)
    older["text_model.embeddings.position_ids"] = torch.arange(20)[None]
    older["vision_model.embeddings.position_ids"] = torch.arange(5)[None]
    rewrite(tmp_path, older)
    assert torch.equal(logits(load_checkpoint(tmp_path, LABELS)[0]), expected)


@pytest.mark.parametrize("missing", [("vocab.json",), ("merges.txt",), ("vocab.json", "merges.txt")])
def test_a_folder_without_a_tokenizer_says_which_files_are_missing(
    missing: tuple[str, ...], tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    xclip_checkpoint(folder)
    for name in missing:
        (folder / name).unlink()
    with pytest.raises(VidcompressError) as caught:
        load_checkpoint(folder, LABELS)
    assert str(caught.value) == (
        f"model {str(folder)!r} takes texts for labels, and its folder has no tokenizer: expected tokenizer.json, or"
        " vocab.json and merges.txt beside config.json; save them there with processor.save_pretrained()"
    )


def test_a_single_file_is_a_tokenizer_too(tmp_path: Path) -> None:
    from transformers import CLIPTokenizer

    xclip_checkpoint(tmp_path)
    expected = logits(load_checkpoint(tmp_path, LABELS)[0])
    CLIPTokenizer.from_pretrained(tmp_path).save_pretrained(tmp_path)
    (tmp_path / "vocab.json").unlink()
    (tmp_path / "merges.txt").unlink()
    assert torch.equal(logits(load_checkpoint(tmp_path, LABELS)[0]), expected)


@pytest.mark.parametrize("content", ["{", "[]", '{"a": "b"}'])
def test_a_damaged_tokenizer_is_one_line(content: str, tmp_path: Path) -> None:
    xclip_checkpoint(tmp_path)
    (tmp_path / "vocab.json").write_text(content)
    with pytest.raises(VidcompressError, match="its tokenizer cannot be read") as caught:
        load_checkpoint(tmp_path, LABELS)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["vocab.json", "tokenizer_config.json"])
def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(name: str, tmp_path: Path) -> None:
    xclip_checkpoint(tmp_path)
    (tmp_path / name).unlink()
    os.mkfifo(tmp_path / name)
    with pytest.raises(
        VidcompressError, match=rf"cannot be read \({name}: expected a regular file of at most 64"
    ):
        load_checkpoint(tmp_path, LABELS)


def test_the_tokenizer_of_another_model_is_refused(tmp_path: Path) -> None:
    xclip_checkpoint(tmp_path)
    write_tokenizer(tmp_path, 1000)
    with pytest.raises(VidcompressError, match=r"gives token 999, and its text tower knows 99 \(vocab_size"):
        load_checkpoint(tmp_path, LABELS)


def test_without_labels_there_is_nothing_to_tell_apart(tmp_path: Path) -> None:
    xclip_checkpoint(tmp_path)
    for load_it in (load_checkpoint, lambda folder: random_model(None, folder, ())):
        with pytest.raises(VidcompressError, match="takes texts for labels, and there are none: give clips"):
            load_it(tmp_path)


def test_weights_of_another_number_of_frames_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    xclip_checkpoint(folder)
    path = folder / "config.json"
    config = json.loads(path.read_text())
    config["vision_config"]["num_frames"] = 8
    path.write_text(json.dumps(config))
    with pytest.raises(
        VidcompressError, match=r"has weights for 4 frames, .* vision_config\.num_frames=8: correct that$"
    ):
        load_checkpoint(folder, LABELS)


def test_its_weights_tell_their_frames() -> None:
    module: Any = network("xclip")
    assert frames_of(module) == 4
    with pytest.raises(VidcompressError, match="its weights know 4:"):
        refuse_other_frames("it", module, 8)


def test_random_weights_need_no_tokenizer(tmp_path: Path) -> None:
    xclip_checkpoint(tmp_path)
    for name in ("vocab.json", "merges.txt", "model.safetensors"):
        (tmp_path / name).unlink()
    module, _, labels = random_model(None, tmp_path, LABELS)
    assert labels == LABELS
    assert logits(module).shape == (2, 3)


def test_it_has_a_name_and_does_not_run_by_default() -> None:
    assert "xclip" in CATALOG
    assert "xclip" not in DEFAULT_MODELS


@pytest.mark.parametrize("scope", ["global", "attention", "dense"])
def test_the_studys_scopes_are_its_layers(scope: str) -> None:
    family = family_of("xclip")
    assert family is not None
    parts = dict(network("xclip").named_modules())
    for pattern in family.profile.modules[scope]:
        assert isinstance(parts[pattern.format(layer=1)], torch.nn.Linear)
