"""One set of clips in every layout: the same clips, the same files, the same pixels."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
import torch

from pytest_vidcompress.clips.clip import ClipSet
from pytest_vidcompress.clips.crops.disk_cache import Shelf
from pytest_vidcompress.clips.kinetics.layouts.folders import SPELLINGS
from pytest_vidcompress.clips.kinetics.official import official_names
from pytest_vidcompress.clips.kinetics.read import read_kinetics
from pytest_vidcompress.clips.labels import match
from pytest_vidcompress.clips.loader import Clips, Decoding
from pytest_vidcompress.clips.profile import Profile
from pytest_vidcompress.clips.sample import sample

Row = tuple[str, Path]
"""Label and file."""
Layout = Callable[[Path, list[Row]], Path]
IDS = {label: number for number, label in enumerate(official_names())}


@pytest.fixture(scope="module")
def rows(media: Path) -> list[Row]:
    videos = {path.name[:11]: path for path in (media / "kinetics400/val").glob("*.mp4")}
    with (media / "kinetics400/annotations/val.csv").open(encoding="utf-8") as lines:
        found = [(row["label"], videos.get(row["youtube_id"])) for row in csv.DictReader(lines)]
    return [(label, path) for label, path in found if path]


def link(source: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, place)
    except OSError:
        place.symlink_to(source)


def table(*, name: str = "val.csv", is_cc: bool = True, floats: bool = False, flat: bool = True) -> Layout:
    def make(folder: Path, rows: list[Row]) -> Path:
        text = "label,youtube_id,time_start,time_end,split" + ",is_cc\n" * is_cc + "\n" * (not is_cc)
        for label, path in rows:
            clip, start, end = path.stem[:11], int(path.stem[12:18]), int(path.stem[19:])
            times = (float(start), float(end)) if floats else (start, end)
            text += f'"{label}",{clip},{times[0]},{times[1]},val' + ",0" * is_cc + "\n"
            link(path, folder / "val" / ("" if flat else label) / path.name)
        (folder / "annotations").mkdir()
        (folder / "annotations" / name).write_text(text)
        return folder

    return make


def classes(who: str, place: str) -> Layout:
    def make(folder: Path, rows: list[Row]) -> Path:
        for label, path in rows:
            link(path, folder / place / SPELLINGS[who](label) / path.name)
        return folder

    return make


def listed(
    name: str, line: str, place: str = "{label}/{name}", base: int = 0, *, by_file: bool = False
) -> Layout:
    def make(folder: Path, rows: list[Row]) -> Path:
        folder.mkdir()
        text = ""
        for label, path in rows:
            spelt = SPELLINGS["mmaction2"](label)
            link(path, folder / place.format(label=spelt, name=path.name))
            text += line.format(
                label=spelt, id=IDS[label] + base, name=path.name, clip=path.stem[:11], root=folder
            )
        (folder / name).write_bytes(text.encode())
        return folder / name if by_file else folder

    return make


def replaced(folder: Path, rows: list[Row]) -> Path:
    table()(folder, rows)
    broken = folder / "val" / rows[0][1].name
    broken.unlink()
    broken.touch()
    link(rows[0][1], folder / "replacement/replacement_for_corrupted_k400" / broken.name)
    return folder


def table_of_paths(folder: Path, rows: list[Row]) -> Path:
    text = "\ufefflabel,path\r\n"
    for label, path in rows:
        link(path, folder / "my videos" / path.name)
        text += f'"{label}","my videos/{path.name}"\r\n'
    (folder / "mine.csv").write_text(text, newline="")
    return folder / "mine.csv"


LAYOUTS: dict[str, tuple[Layout, str]] = {
    "cvdf": (table(), "annotation CSV, flat folder"),
    "deepmind": (table(name="validate.csv", is_cc=False, floats=True), "annotation CSV, flat folder"),
    "cvdf arranged": (table(flat=False), "annotation CSV, class folders (ActivityNet)"),
    "cvdf replaced": (replaced, "annotation CSV, flat folder"),
    "activitynet": (classes("ActivityNet", "."), "class folders (ActivityNet)"),
    "torchvision": (classes("torchvision", "val"), "class folders (mmaction2 or torchvision)"),
    "mmaction2": (
        listed("kinetics400_val_list_videos.txt", "{label}/{name} {id}\n", "videos_val/{label}/{name}"),
        "list of paths and ids from 0, class folders (mmaction2 or torchvision)",
    ),
    "mmaction2 frames": (
        listed("kinetics_val_list.txt", "{clip}, 300, {id}\n", "val/{name}"),
        "list of paths and ids from 0, flat folder",
    ),
    "slowfast": (
        listed("val.csv", "{root}/my videos/{name} {id}\n", "my videos/{name}"),
        "list of paths and ids from 0, flat folder",
    ),
    "videomae": (
        listed("test.csv", "/gone/k400/{name},{id}\r\n", "videos/{name}", by_file=True),
        "list of paths and ids from 0, flat folder",
    ),
    "from one": (
        listed("val.list", "{label}/{name}\t{id}\n", base=1),
        "list of paths and ids from 1, class folders (mmaction2 or torchvision)",
    ),
    "named": (
        listed("val.txt", "{name};{label}\n", "{name}"),
        "list of paths and labels, flat folder",
    ),
    "table": (table_of_paths, "CSV of paths and labels, flat folder"),
}


def contents(clips: ClipSet) -> set[tuple[str, str, str]]:
    return {(clip.id, clip.label, sha256(clip.path.read_bytes()).hexdigest()) for clip in clips.clips}


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_gives_the_same_clips(name: str, rows: list[Row], media: Path, tmp_path: Path) -> None:
    make, kind = LAYOUTS[name]
    found, original = read_kinetics(make(tmp_path / "k400", rows)), read_kinetics(media / "kinetics400")
    assert found.layout == kind
    assert (len(found.clips), found.absent) == (8, 0)
    assert contents(found) == contents(original)
    picked = sample(found.clips, 5, 0)
    assert [clip.id for clip in picked] == [clip.id for clip in sample(original.clips, 5, 0)]


def test_every_layout_gives_the_same_pixels(rows: list[Row], tmp_path: Path) -> None:
    profile = Profile(4, 8, 64, sampling="uniform")
    batches: dict[str, list[tuple[torch.Tensor, torch.Tensor]]] = {}
    for name, (make, _) in LAYOUTS.items():
        found = read_kinetics(make(tmp_path / name, rows))
        ids = match(found.labels, official_names(), model_name="model", clip_set_name=found.name)
        # What is decoded once is found by its content: the rest is the way from a row to a file and a label.
        kept = Decoding(Shelf(tmp_path / "shelf", 1 << 30))
        clips = Clips(sample(found.clips, None, 0), found.labels, ids, profile, kept)
        batches[name] = list(clips.batches(3))
        assert clips.skipped == ()
    wanted = batches.pop("cvdf")
    assert torch.cat([answers for _, answers in wanted]).tolist().count(IDS["arm wrestling"]) == 4
    assert len({pixels.sum().item() for pixels, _ in wanted}) == len(wanted)
    for name, got in batches.items():
        for (pixels, answers), (wanted_pixels, wanted_answers) in zip(got, wanted, strict=True):
            assert torch.equal(pixels, wanted_pixels), name
            assert torch.equal(answers, wanted_answers), name


def test_a_copy_elsewhere_is_the_same_set(rows: list[Row], tmp_path: Path) -> None:
    home = LAYOUTS["torchvision"][0](tmp_path / "one" / "k400", rows)
    copy = Path(shutil.copytree(home, tmp_path / "two" / "k400"))
    one, two = read_kinetics(home), read_kinetics(copy)
    assert (one.name, [clip.id for clip in one.clips]) == (two.name, [clip.id for clip in two.clips])
    assert contents(one) == contents(two)
