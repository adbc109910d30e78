"""Finding clips takes one look at each folder, and nothing heavy: a set of 20,000 is on a network share."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pytest_vidcompress.clips.kinetics.official import official_names

ROOT = Path(__file__).parents[3]
COUNT = """
import os, sys
from collections import Counter
from pathlib import Path

looks = Counter()
for name in ("scandir", "listdir", "stat", "lstat"):
    def counted(*arguments, real=getattr(os, name), name=name, **more):
        looks[name, str(arguments[0])] += 1
        return real(*arguments, **more)
    setattr(os, name, counted)
sys.addaudithook(lambda event, arguments: looks.update([(event, str(arguments[0]))] if event == "open" else []))

from pytest_vidcompress.clips.kinetics.read import read_kinetics
from pytest_vidcompress.clips.sample import sample

clips = read_kinetics(Path(sys.argv[1]))
sample(clips.clips, 8, 0)
under = [(name, path) for (name, path), number in looks.items() for _ in range(number) if sys.argv[1] in path]
print(len(clips.clips), sum(name == "scandir" for name, _ in under), sum(name != "scandir" for name, _ in under))
print(sorted({"torch", "av", "numpy", "scipy", "transformers", "pytest"} & set(sys.modules)))
"""


def lay_out(kind: str, folder: Path, number: int) -> Path:
    """`number` clips in four classes."""
    pairs = [(official_names()[k % 4].replace(" ", "_"), f"{k:011d}_000001_000011") for k in range(number)]
    for label in {label for label, _ in pairs}:
        (folder / "val" / label).mkdir(parents=True)
    lines = {
        "annotations": ["label,youtube_id,time_start,time_end"]
        + [f"{label.replace('_', ' ')},{stem[:11]},1,11" for label, stem in pairs],
        "list": [f"{label}/{stem}.mp4 {k % 4}" for k, (label, stem) in enumerate(pairs)],
        "list from elsewhere": [f"/gone/{label}/{stem}.mp4 {k % 4}" for k, (label, stem) in enumerate(pairs)],
    }
    for label, stem in pairs:
        (folder / "val" / label / f"{stem}.mp4").touch()
    if kind in lines:
        (folder / "val.csv").write_text("\n".join(lines[kind]))
    return folder


@pytest.mark.parametrize("kind", ["annotations", "list", "list from elsewhere", "class folders"])
def test_looks_are_by_the_folder_not_by_the_clip(kind: str, tmp_path: Path) -> None:
    looks: list[tuple[int, int]] = []
    for number in (12, 240):
        folder = lay_out(kind, tmp_path / str(number), number)
        command = [sys.executable, "-c", COUNT, str(folder)]
        out = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        counts, heavy = out.splitlines()
        clips, lists, others = map(int, counts.split())
        assert clips == number
        assert heavy == "[]"
        looks.append((lists, others))
    assert looks[0] == looks[1]
    # The folder, its "annotations", "val" and four classes.
    assert 0 < looks[0][0] <= 8
