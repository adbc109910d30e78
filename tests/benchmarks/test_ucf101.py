"""The protocol of UCF101 on packaged clips that are laid out as UCF101 is."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from benchmarks.search import ucf101
from pytest_vidcompress.clips.clip_set import PACKAGED


def laid_out(folder: Path, classes: int = 4, clips: int = 3) -> None:
    """Of each class one test video, and the others for training."""
    lists: dict[str, list[str]] = {"test": [], "train": []}
    by_label: dict[str, list[Path]] = {}
    for clip in PACKAGED["pocket"]().clips:
        by_label.setdefault(clip.label, []).append(clip.path)
    for label, paths in [*by_label.items()][:classes]:
        (folder / "videos" / label).mkdir(parents=True)
        for number, path in enumerate(paths[:clips]):
            name = f"{label}/v_{number}{path.suffix}"
            shutil.copy(path, folder / "videos" / name)
            lists["train" if number else "test"].append(name)
    (folder / "videos" / lists["train"][0]).write_bytes(b"")
    for side, names in lists.items():
        # Training lists have the number of the class behind the name.
        lines = [name if side == "test" else f"{name} 1" for name in names]
        (folder / f"{side}list01.txt").write_text("\n".join(lines) + "\n")


def test_rows_of_a_model_and_of_itself_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    laid_out(tmp_path)
    words = [
        str(tmp_path / "videos"),
        str(tmp_path),
        "--model=videomae",
        f"--out={tmp_path / 'out'}",
        "--views=2x1",
    ]
    monkeypatch.setattr(sys, "argv", ["ucf101", *words])
    ucf101.main()
    said = capsys.readouterr()
    assert said.err.count("left out: ") == 1
    assert said.out.startswith("videomae: R@1 ")
    (row,) = json.loads((tmp_path / "out/results.json").read_text()).values()
    assert list(row) == ["R@1", "R@5", "R@10", "R@20", "R@50", "mAP"]
    assert row["R@50"][0] == 1
    # What is known is not embedded again.
    shutil.rmtree(tmp_path / "videos")
    ucf101.main()
    assert json.loads((tmp_path / "out/results.json").read_text()) == {"videomae": row}


def test_a_compressed_model_is_held_beside_the_first() -> None:
    own = {
        f"{label}/{number}": [float(label == "a"), float(label == "b")]
        for label in "ab"
        for number in range(4)
    }
    turned = {path: vector[::-1] for path, vector in own.items()}
    split = ucf101.Split(["a/0", "b/0"], ["a/1", "a/2", "a/3", "b/1", "b/2", "b/3"])
    alone, beside = ucf101.row(own, own, split), ucf101.row(turned, own, split)
    assert "agreement@10" not in alone
    assert beside["R@1"] == alone["R@1"] == [1, 1, 1]
    assert beside["asks: R@1"][0] == beside["answers: R@1"][0] == 0
