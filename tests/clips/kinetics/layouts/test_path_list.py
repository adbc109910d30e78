from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.clips.kinetics.layouts.path_list import _parse
from pytest_vidcompress.clips.kinetics.official import official_names
from pytest_vidcompress.clips.kinetics.read import read_kinetics
from pytest_vidcompress.errors import VidcompressError

ID = "0wR5jVB-WPk"
CLIP = f"{ID}_000417_000427"
MARKS = st.sampled_from([" ", "\t", ",", ";", ", ", " ; ", "   "])


def lay_out(folder: Path, text: str | bytes, *videos: str, table: str = "val.txt") -> Path:
    for name in videos:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    (folder / table).parent.mkdir(parents=True, exist_ok=True)
    (folder / table).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder / table


def read(table: Path) -> list[tuple[str, str, str]]:
    return [
        (clip.id, clip.label, clip.path.relative_to(table.parent).as_posix())
        for clip in read_kinetics(table).clips
    ]


@pytest.mark.parametrize(
    ("line", "pair"),
    [
        (f"abseiling/{CLIP}.mp4 0", (f"abseiling/{CLIP}.mp4", "0")),
        (f"{ID}, 300, 7", (ID, "7")),
        (f"abseiling/{CLIP} 250 0", (f"abseiling/{CLIP}", "0")),
        ("my clips/take 2.mp4 12", ("my clips/take 2.mp4", "12")),
        ("my clips/take 2.mp4 arm wrestling", ("my clips/take 2.mp4", "arm wrestling")),
        ("a/b.MP4;massaging person's head", ("a/b.MP4", "massaging person's head")),
        ('"one, two.mp4","petting animal (not cat)"', ("one, two.mp4", "petting animal (not cat)")),
        ("/data/k400/val/x.mp4\t399", ("/data/k400/val/x.mp4", "399")),
        (r"D:\k400\x.mp4, 3", (r"D:\k400\x.mp4", "3")),
        ("a.mp4.mp4 3", ("a.mp4.mp4", "3")),
        ("just words", None),
        ("abseiling", None),
        ("", None),
    ],
)
def test_a_line_is_a_path_and_a_label(line: str, pair: tuple[str, str] | None) -> None:
    assert _parse(line) == pair


blanks = st.text("ab 1_-.", max_size=6)
paths = st.tuples(blanks, blanks).map(lambda parts: f"x{parts[0]}/y{parts[1]}.mp4")


@given(paths, MARKS, st.integers(0, 999), st.sampled_from(["{}", '"{}"']))
def test_any_separator_and_any_blanks(path: str, mark: str, number: int, quotes: str) -> None:
    line = f"{quotes.format(path)}{mark}{number}"
    assert _parse(line) == (path, str(number))
    assert _parse(f"{quotes.format(path)}{mark}300{mark}{number}") == (path, str(number))


@given(paths, MARKS, st.sampled_from(official_names()))
def test_any_label(path: str, mark: str, label: str) -> None:
    assert _parse(f"{path}{mark}{label}") == (path, label)


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("mark", [" ", ",", "\t", ";"])
@pytest.mark.parametrize("name", ["val.txt", "val.csv", "val.list", "val.tsv"])
def test_files_of_any_kind(ends: str, encoding: str, mark: str, name: str, tmp_path: Path) -> None:
    lines = ["", f"arm wrestling/{CLIP}.mp4{mark}6", "", "archery/è.mp4" + mark + "5", ""]
    videos = (f"arm wrestling/{CLIP}.mp4", "archery/è.mp4")
    table = lay_out(tmp_path, ends.join(lines).encode(encoding), *videos, table=name)
    assert read(table) == [(ID, "arm wrestling", videos[0]), ("archery/è", "archery", videos[1])]
    assert read_kinetics(tmp_path).name == tmp_path.name


@pytest.mark.parametrize(
    ("listed", "place"),
    [
        (f"abseiling/{CLIP}.mp4", f"abseiling/{CLIP}.mp4"),
        (f"abseiling/{CLIP}.mp4", f"videos_val/abseiling/{CLIP}.mp4"),
        (f"abseiling/{CLIP}.mp4", f"val/{CLIP}.mp4"),
        (f"abseiling/{CLIP}.mp4", f"videos/val/abseiling/{CLIP}.mp4"),
        (f"abseiling/{CLIP}.avi", f"val/abseiling/{CLIP}.mp4"),
        (f"/elsewhere/k400/abseiling/{CLIP}.mp4", f"val/abseiling/{CLIP}.mp4"),
        (f"../{{}}/sub/{CLIP}.mp4", f"sub/{CLIP}.mp4"),
        (f"D:\\k400\\abseiling\\{CLIP}.mp4", f"val/abseiling/{CLIP}.mp4"),
        (f"./val/{CLIP}.mp4", f"val/{CLIP}.mp4"),
        (CLIP, f"val/{CLIP}.mp4"),
        (ID, f"val/abseiling/{CLIP}.mp4"),
        (f"abseiling/{ID}.mp4", f"abseiling/{CLIP}.mp4"),
        (f"abseiling/{CLIP}.mp4", f"val/{ID}.mp4"),
    ],
)
def test_files_are_found_where_people_put_them(listed: str, place: str, tmp_path: Path) -> None:
    table = lay_out(tmp_path, f"{listed.format(tmp_path.name)} 0\n", place)
    assert read(table) == [(ID, "abseiling", place)]


def test_a_file_that_is_where_the_list_says_goes_before_others(tmp_path: Path) -> None:
    place = tmp_path / "far" / "abseiling" / f"{CLIP}.mp4"
    table = lay_out(
        tmp_path / "set", f"{place} 0\n", f"val/abseiling/{CLIP}.mp4", f"../far/abseiling/{CLIP}.mp4"
    )
    assert [clip.path for clip in read_kinetics(table).clips] == [place]


def test_clips_of_ones_own_that_share_a_name_are_not_mistaken(tmp_path: Path) -> None:
    table = lay_out(tmp_path, "/gone/archery/1.mp4 5\n/gone/zumba/1.mp4 399\n", "zumba/1.mp4", "other/1.mp4")
    found = read_kinetics(table)
    assert read(table) == [("zumba/1", "zumba", "zumba/1.mp4")]
    assert found.absent == 1


def test_repeated_lines_and_absent_files(tmp_path: Path) -> None:
    line = f"abseiling/{CLIP}.mp4 0\n"
    table = lay_out(tmp_path, line * 3 + "zumba/gone.mp4 399\n", f"abseiling/{CLIP}.mp4")
    found = read_kinetics(table)
    assert (len(found.clips), found.absent, len(found.labels)) == (1, 1, 400)
    assert found.describe() == "list of paths and ids from 0, class folders: 2 rows, 1 files, 1 absent"


def test_a_line_that_is_neither_is_named(tmp_path: Path) -> None:
    table = lay_out(tmp_path, f"\n{CLIP}.mp4 0\n" * 4 + "\nnothing\n", f"{CLIP}.mp4")
    with pytest.raises(VidcompressError, match=r"val.txt line 10 is not a path and a label: 'nothing'"):
        read_kinetics(table)


@pytest.mark.parametrize(
    "text", ["abseiling 0\nair drumming 1\n", "0 abseiling\n1 air drumming\n", "notes\n"]
)
def test_a_label_list_is_no_list_of_clips(text: str, tmp_path: Path) -> None:
    with pytest.raises(VidcompressError, match="is no list of clips"):
        read_kinetics(lay_out(tmp_path, text))


@pytest.mark.parametrize(
    "line", ["a.mp4 0 3", "a.mp4 1,3", "a.mp4 250 0 3", "a.mp4 1 3 5", "a/b.MP4;4;5;6", "a/b 0 3"]
)
def test_several_labels_are_refused_by_name(line: str, tmp_path: Path) -> None:
    table = lay_out(tmp_path, f"x/y.mp4 300 2\n{line}\n", "x/y.mp4", "a.mp4")
    with pytest.raises(VidcompressError, match=rf"val.txt line 2 has several labels .*: '{line}'"):
        read_kinetics(table)


def test_a_number_before_the_label_is_of_frames_in_all_lines_or_a_label(tmp_path: Path) -> None:
    table = lay_out(tmp_path, "x/y.mp4 2\nx/z.mp4 7 2\n", "x/y.mp4", "x/z.mp4")
    with pytest.raises(VidcompressError, match="line 2 has several labels"):
        read_kinetics(table)
    table.write_text("x/y.mp4 250 2\nx/z.mp4 300 2\n")
    assert len(read_kinetics(table).clips) == 2


def test_a_line_without_a_label_among_others_is_named(tmp_path: Path) -> None:
    table = lay_out(tmp_path, "x/y.mp4 2\nx/z.mp4\n", "x/y.mp4", "x/z.mp4")
    with pytest.raises(VidcompressError, match=r"val.txt line 2 has no label: 'x/z.mp4'"):
        read_kinetics(table)


@pytest.mark.parametrize(
    ("listed", "there"),
    [
        ("run/a.MP4", "run/a.mp4"),
        ("run/a.mp4", "run/a.MP4"),
        ("run/a.avi", "run/a.mp4"),
        ("run/a", "run/a.MOV"),
    ],
)
def test_a_suffix_may_be_another(listed: str, there: str, tmp_path: Path) -> None:
    assert read(lay_out(tmp_path, f"{listed} 9\n", there)) == [("run/a", official_names()[9], there)]


def test_a_list_in_latin_1_is_read(tmp_path: Path) -> None:
    name = "hug/Pippi_Långstrump.mp4"
    table = lay_out(tmp_path, f"{name} kiss\n".encode("latin-1"), name)
    assert read(table) == [("hug/Pippi_Långstrump", "kiss", name)]
    assert read_kinetics(tmp_path).clips == read_kinetics(table).clips
