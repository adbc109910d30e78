from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from pytest_vidcompress.clips.clip import Clip
from pytest_vidcompress.clips.faults import Fault, Skipped
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.gate.verdict import Result
from pytest_vidcompress.measure.machine import machine
from pytest_vidcompress.present.formats.run_facts import RunFacts
from pytest_vidcompress.present.outcome import Outcome
from pytest_vidcompress.present.report_files import write_reports
from tests.gate.reports import report

SKIPPED = (Skipped(Clip("a", "zumba", Path("v/a.mp4")), "cut off", Fault.TRUNCATED),)


def test_a_page_and_numbers_in_a_folder_that_was_not_there(tmp_path: Path) -> None:
    page, numbers = tmp_path / "new" / "page.html", tmp_path / "run.JSON"
    write_reports([page, numbers], Outcome([Result(report(name="fp16"))]))
    assert page.read_text().startswith("<!doctype html>")
    (measured,) = json.loads(numbers.read_text())["measurements"]
    assert measured["name"] == "fp16"


def test_a_comment_decodes_no_pictures(tmp_path: Path) -> None:
    made = list[str]()

    def pictures() -> dict[str, list[str]]:
        made.append("once")
        return {}

    facts = RunFacts("trained", "pocket", 32, lambda _: machine("torch2.13"), pictures=pictures)
    write_reports([tmp_path / "comment.md"], Outcome(facts=facts))
    assert made == []
    write_reports(
        [tmp_path / "run.json", tmp_path / "page.html", tmp_path / "comment.md"], Outcome(facts=facts)
    )
    assert made == ["once"]


def test_the_list_of_skipped_clips_is_of_the_last_run(tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    write_reports([file], Outcome(skipped=SKIPPED))
    (row,) = csv.DictReader((tmp_path / "run.skipped.csv").read_text().splitlines())
    assert (row["id"], row["kind"]) == ("a", "truncated")
    write_reports([file], Outcome())
    assert not (tmp_path / "run.skipped.csv").exists()


@pytest.mark.parametrize(("name", "option"), [("x.html", "--vc-report"), ("x.json", "--vc-json")])
def test_what_cannot_be_written_is_said_in_a_line(tmp_path: Path, name: str, option: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(VidcompressError, match=f"^{option}=.*{name} cannot be written") as refused:
        write_reports([tmp_path / "file" / name], Outcome())
    assert "\n" not in str(refused.value)
