"""`vidcompress report`: the page of run files, without measuring anything."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from pytest_vidcompress.console import main
from tests.present.shortlist.runs import result, written

BEFORE = Path(__file__).parents[2] / "benchmarks" / "paper_tables" / "videomae.json"


def test_a_page_of_one_run_names_its_variants(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run, page = (
        written(tmp_path / "run.json", result("fp16", 12), result("fuse", 11)),
        tmp_path / "new" / "p.html",
    )
    assert main(["report", str(run), "-o", str(page)]) == 0
    text = page.read_text()
    assert text.startswith("<!doctype html>")
    assert "fp16" in text
    assert "fuse" in text
    assert capsys.readouterr().out == ""


def test_several_runs_stand_side_by_side_by_the_names_of_their_files(tmp_path: Path) -> None:
    runs = [written(tmp_path / f"{name}.json", result("fp16", 12)) for name in ("before", "after")]
    page = tmp_path / "page.html"
    assert main(["report", *map(str, runs), str(BEFORE), "-o", str(page)]) == 0
    text = page.read_text()
    assert all(name in text for name in ("before.json", "after.json", "videomae.json"))


def test_a_run_comes_in_and_its_page_goes_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    content = written(tmp_path / "run.json", result("fp16", 12)).read_bytes()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert main(["report", "-", "-o", "-"]) == 0
    assert capsys.readouterr().out.startswith("<!doctype html>")
    assert main(["report", "-", "-", "-o", "-"]) == 2
    assert "- is given twice" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("<html>", "is no run file: it is no JSON"),
        (json.dumps({"schema": 9}), "its schema is 9, and this version reads 2 and before"),
        (json.dumps({"schema": 1, "clip_set": "pocket", "variants": {}}), "is no run file: it:"),
        ("[]\u202e", "is no run file: it is no JSON"),
    ],
)
def test_what_is_no_run_file_is_refused_in_a_line_and_no_page_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, said: str
) -> None:
    good, bad = written(tmp_path / "run.json", result("fp16", 12)), tmp_path / "bad.json"
    bad.write_text(content)
    assert main(["report", str(good), str(bad), "-o", str(tmp_path / "page.html")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
    assert "bad.json" in line
    assert not (tmp_path / "page.html").exists()


def test_a_page_that_cannot_be_written_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = written(tmp_path / "run.json", result("fp16", 12))
    assert main(["report", str(run), "-o", str(run / "page.html")]) == 2
    assert "page.html cannot be written (" in capsys.readouterr().err
