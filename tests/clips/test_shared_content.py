"""Clips that are the same under two names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pytest_vidcompress.clips import shared_content
from pytest_vidcompress.clips.clip import Clip
from pytest_vidcompress.clips.pocket.rendered import RenderedClips
from pytest_vidcompress.clips.shared_content import SharedContent
from pytest_vidcompress.errors import VidcompressError


def clip(folder: Path, name: str, content: bytes) -> Clip:
    path = folder / f"{name}.mp4"
    path.write_bytes(content)
    return Clip(name, "a", path)


def test_content_tells_and_not_the_name(tmp_path: Path) -> None:
    tested = clip(tmp_path, "tested", b"video")
    shared = SharedContent([tested], "tested")
    assert shared.like(clip(tmp_path, "copy", b"video")) is tested
    assert shared.like(tested) is tested
    assert shared.like(clip(tmp_path, "other", b"VIDEO")) is None
    assert shared.like(Clip("gone", "a", tmp_path / "gone.mp4")) is None
    with pytest.raises(VidcompressError) as caught:
        shared.refuse(clip(tmp_path, "copy", b"video"), "trained on")
    said = str(caught.value)
    assert said.startswith(
        "clip 'copy' would be trained on, and 'tested' is tested, which is the same clip ("
    )
    assert said.endswith("have the same content): take it out of one of the two")
    assert "\n" not in said


def test_only_files_of_the_same_size_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = SharedContent([clip(tmp_path, "tested", b"video")], "tested")
    read: list[object] = []
    monkeypatch.setattr(shared_content, "digest", lambda source: read.append(source) or str(source))
    assert shared.like(clip(tmp_path, "longer", b"videos")) is None
    assert read == []
    assert shared.like(clip(tmp_path, "as-long", b"VIDEO")) is None
    assert len(read) == 2


def test_pictures_and_functions_have_content_too(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
        (folder / "img_1.jpg").write_bytes(b"picture")
    one, two = (Clip(folder.name, "a", folder) for folder in folders)
    assert SharedContent([one], "tested").like(two) is one
    zeros, ones = (
        Clip(str(value), "a", Path("x.h5"), lambda value=value: np.full((1, 2, 2, 3), value, np.uint8))
        for value in (0, 1)
    )
    again = Clip("again", "a", Path("y.h5"), lambda: np.zeros((1, 2, 2, 3), np.uint8))
    assert SharedContent([zeros], "tested").like(again) is zeros
    assert SharedContent([zeros], "tested").like(ones) is None


def test_what_is_drawn_is_no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shared = SharedContent([clip(tmp_path, "tested", b"video")], "tested")
    monkeypatch.setattr(shared_content, "digest", lambda source: pytest.fail("nothing has to be drawn"))
    assert shared.like(RenderedClips()[0]) is None
