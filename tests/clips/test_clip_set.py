from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pytest_vidcompress.clips import clip_set as clipset
from pytest_vidcompress.clips.clip import ClipSet
from pytest_vidcompress.clips.clip_set import resolve
from pytest_vidcompress.errors import VidcompressError

MINE = ClipSet("mine", ("a",), ())


def test_a_name_gives_the_set_of_that_name(monkeypatch: pytest.MonkeyPatch) -> None:
    packaged = ClipSet("pocket", (), ())
    monkeypatch.setattr(clipset, "pocket", lambda: packaged)
    assert resolve("mine", {"mine": lambda: MINE}) is MINE
    assert resolve("pocket", {"pocket": lambda: MINE}) is packaged


def test_a_path_gives_the_clips_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "val.csv").write_text("label,youtube_id\nzumba,abc\n")
    (tmp_path / "set" / "abc.mp4").touch()
    monkeypatch.chdir(tmp_path)
    for spec in (str(tmp_path / "set"), "set", "set/val.csv", str(tmp_path / "set" / "val.csv")):
        assert [clip.id for clip in resolve(spec, {}).clips] == ["abc"]


@pytest.mark.parametrize("spec", ["pockets", "", "no/such/folder"])
def test_what_is_neither_is_refused_with_what_is_known(spec: str) -> None:
    with pytest.raises(VidcompressError) as caught:
        resolve(spec, {"mine": lambda: MINE})
    assert f"{spec!r}: give one of 'mine', 'pocket', a folder" in str(caught.value)


def test_looking_for_clips_loads_nothing_heavy() -> None:
    modules = ("clip", "kinetics.read", "sample", "labels", "crops.sampling", "clip_set", "profile")
    code = "import sys\n" + "".join(f"import pytest_vidcompress.clips.{module}\n" for module in modules)
    code += "print(sorted({'torch', 'numpy', 'av', 'scipy'} & set(sys.modules)))"
    root = Path(__file__).parents[2]
    out = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
