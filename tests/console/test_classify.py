"""`vidcompress classify`, on encoded videos."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.clips.pocket.packaged import pocket
from pytest_vidcompress.console import main
from pytest_vidcompress.measure.accuracy.predict import predict
from pytest_vidcompress.models.load import load
from tests.artefacts.variants import variant
from tests.clips.decode.footage import film, greys, scene
from tests.models.small_xclip import xclip_checkpoint

CLIPS = pocket().clips[::40]
TORCH = ("--threads=1", "--cache-size=0")


def answers(capsys: pytest.CaptureFixture[str], *arguments: object, code: int = 0) -> dict[str, Any]:
    assert main(["classify", *map(str, arguments), "--json", *TORCH]) == code
    return json.loads(capsys.readouterr().out)


def test_it_says_what_a_test_would_measure(capsys: pytest.CaptureFixture[str]) -> None:
    found = answers(capsys, *(clip.path for clip in CLIPS), "--model=videomae", "--top=16")
    assert (found["model"], found["runtime"], found["protocol"]) == ("videomae", "torch", "8x4, 1x1 views")
    model = load("videomae", pocket().labels, "pocket")
    ids = {label: place for place, label in enumerate(model.labels)}
    logits, _ = predict(model.module, Clips(CLIPS, pocket().labels, ids, model.profile), len(model.labels))
    for video, clip, expected in zip(found["videos"], CLIPS, logits.double().softmax(-1), strict=True):
        assert video["path"] == str(clip.path)
        shares = [each["probability"] for each in video["labels"]]
        assert shares == sorted(shares, reverse=True)
        assert sum(shares) == pytest.approx(1)
        own = torch.tensor(
            [shares[[e["label"] for e in video["labels"]].index(name)] for name in model.labels]
        )
        torch.testing.assert_close(own.double(), expected, rtol=1e-6, atol=1e-9)


def test_what_cannot_be_is_listed_with_its_reason_and_the_rest_classified(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = film(tmp_path / "good\x1b[31m.mp4", scene(12))
    empty, text = tmp_path / "empty.mp4", tmp_path / "words.mp4"
    empty.touch()
    text.write_text("<html>not found</html>")
    whole = film(tmp_path / "whole.mp4", greys(range(0, 200, 4), noise=20)).read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole[: len(whole) // 2])
    files = [good, empty, text, cut, tmp_path / "none.mp4", tmp_path]
    assert main(["classify", *map(str, files), "--model=videomae", "--top=2", *TORCH]) == 1
    out = capsys.readouterr().out
    assert "\x1b" not in out
    lines = out.splitlines()
    assert lines[0].endswith(r"good\x1b[31m.mp4")
    assert all("%" in line for line in lines[1:3])
    reasons = [line.partition(": ")[2] for line in lines[3:8]]
    assert reasons[0] == "empty"
    assert reasons[1] == "not a video, or damaged at its start"
    assert reasons[3:] == ["missing", "not a file, and no folder of numbered pictures"]
    assert lines[8:] == ["1 video classified by videomae, 8x4, 1x1 views, in torch; 5 could not be"]
    found = answers(capsys, good, empty, "--model=videomae", code=1)["videos"]
    assert len(found[0]["labels"]) == 5
    assert found[1] == {"path": str(empty), "reason": "empty", "kind": "empty"}


@pytest.mark.parametrize("runtime", ["torch", pytest.param("onnxruntime", marks=pytest.mark.slow)])
def test_an_artefact_answers_in_its_runtime(
    runtime: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = variant("fuse+int8-weights", "videomae", runtime)
    made.save(tmp_path / "small")
    clip = film(tmp_path / "clip.mp4", scene(12))
    found = answers(capsys, clip, f"--model={tmp_path / 'small'}")
    assert found["model"].startswith("fuse+int8-weights")
    assert found["model"].endswith(" of videomae")
    assert found["runtime"] == runtime
    (video,) = found["videos"]
    assert {each["label"] for each in video["labels"]} == {"walking", "waving", "yawning"}
    assert sum(each["probability"] for each in video["labels"]) == pytest.approx(1)


def test_views_are_those_that_are_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clip = film(tmp_path / "clip.mp4", scene(60))
    one, several = (answers(capsys, clip, "--model=videomae", *more) for more in ([], ["--views=2x3"]))
    assert several["protocol"] == "8x4, 2x3 views"
    assert one["videos"] != several["videos"]


def test_of_a_model_that_tells_several_things_each_has_a_probability(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip = film(tmp_path / "clip.mp4", scene(60))
    (video,) = answers(capsys, clip, "--model=netvlad", "--top=99")["videos"]
    assert sum(each["probability"] for each in video["labels"]) != pytest.approx(1, abs=1e-3)


def test_a_model_of_texts_tells_apart_what_it_is_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    xclip_checkpoint(tmp_path / "xclip")
    clip = film(tmp_path / "clip.mp4", scene(12))
    model = f"--model={tmp_path / 'xclip'}"
    (video,) = answers(capsys, clip, model, "--label=a dog", "--label=a cat")["videos"]
    assert {each["label"] for each in video["labels"]} == {"a dog", "a cat"}
    assert main(["classify", str(clip), model, *TORCH]) == 2
    assert "takes texts for labels" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--model=nothing"], "unknown model 'nothing'"),
        (["--model=videomae", "--runtime=nothing"], "'nothing'"),
        (["--model=small", "--label=a dog"], "has labels of its own: leave out --label and --published"),
        (["--model=small", "--published"], "has labels of its own: leave out --label and --published"),
        (["--model=videomae", "--label=a dog"], "--label is for models that take texts for labels"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_line(
    arguments: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    variant("fp16", "videomae").save(tmp_path / "small")
    assert main(["classify", "clip.mp4", *arguments, *TORCH]) == 2
    error = capsys.readouterr().err
    assert error.startswith("vidcompress: ")
    assert error.count("\n") == 1
    assert said in error


def test_real_videos_are_classified_and_the_corrupted_one_is_listed(
    media: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [*sorted((media / "odd").iterdir()), *sorted((media / "kinetics400" / "val").iterdir())[:2]]
    found = answers(capsys, *files, "--model=timesformer", code=1)["videos"]
    assert [Path(each["path"]).name for each in found if "reason" in each] == ["corrupted.mp4"]
    assert all(len(each["labels"]) == 5 for each in found if "labels" in each)


def test_a_copy_is_answered_from_the_cache(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = film(tmp_path / "a.mp4", scene(12))
    arguments = ["--model=videomae", "--threads=1", f"--cache={tmp_path / 'cache'}", "--json"]
    assert main(["classify", str(first), *arguments]) == 0
    one = json.loads(capsys.readouterr().out)["videos"][0]["labels"]
    (entry,) = (tmp_path / "cache").glob("*.crops")
    written = entry.stat().st_mtime_ns
    second = Path(shutil.move(first, tmp_path / "b.mp4"))
    assert main(["classify", str(second), *arguments]) == 0
    assert json.loads(capsys.readouterr().out)["videos"][0]["labels"] == one
    assert [*(tmp_path / "cache").glob("*.crops")] == [entry]
    assert entry.stat().st_mtime_ns == written
