"""Tables of which a row has several labels."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_vidcompress.clips.kinetics.read import read_kinetics
from pytest_vidcompress.errors import VidcompressError
from tests.clips.kinetics.layouts.own_tables import check_refused, lay_out

PAIRS = [("a,b", ("rain", "red light")), ("two words", ("snow",))]


@pytest.mark.parametrize(
    "text",
    [
        'path,labels\n"val/a,b.mp4",rain;red light\nval/two words.mp4,snow\n',
        '\ufeffLabels, Video_Path\nrain ; red light, "a,b.mp4"\n\nsnow,two words.mp4\n',
        "path\tfps\tlabels\na,b.mp4\t25\train;red light\ntwo words.mp4\t30\tsnow\n",
        'path;labels\n"a,b.mp4";"rain;red light"\n"two words.mp4";snow\n',
    ],
)
def test_labels_stand_in_one_cell_parted_by_semicolons(text: str, tmp_path: Path) -> None:
    found = read_kinetics(lay_out(tmp_path, text))
    assert [(clip.path.stem, clip.labels) for clip in found.clips] == PAIRS
    assert (found.several_labels, found.labels) == (True, ("rain", "red light", "snow"))
    assert found.layout.startswith("CSV of paths and labels, several a clip")
    assert read_kinetics(tmp_path).clips == found.clips


def test_ids_are_named_by_the_label_list_beside(tmp_path: Path) -> None:
    (tmp_path / "labels.txt").write_text("rain\nred light\nsnow\nfog\n")
    found = read_kinetics(lay_out(tmp_path, 'path,labels\n"val/a,b.mp4",0;1\nval/two words.mp4,2\n'))
    assert [(clip.path.stem, clip.labels) for clip in found.clips] == PAIRS
    assert found.labels == ("fog", "rain", "red light", "snow")


def test_the_train_list_beside_has_several_labels_too(tmp_path: Path) -> None:
    both = 'path,labels\n"val/a,b.mp4",Rain;wind;snow\nval/two words.mp4,wind\n'
    lay_out(tmp_path, both, "train.csv")
    found = read_kinetics(lay_out(tmp_path, 'path,labels\n"val/a,b.mp4",rain;red light;snow\n', "val.csv"))
    # Labels that are not tested are left out, and clips that have no other.
    assert [clip.labels for clip in found.training_clips] == [("rain", "snow")]
    found = read_kinetics(lay_out(tmp_path, 'path,label\n"val/a,b.mp4",rain\n', "val.csv"))
    with pytest.raises(
        VidcompressError, match=r"train\.csv, have several labels each, and those to test, .*val\.csv"
    ):
        _ = found.training_clips


def test_a_table_that_has_the_one_label_of_a_clip_is_read_by_that(tmp_path: Path) -> None:
    found = read_kinetics(lay_out(tmp_path, 'path,label,labels\n"val/a,b.mp4",rain,rain;snow\n'))
    assert ([clip.labels for clip in found.clips], found.several_labels) == ([("rain",)], False)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("path,labels\nval/a.mp4,\n", "line 2 has no labels"),
        ("path,labels\nval/a.mp4\n", "line 2 has no labels"),
        ("path,labels\n\n,rain;snow\n", "line 3 has no path"),
        (
            "path,labels\nval/a.mp4,rain;snow\nval/b.mp4,rain;;snow\n",
            "line 3 has an empty label in 'rain;;snow'",
        ),
        ("path,labels\nval/a.mp4,rain;\n", "line 2 has an empty label in 'rain;'"),
        ("path,labels\nval/a.mp4,rain;Snow;snow\n", "line 2 has label 'snow' twice"),
        (
            "path,labels\nval/a.mp4,rain\nval/b.mp4,rain|snow\n",
            "line 3 has 'rain|snow' for a label: labels of a clip",
        ),
        ('path,labels\nval/a.mp4,"rain,snow"\n', "parted by ';', not by ',', and no row has several"),
        ("path,labels\nval/a.mp4,0 3;4\n", "line 2 does not part its labels by ';': '0 3'"),
        (
            "path,labels\nval/a.mp4,rain,snow\n",
            "line 2 has more cells than the header has columns, 'snow' is beyond",
        ),
        (
            "path;labels\nval/a.mp4;rain;snow;fog\n",
            "line 2 has more cells than the header has columns, 'snow;fog' is",
        ),
        (
            "path,labels\nval/a.mp4,rain;snow\nval/a.mp4,fog\n",
            "has clip val/a twice, as 'rain;snow' and as 'fog': write all its labels into one row",
        ),
        (
            "path,labels\nval/a.mp4,rain\nval/a.mp4,snow\n",
            "has clip val/a twice, as 'rain' and as 'snow': write all its labels into one row",
        ),
        ("path,start,labels\nval/a.mp4,3,rain;snow\n", "lists parts of videos (column start)"),
        ("path,labels\n", "lists no clips"),
    ],
)
def test_a_bad_table_is_refused_in_a_line(text: str, said: str, tmp_path: Path) -> None:
    check_refused(lay_out(tmp_path, text), said)


def test_a_comma_may_be_part_of_a_label_where_semicolons_part_them(tmp_path: Path) -> None:
    text = 'path,labels\n"val/a,b.mp4","child speech, kid speaking;rain"\n"val/two words.mp4","sad, slow"\n'
    found = read_kinetics(lay_out(tmp_path, text))
    assert [clip.labels for clip in found.clips] == [("child speech, kid speaking", "rain"), ("sad, slow",)]
