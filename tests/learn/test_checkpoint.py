"""What a training leaves on disk."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
import torch

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.learn import checkpoint
from pytest_vidcompress.learn.checkpoint import Checkpoint
from tests.learn.school import lessons, untrained


def of(folder: Path) -> Checkpoint:
    made = Checkpoint.of(lessons(untrained(), folder))
    assert made is not None
    return made


def test_nothing_is_kept_without_a_folder_and_nothing_is_there_at_first(tmp_path: Path) -> None:
    assert Checkpoint.of(lessons(untrained())) is None
    assert of(tmp_path / "new").read() is None
    assert not (tmp_path / "new").exists()


def test_techniques_of_one_recipe_have_a_file_each(tmp_path: Path) -> None:
    names = [
        Checkpoint.of(lessons(untrained(), tmp_path, recipe=recipe)).file.name  # type: ignore[union-attr]
        for recipe in ("distil", "shrink:mlp=0.5+distil", "shrink:mlp=0.5+distil+fuse+int8-qat")
    ]
    assert names == ["1.checkpoint", "2.checkpoint", "4.checkpoint"]


def test_what_was_written_last_is_read(tmp_path: Path) -> None:
    for done in (1, 2):
        of(tmp_path).write({"done": done, "weight": torch.full((2,), float(done))})
    state = of(tmp_path).read()
    assert state is not None
    assert state["done"] == 2
    assert torch.equal(state["weight"], torch.tensor([2.0, 2.0]))


def test_a_full_disk_costs_no_training_and_no_older_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = of(tmp_path)
    file.write({"done": 1})

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    checkpoint._warn_unwritable.cache_clear()  # pyright: ignore[reportPrivateUsage]
    with monkeypatch.context() as patch:
        patch.setattr(checkpoint.os, "fsync", full)
        with pytest.warns(
            UserWarning, match=r"without a checkpoint, .*1\.checkpoint cannot be written \(No space"
        ):
            file.write({"done": 2})
    assert [path.name for path in tmp_path.iterdir()] == ["1.checkpoint"]
    state = file.read()
    assert state is not None
    assert state["done"] == 1


@pytest.mark.parametrize("content", [b"", b"damaged", b"PK\x03\x04"])
def test_a_damaged_one_is_refused_in_one_line(content: bytes, tmp_path: Path) -> None:
    file = of(tmp_path)
    file.write({"done": 1})
    file.file.write_bytes(content)
    with pytest.raises(
        VidcompressError, match=r"cannot be read as the checkpoint of a training .*: remove it"
    ):
        file.read()


def test_no_code_in_it_is_run(tmp_path: Path) -> None:
    file = of(tmp_path)
    torch.save({"identity": {}, "code": Path("x")}, file.file)
    with pytest.raises(VidcompressError, match="cannot be read as the checkpoint of a training"):
        file.read()
