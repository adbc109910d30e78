"""What `vidcompress search` is asked with: a label, or a text, of encoded videos that are not looked at again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn.modules.module import register_module_forward_pre_hook

from pytest_vidcompress.clips.pocket.packaged import pocket
from pytest_vidcompress.console import main
from pytest_vidcompress.models.load import load
from tests.artefacts.variants import variant
from tests.models.small_xclip import xclip_checkpoint

HERE = ("--threads=1", "--cache-size=0")
LABELS = ("bouncing", "blinking", "turning clockwise")


@pytest.fixture
def videos(tmp_path: Path) -> Path:
    """Three clips of each label, named after it."""
    folder = tmp_path / "videos"
    folder.mkdir()
    for label in LABELS:
        of = [clip for clip in pocket().clips if clip.label == label][:3]
        for place, clip in enumerate(of):
            shutil.copy(clip.path, folder / f"{label} {place}.mp4")
    return folder


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert main([*map(str, arguments[:1]), *HERE, *map(str, arguments[1:])]) == 0
    return capsys.readouterr().out


def search(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    return json.loads(run(capsys, "search", *arguments, "--json"))


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert main([*map(str, arguments), *HERE]) == 2
    (said,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("vidcompress: ")]
    return said


@pytest.mark.parametrize("model", ["videomae", "r2plus1d"])
def test_a_labels_own_clips_come_first_as_likely_as_classify_says(
    model: str, videos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = sorted(videos.iterdir())
    said = json.loads(run(capsys, "classify", *files, f"--model={model}", "--top=99", "--json"))
    run(capsys, "index", videos, f"--model={model}")
    for label in LABELS:
        found = search(capsys, videos, f"--of-label={label.upper()}", "--top=9")
        assert (found["query"], found["query_kind"], found["score"]) == (label, "label", "probability")
        assert {Path(hit["path"]).stem[:-2] for hit in found["hits"][:3]} == {label}
        likely = {
            video["path"]: each["probability"]
            for video in said["videos"]
            for each in video["labels"]
            if each["label"] == label
        }
        assert {hit["path"]: hit["score"] for hit in found["hits"]} == pytest.approx(likely, abs=1e-4)


def test_nothing_but_the_last_layer_is_run(videos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "index", videos, "--model=videomae")
    for file in videos.glob("*.mp4"):
        file.unlink()
    ran = list[str]()
    hook = register_module_forward_pre_hook(lambda module, given: ran.append(type(module).__name__))
    try:
        lines = run(capsys, "search", videos, "--of-label=bouncing", "--top=2").splitlines()
    finally:
        hook.remove()
    assert ran == ["Sequential", "Linear"]
    assert "%  0:00.0 - 0:0" in lines[0]
    assert "bouncing" in lines[0]
    assert lines[2].startswith("2 of 9 windows, label 'bouncing', by videomae (")


def test_of_a_variant_it_is_what_that_says(
    videos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    variant("fuse+int8-static", "videomae", "torch").save(tmp_path / "small")
    run(capsys, "index", videos, f"--model={tmp_path / 'small'}", "--vectors=int8")
    label = variant("fuse+int8-static", "videomae", "torch").model.labels[0]
    assert len(search(capsys, videos, f"--of-label={label}")["hits"]) == 9
    (tmp_path / "small").rename(tmp_path / "other")
    said = refused(capsys, "search", videos, f"--of-label={label}")
    assert said.endswith("which is not there any more: say where it is now with --model")
    assert search(capsys, videos, f"--of-label={label}", f"--model={tmp_path / 'other'}")


def test_what_cannot_be_asked_is_said_in_a_line(videos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "index", videos, "--model=videomae")
    assert "there is none of them" in refused(capsys, "search", videos)
    both = refused(capsys, "search", videos, videos / "bouncing 0.mp4", "--text=a dog")
    assert "there is 2 of them" in both
    assert "there is an empty one" in refused(capsys, "search", videos, "--text= ")
    assert "has no label 'bounce': near it is 'bouncing'" in refused(
        capsys, "search", videos, "--of-label=bounce"
    )
    assert "\x1b" not in refused(capsys, "search", videos, "--of-label=\x1b[1m\u202e")
    said = refused(capsys, "search", videos, "--text=a dog")
    assert "holds videos against no texts" in said
    assert "index with one of xclip, " in said
    said = refused(capsys, "search", videos, "--of-label=bouncing", "--model=timesformer")
    assert "was made by videomae" in said


@pytest.fixture
def xclip(tmp_path: Path) -> Path:
    folder = tmp_path / "tower"
    xclip_checkpoint(folder)
    return folder


def cosines(model: Path, videos: Path, text: str) -> dict[str, float]:
    """Of the vector of a text with those of videos, as the model makes them."""
    from pytest_vidcompress.clips.crops.crops import crops_of
    from pytest_vidcompress.clips.crops.model_input import model_input

    made = load(str(model), (text,), "")
    module: Any = made.module
    found = dict[str, float]()
    for file in videos.glob("*.mp4"):
        shown = model_input([crops_of(file, made.profile.crop_spec)], made.profile)
        with torch.inference_mode():
            video = module.embedding(shown)
        found[str(file)] = float(torch.cosine_similarity(video, module.text_embeddings))
    return found


@pytest.mark.parametrize("labelled", [False, True])
def test_a_text_is_held_against_videos(
    labelled: bool, videos: Path, xclip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Other texts and other threads: what the text tower makes of labels is no part of what made the index.
    run(capsys, "index", videos, f"--model={xclip}", *(["--label=a cat", "--threads=2"] if labelled else []))
    for way in ("--text", "--of-label"):
        found = search(capsys, videos, f"{way}=a dog runs", "--top=9")
        assert (found["query"], found["query_kind"], found["score"]) == ("a dog runs", "text", "cosine")
        scores = {hit["path"]: hit["score"] for hit in found["hits"]}
        assert scores == pytest.approx(cosines(xclip, videos, "a dog runs"), abs=1e-5)
    assert np.all(np.diff([*scores.values()]) <= 0)
    assert (
        run(capsys, "search", videos, "--text=a dog")
        .splitlines()[-1]
        .startswith("9 of 9 windows, text 'a dog', by")
    )


def test_of_a_variant_the_texts_come_from_what_it_was_made_of(
    videos: Path,
    xclip: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    variant("fp16", load(str(xclip), ("a cat", "a horse"), "")).save(tmp_path / "small")
    run(capsys, "index", videos, f"--model={tmp_path / 'small'}")
    asked = ("search", videos, "--text=a dog runs", "--top=9")
    assert "need its uncompressed checkpoint with a tokenizer" in refused(capsys, *asked)
    expected = pytest.approx(cosines(xclip, videos, "a dog runs"), abs=0.02)
    for where in ((f"--model={xclip}", "--asymmetric"), ()):
        found = search(capsys, *asked[1:], *where)
        assert {hit["path"]: hit["score"] for hit in found["hits"]} == expected
        monkeypatch.chdir(tmp_path)  # where the artefact's model is by the name that it has
    xclip_checkpoint(xclip, seed=1)
    assert "gives other vectors for the labels of" in refused(capsys, "search", videos, "--text=a dog")
    assert search(capsys, videos, "--text=a cat")["hits"]  # whose vector it has


def test_a_text_needs_a_tokenizer(videos: Path, xclip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "index", videos, f"--model={xclip}")
    (xclip / "vocab.json").unlink()
    assert "no tokenizer" in refused(capsys, "search", videos, "--text=a dog")
