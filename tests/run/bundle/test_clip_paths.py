from __future__ import annotations

from pathlib import Path

import pytest

from pytest_vidcompress.clips.clip import Clip
from pytest_vidcompress.run.bundle.clip_paths import paths_within


def clip(path: Path) -> Clip:
    return Clip(path.stem, "label", path)


def test_it_is_relative_to_the_folder_that_was_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clips = [clip(tmp_path / "val" / name) for name in ("a.mp4", "b.mp4")]
    assert [*map(paths_within(str(tmp_path), clips), clips)] == ["val/a.mp4", "val/b.mp4"]
    (tmp_path / "list.csv").write_text("")
    assert [*map(paths_within(str(tmp_path / "list.csv"), clips), clips)] == ["val/a.mp4", "val/b.mp4"]
    monkeypatch.chdir(tmp_path)
    assert paths_within(".", [clip(Path("val/c.mp4"))])(clip(Path("val/c.mp4"))) == "val/c.mp4"


def test_of_a_name_it_is_relative_to_what_all_clips_share(tmp_path: Path) -> None:
    clips = [clip(tmp_path / "set" / label / "a.mp4") for label in ("up", "down")]
    assert [*map(paths_within("pocket", clips), clips)] == ["up/a.mp4", "down/a.mp4"]
    assert paths_within("pocket", clips[:1])(clips[0]) == "a.mp4"


def test_what_lies_elsewhere_goes_by_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    elsewhere = clip(tmp_path / "other" / "a.mp4")
    assert paths_within(str(tmp_path / "set"), [clip(tmp_path / "set" / "b.mp4")])(elsewhere) == "a.mp4"


def test_what_is_no_file_goes_by_what_messages_call_it() -> None:
    made = Clip("a", "label", Path("drawn/a"), pixels=lambda: None)
    assert paths_within("mine", [made])(made) == "drawn/a"
