from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pytest_vidcompress.clips import clip_set as clipset
from pytest_vidcompress.clips.clip import Clip, ClipSet
from pytest_vidcompress.clips.clip_set import resolve
from pytest_vidcompress.errors import VidcompressError

ONE = Clip("x", "a", Path("x.mp4"))
MINE = ClipSet("mine", ("a",), (ONE,))
BOTH = Clip("y", "a", Path("y.mp4"), others=("b",))


def test_a_name_gives_the_set_of_that_name(monkeypatch: pytest.MonkeyPatch) -> None:
    packaged = ClipSet("pocket", (), ())
    monkeypatch.setattr(clipset, "PACKAGED", {"pocket": lambda: packaged})
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
    assert f"{spec!r}: give one of 'events', 'mine', 'pocket', a folder" in str(caught.value)


def test_looking_for_clips_loads_nothing_heavy() -> None:
    modules = ("clip", "kinetics.read", "sample", "labels", "crops.sampling", "clip_set", "profile")
    code = "import sys\n" + "".join(f"import pytest_vidcompress.clips.{module}\n" for module in modules)
    code += "print(sorted({'torch', 'numpy', 'av', 'scipy'} & set(sys.modules)))"
    root = Path(__file__).parents[2]
    out = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def lost() -> ClipSet:
    raise FileNotFoundError("no such folder: videos")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: [ONE], "its function returned a list, expected a ClipSet(name, labels, clips)"),
        (lambda: None, "its function returned None, expected a ClipSet"),
        (lost, f"its function raised FileNotFoundError: no such folder: videos ({__file__}:"),
        (
            lambda: replace(MINE, clips=()),
            f"has no clips: its function found none; relative paths in it count from {Path.cwd()}",
        ),
        (lambda: replace(MINE, clips=("x.mp4",)), "holds 'x.mp4', expected Clip(id, label, path)"),
        (
            lambda: replace(MINE, clips=(replace(ONE, label="b"),)),
            "clip 'x' has label 'b', which is none of the set's 1 labels",
        ),
        (
            lambda: replace(MINE, clips=(BOTH,), several_labels=True),
            "clip 'y' has label 'b', which is none of the set's 1 labels",
        ),
        (
            lambda: replace(MINE, training=(BOTH,)),
            "clip 'y' has 2 labels, 'a', 'b', where each clip has one: give the ClipSet several_labels=True",
        ),
        (
            lambda: replace(MINE, several_labels=True),
            "says several_labels=True, and each of its 1 clips has one label: give those that have more",
        ),
    ],
)
def test_what_a_function_gives_is_held_to_what_it_should(make: Callable[[], Any], said: str) -> None:
    with pytest.raises(VidcompressError) as caught:
        resolve("mine", {"mine": make})
    assert str(caught.value).startswith("clip set 'mine'")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
