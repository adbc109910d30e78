from __future__ import annotations

from pathlib import Path

import pytest

from pytest_vidcompress.clips.kinetics.read import read_kinetics
from pytest_vidcompress.errors import VidcompressError

HEADER = "label,youtube_id,time_start,time_end,split,is_cc\n"
ROWS = {
    "-uT_p-r_zAb": '"massaging person\'s head",-uT_p-r_zAb,3,13,val,0\n',
    "_b_0123456c": "abseiling,_b_0123456c,12.0,22.0,val,0\n",
    "plain012345": '"petting animal (not cat)",plain012345,100,110,val,0\n',
}
FILES = ("-uT_p-r_zAb_000003_000013.mp4", "_b_0123456c_000012_000022.mp4", "plain012345_000100_000110.mp4")


def lay_out(folder: Path, table: str, *videos: str, text: str | None = None) -> Path:
    content = HEADER + "".join(ROWS.values()) if text is None else text
    for name in (table, *videos):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content if name == table else "video", encoding="utf-8")
    return folder


@pytest.mark.parametrize("table", ["annotations/val.csv", "annotations/validate.csv", "val.csv", "mine.csv"])
@pytest.mark.parametrize("place", ["", "val/"])
def test_the_usual_layouts_are_read(table: str, place: str, tmp_path: Path) -> None:
    clips = read_kinetics(lay_out(tmp_path / "k400", table, *(place + name for name in FILES)))
    assert clips.name == "k400"
    assert clips.absent == 0
    assert clips.labels == ("abseiling", "massaging person's head", "petting animal (not cat)")
    assert [clip.id for clip in clips.clips] == list(ROWS)
    assert [clip.label for clip in clips.clips] == [clips.labels[1], clips.labels[0], clips.labels[2]]
    assert [clip.path for clip in clips.clips] == [tmp_path / "k400" / (place + name) for name in FILES]


@pytest.mark.parametrize("place", ["", "val/"])
def test_class_folders_are_read_however_their_names_are_mangled(place: str, tmp_path: Path) -> None:
    folders = ("massaging_persons_head", "abseiling", "petting animal (not cat)")
    videos = [f"{place}{folder}/{name}" for folder, name in zip(folders, FILES, strict=True)]
    clips = read_kinetics(lay_out(tmp_path, "annotations/val.csv", *videos))
    assert [clip.path for clip in clips.clips] == [tmp_path / video for video in videos]


@pytest.mark.parametrize(
    ("videos", "chosen"),
    [
        (["plain012345.mp4", "plain012345_000100_000110.mp4", "plain012345_x.mp4"], 1),
        (["plain012345_cut.mkv"], 0),
        (["plain012345.mp4", "plain012345_a.mp4", "plain012345_b.mp4"], 0),
        (["plain012345.webm", "plain0123456.mp4", "._plain012345_000100_000110.mp4"], 0),
    ],
)
def test_the_best_name_wins(videos: list[str], chosen: int, tmp_path: Path) -> None:
    clips = read_kinetics(lay_out(tmp_path, "val.csv", *videos))
    assert [clip.path.name for clip in clips.clips] == [videos[chosen]]
    assert clips.absent == 2


def test_absent_files_are_counted_and_their_labels_stay(tmp_path: Path) -> None:
    clips = read_kinetics(lay_out(tmp_path, "val.csv", FILES[0]))
    assert len(clips.clips) == 1
    assert clips.absent == 2
    assert len(clips.labels) == 3


@pytest.mark.parametrize("place", ["", "val/", "../", "../val/"])
def test_a_csv_finds_the_videos_around_it(place: str, tmp_path: Path) -> None:
    home = lay_out(tmp_path / "set" / "annotations", "val.csv", *(place + name for name in FILES))
    clips = read_kinetics(home / "val.csv")
    assert len(clips.clips) == 3
    assert clips.name == "set"


def test_two_csvs_of_a_folder_are_two_sets(tmp_path: Path) -> None:
    lay_out(tmp_path / "set", "some.csv", *FILES)
    assert read_kinetics(tmp_path / "set" / "some.csv").name == "set-some"


def test_a_byte_order_mark_and_unknown_columns_do_no_harm(tmp_path: Path) -> None:
    text = "\ufeffyoutube_id,extra,label\nplain012345,1,zumba\n"
    clips = read_kinetics(lay_out(tmp_path, "val.csv", "plain012345.mp4", text=text))
    assert [(clip.id, clip.label) for clip in clips.clips] == [("plain012345", "zumba")]


def test_a_repeated_id_counts_once(tmp_path: Path) -> None:
    text = HEADER + ROWS["plain012345"] * 2
    clips = read_kinetics(lay_out(tmp_path, "val.csv", FILES[2], text=text))
    assert len(clips.clips) == 1
    assert clips.absent == 0


def test_the_file_names_of_a_folder_decide_not_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out(tmp_path / "set" / "sub", "../val.csv", *("../" + name for name in FILES))
    monkeypatch.chdir(tmp_path / "set" / "sub")
    assert read_kinetics(Path("..")).name == "set"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("youtube_id,time_start,time_end,split\nx,1,2,test\n", "begins with 'youtube_id,time_start,time_end"),
        ("some text\n", "found val.csv, which begins with 'some text'"),
        ("", "found val.csv, which is empty or not text"),
        (HEADER, "lists no clips"),
        (HEADER + "zumba,,1,2,val,0\n", "line 2 has no youtube_id"),
        (HEADER + ",abc,1,2,val,0\n", "line 2 has no label"),
        (HEADER + "zumba,abc,soon,2,val,0\n", "time_start and time_end must be seconds"),
        (HEADER + "zumba,abc,1,2,val,0\n", "expected files like abc_000001_000002.mp4"),
    ],
)
def test_a_bad_csv_is_refused_in_a_line(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(VidcompressError) as caught:
        read_kinetics(lay_out(tmp_path, "val.csv", text=text))
    assert said in str(caught.value)
    assert str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"\xff\x00label,youtube_id\n", bytes(range(256))])
def test_a_csv_that_is_not_text_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "val.csv").write_bytes(content)
    for source in (tmp_path, tmp_path / "val.csv"):
        with pytest.raises(VidcompressError, match=r"is empty or not text"):
            read_kinetics(source)


def test_one_error_says_what_was_looked_for_and_what_is_there(tmp_path: Path) -> None:
    lay_out(tmp_path, "notes.txt", "one.mp4", "two.mp4", text="to do\n")
    (tmp_path / "more").mkdir()
    with pytest.raises(VidcompressError) as caught:
        read_kinetics(tmp_path)
    for part in (
        *("columns label and youtube_id", "columns path and label", "lines 'path label'", "for each class"),
        *("2 videos without labels", "notes.txt, which begins with 'to do'", "folders more"),
    ):
        assert part in str(caught.value)
    with pytest.raises(VidcompressError, match=r"notes.txt is no list of clips: .* begins with 'to do'"):
        read_kinetics(tmp_path / "notes.txt")


def test_a_folder_with_nothing_or_with_several_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VidcompressError, match="found nothing of the kind"):
        read_kinetics(tmp_path)
    lay_out(tmp_path, "a.csv")
    lay_out(tmp_path, "b.csv")
    with pytest.raises(VidcompressError, match=r"several annotation files \(a.csv, b.csv\)"):
        read_kinetics(tmp_path)
    with pytest.raises(VidcompressError, match="no such clip folder"):
        read_kinetics(tmp_path / "gone")


def test_of_several_files_that_for_validation_is_read_and_the_one_that_says_most(tmp_path: Path) -> None:
    lay_out(tmp_path, "annotations/kinetics_train.csv", text=HEADER + "zumba,abc,1,2,train,0\n")
    lay_out(tmp_path, "kinetics400_val_list_videos.txt", text="abseiling/_b_0123456c_000012_000022.mp4 0\n")
    lay_out(tmp_path, "annotations/kinetics_val.csv", *(f"videos_val/{name}" for name in FILES))
    assert read_kinetics(tmp_path).layout == "annotation CSV, flat folder"
    (tmp_path / "annotations/kinetics_val.csv").unlink()
    assert read_kinetics(tmp_path).layout == "list of paths and ids from 0, flat folder"
    lay_out(
        tmp_path, "kinetics400_val_list_rawframes.txt", text="abseiling/_b_0123456c_000012_000022 250 0\n"
    )
    with pytest.raises(VidcompressError, match="several annotation files"):
        read_kinetics(tmp_path)


def test_the_folder_of_a_split_takes_the_annotations_above_it(tmp_path: Path) -> None:
    home = lay_out(tmp_path / "k400", "annotations/val.csv", *("val/" + name for name in FILES))
    whole, part = read_kinetics(home), read_kinetics(home / "val")
    assert whole == part
    assert part.name == "k400"
    lay_out(home, "val_256/" + FILES[0])
    small = read_kinetics(home / "val_256")
    assert (small.name, len(small.clips), small.absent) == ("val_256", 1, 2)


def test_a_folder_named_after_a_size_too_is_found_but_not_guessed(tmp_path: Path) -> None:
    home = lay_out(tmp_path / "k400", "annotations/val.csv", *("val_256/" + name for name in FILES))
    assert len(read_kinetics(home).clips) == 3
    lay_out(home, "val_320/" + FILES[0])
    with pytest.raises(VidcompressError, match=r"several folders .* \(val_256, val_320\)"):
        read_kinetics(home)
    lay_out(home, "val/" + FILES[0])
    assert len(read_kinetics(home).clips) == 1


def test_videos_of_another_split_are_not_taken(tmp_path: Path) -> None:
    lay_out(tmp_path, "val.csv", "val/" + FILES[0], *("train/" + name for name in FILES))
    assert read_kinetics(tmp_path).absent == 2
    text = HEADER + "".join(ROWS.values())
    (tmp_path / "train.csv").write_text(text)
    trained = read_kinetics(tmp_path / "train.csv")
    assert (trained.absent, trained.name) == (0, f"{tmp_path.name}-train")


def test_a_replacement_goes_before_the_corrupted_file(tmp_path: Path) -> None:
    place = "replacement/replacement_for_corrupted_k400/" + FILES[0]
    lay_out(tmp_path, "annotations/val.csv", *("val/" + name for name in FILES), place)
    assert [clip.path.relative_to(tmp_path).parts[0] for clip in read_kinetics(tmp_path).clips] == [
        *("replacement", "val", "val")
    ]


def test_a_clip_with_two_labels_is_refused(tmp_path: Path) -> None:
    text = HEADER + ROWS["plain012345"] + "zumba,plain012345,100,110,val,0\n"
    with pytest.raises(VidcompressError, match="clip plain012345 twice, as 'petting animal"):
        read_kinetics(lay_out(tmp_path, "val.csv", FILES[2], text=text))


def test_two_clips_of_one_video_keep_apart(tmp_path: Path) -> None:
    text = HEADER + ROWS["plain012345"] + "zumba,plain012345,200,210,val,0\n"
    clips = read_kinetics(lay_out(tmp_path, "val.csv", FILES[2], "plain012345_000200_000210.mp4", text=text))
    assert [(clip.id, clip.label, clip.path.name) for clip in clips.clips] == [
        ("plain012345", "petting animal (not cat)", FILES[2]),
        ("plain012345_000200_000210", "zumba", "plain012345_000200_000210.mp4"),
    ]


def test_it_says_how_it_was_read(tmp_path: Path) -> None:
    clips = read_kinetics(lay_out(tmp_path, "val.csv", *FILES[:2]))
    assert clips.describe() == "annotation CSV, flat folder: 3 rows, 2 files, 1 absent"
    whole = read_kinetics(lay_out(tmp_path, "val.csv", FILES[2]))
    assert whole.describe() == "annotation CSV, flat folder: 3 files"


def test_a_real_validation_set_is_read(media: Path) -> None:
    clips = read_kinetics(media / "kinetics400")
    assert (clips.name, len(clips.labels), len(clips.clips), clips.absent) == ("kinetics400", 400, 8, 19898)
    assert [clip.label for clip in clips.clips] == ["arm wrestling"] * 4 + ["bungee jumping"] * 4
    assert read_kinetics(media / "kinetics400/annotations/val.csv") == clips


def test_the_file_of_another_row_of_its_video_is_not_taken(tmp_path: Path) -> None:
    rows = "peeling apples,abcdefghijk,14,24,val,0\ncutting apple,abcdefghijk,64,74,val,0\n"
    clips = read_kinetics(
        lay_out(tmp_path, "annotations/val.csv", "val/abcdefghijk_000064_000074.mp4", text=HEADER + rows)
    )
    assert [(clip.id, clip.label) for clip in clips.clips] == [("abcdefghijk_000064_000074", "cutting apple")]
    assert clips.absent == 1
    # Even where the other row is of another list.
    (tmp_path / "annotations/val.csv").write_text(HEADER + rows.splitlines()[0] + "\n")
    with pytest.raises(VidcompressError, match="none of the 1 clips"):
        read_kinetics(tmp_path)


def test_a_file_that_may_be_of_two_rows_is_of_neither(tmp_path: Path) -> None:
    rows = "peeling apples,abcdefghijk,14,24,val,0\ncutting apple,abcdefghijk,64,74,val,0\n"
    text = HEADER + rows + ROWS["plain012345"]
    clips = read_kinetics(lay_out(tmp_path, "val.csv", "abcdefghijk.mp4", FILES[2], text=text))
    assert ([clip.id for clip in clips.clips], clips.absent) == (["plain012345"], 2)


def test_every_suffix_that_is_read_is_seen(tmp_path: Path) -> None:
    videos = ("run/a.mp4", "run/b.mov", "walk/c.MOV", "jump/d.m4v", "sit/e.npy", "stand/f.pt")
    for name in (*videos, "run/notes.md"):
        lay_out(tmp_path, name, text="video")
    found = read_kinetics(tmp_path)
    assert found.labels == ("jump", "run", "sit", "stand", "walk")
    assert sorted(str(clip.path.relative_to(tmp_path)) for clip in found.clips) == sorted(videos)


def test_arrays_beside_videos_are_no_clips(tmp_path: Path) -> None:
    for name in ("run/a.mp4", "run/a.npy", "run/features.npy"):
        lay_out(tmp_path, name, text="video")
    assert [clip.path.name for clip in read_kinetics(tmp_path).clips] == ["a.mp4"]


UCF = {
    "ucfTrainTestlist/classInd.txt": "1 ApplyEyeMakeup\r\n2 Archery\r\n",
    "ucfTrainTestlist/trainlist01.txt": "ApplyEyeMakeup/v_ApplyEyeMakeup_g08_c01.avi 1\n"
    "Archery/v_Archery_g08_c01.avi 2\n",
    "ucfTrainTestlist/testlist01.txt": "ApplyEyeMakeup/v_ApplyEyeMakeup_g01_c01.avi\n"
    "Archery/v_Archery_g01_c01.avi\n",
    **{
        f"UCF-101/{label}/v_{label}_{group}_c01.avi": "video"
        for label in ("ApplyEyeMakeup", "Archery")
        for group in ("g01", "g08")
    },
}


@pytest.fixture
def ucf(tmp_path: Path) -> Path:
    for name, text in UCF.items():
        lay_out(tmp_path / "ucf", name, text=text)
    return tmp_path / "ucf"


@pytest.mark.parametrize(
    ("table", "group", "kind"),
    [
        ("testlist01.txt", "g01", "list of paths and no labels, read by folder, class folders"),
        ("trainlist01.txt", "g08", "list of paths and ids from 1 (classInd.txt), class folders"),
    ],
)
def test_the_archives_of_ucf101_are_read_as_they_come(table: str, group: str, kind: str, ucf: Path) -> None:
    found = read_kinetics(ucf / "ucfTrainTestlist" / table)
    assert (found.name, found.layout, found.absent) == (f"ucf-{table[:-4]}", kind, 0)
    assert [(clip.label, clip.path.name) for clip in found.clips] == [
        ("ApplyEyeMakeup", f"v_ApplyEyeMakeup_{group}_c01.avi"),
        ("archery", f"v_Archery_{group}_c01.avi"),
    ]


def test_of_the_splits_of_ucf101_one_is_to_be_named(ucf: Path) -> None:
    with pytest.raises(
        VidcompressError, match=r"\(ucfTrainTestlist/testlist01.txt, ucfTrainTestlist/trainlist01"
    ):
        read_kinetics(ucf)
    for name in ("testlist01.txt", "trainlist01.txt"):
        (ucf / "ucfTrainTestlist" / name).unlink()
    assert len(read_kinetics(ucf).clips) == 4


@pytest.mark.parametrize(
    "text", ["youtube_id,time_start,time_end,split\nx,1,2,test\n", "path,length\na.mp4,3\n"]
)
def test_a_table_without_labels_is_told_so(text: str, tmp_path: Path) -> None:
    lay_out(tmp_path, "test.csv", text=text)
    for source in (tmp_path, tmp_path / "test.csv"):
        with pytest.raises(VidcompressError, match=r"begins with .*, which are clips without labels"):
            read_kinetics(source)


def frames(folder: Path, *clips: str) -> None:
    for clip in clips:
        for name in ("img_00001.jpg", "img_00002.jpg"):
            lay_out(folder / clip, name, text="picture")


@pytest.mark.parametrize("place", ["", "val/", "rawframes/", "rawframes_val/"])
def test_class_folders_of_folders_of_pictures_are_read(place: str, tmp_path: Path) -> None:
    frames(tmp_path, *(f"{place}{name}" for name in ("arm_wrestling/one", "arm_wrestling/two", "zumba/one")))
    found = read_kinetics(tmp_path)
    assert (found.labels, found.layout) == (
        ("arm wrestling", "zumba"),
        "class folders (mmaction2 or torchvision)",
    )
    assert [(clip.id, clip.label, clip.path.name) for clip in found.clips] == [
        ("arm_wrestling/one", "arm wrestling", "one"),
        ("arm_wrestling/two", "arm wrestling", "two"),
        ("zumba/one", "zumba", "one"),
    ]


def test_a_list_of_folders_of_pictures_is_read(tmp_path: Path) -> None:
    stem = "_b_0123456c_000012_000022"
    frames(tmp_path, f"rawframes_val/abseiling/{stem}", "rawframes_val/zumba/mine")
    lay_out(
        tmp_path, "kinetics400_val_list_rawframes.txt", text=f"abseiling/{stem} 250 0\nzumba/mine 9 399\n"
    )
    found = read_kinetics(tmp_path)
    assert [(clip.id, clip.label, clip.path.is_dir()) for clip in found.clips] == [
        ("_b_0123456c", "abseiling", True),
        ("zumba/mine", "zumba", True),
    ]


@pytest.mark.parametrize("name", ["_b_0123456c_000012_000022", "_b_0123456c"])
def test_annotations_find_folders_of_pictures(name: str, tmp_path: Path) -> None:
    frames(tmp_path, f"val/{name}", "val/other")
    clips = read_kinetics(lay_out(tmp_path, "val.csv"))
    assert [(clip.id, clip.path.name) for clip in clips.clips] == [("_b_0123456c", name)]
    assert clips.absent == 2
