from __future__ import annotations

from pathlib import Path

import pytest

from pytest_vidcompress.clips.kinetics.layouts.folders import SPELLINGS
from pytest_vidcompress.clips.kinetics.read import read_kinetics
from pytest_vidcompress.errors import VidcompressError

LABELS = ("abseiling", "massaging person's head", "petting animal (not cat)")
CLIPS = ("-uT_p-r_zAb_000003_000013.mp4", "_b_0123456c_000012_000022.mp4", "plain012345.mp4")


def lay_out(folder: Path, *videos: str) -> Path:
    for name in videos:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


@pytest.mark.parametrize("who", SPELLINGS)
@pytest.mark.parametrize("place", ["", "val/", "videos_val/", "validation/"])
def test_class_folders_need_no_annotations(who: str, place: str, tmp_path: Path) -> None:
    videos = [f"{place}{SPELLINGS[who](label)}/{clip}" for label, clip in zip(LABELS, CLIPS, strict=True)]
    home = lay_out(tmp_path / "k400", *videos)
    found = read_kinetics(home)
    assert found.labels == LABELS
    assert {(clip.id, clip.label, clip.path) for clip in found.clips} == {
        (clip[:11], label, home / video) for clip, label, video in zip(CLIPS, LABELS, videos, strict=True)
    }
    assert found.describe() == f"class folders ({who}): 3 files"
    assert found.name == "k400"
    assert read_kinetics(home / place) == found


def test_a_flat_folder_of_a_split_is_no_class(tmp_path: Path) -> None:
    lay_out(tmp_path, f"k400_val_256p/{CLIPS[0]}", f"Train/{CLIPS[1]}")
    with pytest.raises(VidcompressError, match=r"found folders Train, k400_val_256p \(--vc-clips"):
        read_kinetics(tmp_path)


def test_folders_of_other_things_are_no_classes(tmp_path: Path) -> None:
    lay_out(
        tmp_path,
        *(
            "train/zumba/a.mp4",
            "test/b.mp4",
            "videos/c.mp4",
            ".git/d.mp4",
            "annotations/e.mp4",
            "replacement/f.mp4",
        ),
        *("notes/plan.txt", "zumba/._g.mp4"),
    )
    with pytest.raises(VidcompressError, match=r"annotations, notes, replacement, test, train \(--vc-clips"):
        read_kinetics(tmp_path)


def test_files_beside_the_videos_are_left_alone(tmp_path: Path) -> None:
    lay_out(
        tmp_path, "zumba/._one.mp4", "zumba/one.mp4", "zumba/Two.MKV", "zumba/one.txt", "zumba/more/three.mp4"
    )
    assert [clip.id for clip in read_kinetics(tmp_path).clips] == ["zumba/Two", "zumba/one"]


def test_numbered_folders_of_ones_own_classes(tmp_path: Path) -> None:
    lay_out(tmp_path, "0 abseiling/a.mp4", "1 air_drumming/a.mp4", "my own/a.mp4")
    found = read_kinetics(tmp_path)
    assert found.labels == ("abseiling", "air drumming", "my own")
    assert found.layout == "class folders"


def test_a_label_of_one_word_tells_no_spelling(tmp_path: Path) -> None:
    lay_out(tmp_path, "zumba/a.mp4")
    assert read_kinetics(tmp_path).layout == "class folders"
    lay_out(tmp_path, "arm_wrestling/a.mp4")
    assert read_kinetics(tmp_path).layout == "class folders (mmaction2 or torchvision)"


def test_class_folders_and_loose_files_are_said_to_be_mixed(tmp_path: Path) -> None:
    lay_out(tmp_path, "abseiling/_b_0123456c.mp4", "plain012345.mp4")
    (tmp_path / "val.csv").write_text("label,youtube_id\nabseiling,_b_0123456c\nzumba,plain012345\n")
    assert read_kinetics(tmp_path).layout == "annotation CSV, folders of several kinds"


def test_a_clip_in_two_class_folders_is_refused(tmp_path: Path) -> None:
    lay_out(tmp_path, f"zumba/{CLIPS[0]}", f"archery/{CLIPS[0]}")
    with pytest.raises(VidcompressError, match="-uT_p-r_zAb twice, as 'archery' and as 'zumba'"):
        read_kinetics(tmp_path)
