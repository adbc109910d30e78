from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

from pytest_vidcompress.clips.clip import Clip
from pytest_vidcompress.clips.faults import Fault, Skipped
from pytest_vidcompress.present.terminal.skipped_lines import (
    COLUMNS,
    skipped_csv,
    skipped_file,
    skipped_lines,
)

SKIPPED = [
    Skipped(
        Clip(f"-c{k}", 'tying knot (not on a tie), "quoted"', Path(f"a b/-c{k}.mp4")),
        "cut off",
        Fault.TRUNCATED,
    )
    for k in range(7)
]


def test_some_by_name_and_the_rest_counted() -> None:
    lines = skipped_lines(SKIPPED, Path("out/page.html"))
    assert lines[0] == "clips that could not be used, in neither variant nor reference: 7 truncated"
    assert lines[1:6] == [f"  -c{k}: cut off" for k in range(5)]
    assert lines[6:] == ["  and 2 more", f"  all of them: {Path('out/page.skipped.csv')}"]
    assert skipped_lines([]) == []
    assert "--vc-report=FILE" in skipped_lines(SKIPPED)[-1]


def test_the_file_reads_back() -> None:
    rows = list(csv.DictReader(io.StringIO(skipped_csv(SKIPPED))))
    assert len(rows) == 7
    assert rows[0] == dict(
        zip(
            COLUMNS,
            ["-c0", SKIPPED[0].clip.label, "truncated", "cut off", str(SKIPPED[0].clip.path)],
            strict=True,
        )
    )
    assert skipped_csv([]) == ",".join(COLUMNS) + "\n"


def test_all_labels_of_a_clip_stand_in_one_cell() -> None:
    several = replace(SKIPPED[0], clip=Clip("a", "rain", Path("a.mp4"), others=("fog",)))
    (row,) = csv.DictReader(io.StringIO(skipped_csv([several])))
    assert row["label"] == "rain;fog"


def test_two_reports_have_two_files() -> None:
    assert skipped_file(Path("x/page.json")) == Path("x/page.skipped.csv")
    assert skipped_file(Path("x/run.1.html")) == Path("x/run.1.skipped.csv")
