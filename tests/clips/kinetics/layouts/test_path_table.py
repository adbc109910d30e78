from __future__ import annotations

from pathlib import Path

import pytest

from pytest_vidcompress.clips.kinetics.read import read_kinetics
from tests.clips.kinetics.layouts.own_tables import VIDEOS, check_refused, lay_out

PAIRS = [("a,b", "massaging person's head"), ("two words", "arm wrestling")]


@pytest.mark.parametrize(
    "text",
    [
        'path,label\n"a,b.mp4","massaging person\'s head"\ntwo words.mp4,arm wrestling\n',
        '\ufeffpath,label\r\n"a,b.mp4",massaging_persons_head\r\ntwo words.mp4,arm_wrestling\r\n',
        'label;fps;path\n"massaging person\'s head";25;a,b.mp4\n\narm wrestling;30;two words.mp4\n',
        "Label\tVideo_Path\nmassaging person's head\tval/a,b.mp4\narm wrestling\tval/two words.mp4\n",
        '"filename", "class"\n"a,b.mp4", "Massaging Persons Head"\n"two words.mp4", "Arm Wrestling"\n',
        'path,label\n"val/a,b.mp4",196\n"val/two words.mp4",6\n',
        'path,label_id,label\n"a,b.mp4",1,"massaging person\'s head"\ntwo words.mp4,2,arm wrestling\n',
        'path,label\n"/gone/val/a,b.mp4",massaging persons head\n/gone/val/two words.mp4,arm wrestling\n',
    ],
)
def test_columns_are_found_by_name_and_quotes_are_taken_off(text: str, tmp_path: Path) -> None:
    found = read_kinetics(lay_out(tmp_path, text))
    assert [(clip.path.stem, clip.label) for clip in found.clips] == PAIRS
    assert [clip.path.relative_to(tmp_path).as_posix() for clip in found.clips] == [*VIDEOS]
    assert found.layout.startswith("CSV of paths and ")
    assert read_kinetics(tmp_path).clips == found.clips


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("path,label\na.mp4,\n", "line 2 has no label"),
        ("path,label\n\n,zumba\n", "line 3 has no path"),
        ("path,label\none.mp4\n", "line 2 has no label"),
        ("path,label\n", "lists no clips"),
        ("path,label\ngone.mp4,zumba\n", "none of the 1 clips"),
        ("path,length\na.mp4,3\n", "is no list of clips"),
        ("path,start,end,label\nval/a,b.mp4,0,10,run\n", "lists parts of videos (column start)"),
        ("path,label\ntwo words.mp4,0 3\n", "line 2 has several labels, '0 3'"),
        ('path,label\n"two words.mp4","1,2"\n', "line 2 has several labels, '1,2'"),
        ('path,label\n"a.mp4,zumba\n' + "x" * 200_000, "line 3: field larger"),
    ],
)
def test_a_bad_table_is_refused_in_a_line(text: str, said: str, tmp_path: Path) -> None:
    check_refused(lay_out(tmp_path, text), said)
