"""`vidcompress choose`, on run files that were made without measuring."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from pytest_vidcompress.console import main
from pytest_vidcompress.console.choose import command
from pytest_vidcompress.gate.shortlist import Candidate
from tests.present.shortlist.runs import result, written

LONG = (
    "fuse+merge-tokens:keep=0.5,every=2+shrink:mlp=0.5,width=0.125+finetune:steps=2000+int8-static@openvino"
)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return written(
        tmp_path / "run.json",
        result("fuse+int8-static", 12, 1.57, -1),
        result("int8-dynamic", 29.5, 1.59),
        result("fp16", 31, 2.47),
        result("prune-global:amount=0.8", 45, 4.5, 40),
        result("bf16", None, 2.0),
        result(LONG, 12.5, 0.4, 2),
    )


LIMITS = ("--max-ms=30", "--max-mb=2", "--max-drop=3%")


def test_it_shows_what_fits_why_the_rest_does_not_and_what_makes_the_first(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["choose", str(run), *LIMITS]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == (
        "amd-epyc-avx512-2t: 3 of 6 variants within --max-ms=30 --max-mb=2 --max-drop=3%, by time"
    )
    assert lines[1].split() == ["variant", "time", "ms", "size", "MB", "points", "lost", "in", "its", "run"]
    rows = [line.split()[0] for line in lines[3:6]]
    assert rows[0] == "fuse+int8-static"
    assert "…" in rows[1]
    assert rows[2] == "int8-dynamic"
    assert "29.5~ [28.0, 31.0]" in lines[5]
    assert "12.0 [11.4, 12.6]" in lines[3]
    assert "-1.00 [" in lines[3]
    where = lines.index("fell out:")
    assert lines[where + 1] == "  fp16: size 2.47 MB > 2; time 31.0~ ms [29.4, 32.6] > 30"
    assert (
        lines[where + 2]
        == "  prune-global:amount=0.8: 40.0 points lost > 3; size 4.50 MB > 2; time 45.0 ms > 30"
    )
    assert lines[where + 3] == "  bf16: time not measured"
    assert lines[-2:] == ["make the first:", "  vidcompress compress timesformer fuse+int8-static OUT"]
    assert max(map(len, lines)) <= 100


def test_none_that_fits_ends_with_1_and_the_limit_that_is_nearest(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["choose", str(run), "--max-ms=10", "--max-mb=2"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "amd-epyc-avx512-2t: none of 6 variants within --max-ms=10 --max-mb=2"
    assert lines[-1] == "nothing fits; the nearest is fuse+int8-static, with --max-ms=12.1"
    assert main(["choose", str(run), "--max-ms=12.1", "--max-mb=2"]) == 0


def test_machines_are_shown_apart_and_no_time_is_taken_from_another(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = written(
        tmp_path / "other.json", result("fp16", 8, 2.47), result("bf16", None, 2.0), cpu="Intel Xeon"
    )
    assert main(["choose", str(run), str(other), "--max-ms=10", "--json"]) == 0
    first, second = json.loads(capsys.readouterr().out)["machines"]
    assert (first["machine"], first["fits"], first["command"]) == ("amd-epyc-avx512-2t", [], None)
    assert first["nearest"] == {
        "name": "fuse+int8-static",
        "model": "timesformer",
        "with": ["--max-ms=12.1"],
    }
    assert (second["machine"], [each["name"] for each in second["fits"]]) == (
        "intel-xeon-avx512-2t",
        ["fp16"],
    )
    assert second["fits"][0]["time_interval"] == pytest.approx([0.0076, 0.0084])
    assert [(each["name"], each["breaks"]) for each in second["out"]] == [("bf16", ["time"])]
    assert second["command"] == "vidcompress compress timesformer fp16 OUT"


def test_the_command_repeats_what_the_variant_was_made_with(tmp_path: Path) -> None:
    made_with = (("calibration", "8"), ("clips", "/data/k 400"), ("weights", "random"))
    found = Candidate("timesformer", "x", "here", {}, recipe="prune-global:amount=0.4", made_with=made_with)
    assert shlex.split(command(found))[2:] == [
        *("timesformer", "prune-global:amount=0.4", "OUT"),
        *("--weights=random", "--clips=/data/k 400", "--calibration=8"),
    ]
    own = Candidate("mine", "test_it", "here", {}, made_with=made_with, test="test_a.py::test_it")
    assert command(own) == "no command makes it: test_a.py::test_it did, by itself"
    before = Candidate("timesformer", "fuse+int8-static@torch", "here", {})
    assert command(before) == "vidcompress compress timesformer fuse+int8-static@torch OUT"


def test_a_hostile_name_is_shown_escaped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = "a\x1b[31m\n::error::x\u202e"
    run = written(tmp_path / "run.json", result(name, 12), result("שלום", 13))
    assert main(["choose", str(run), "--max-ms=30"]) == 0
    said = capsys.readouterr().out
    assert said.replace("\n", "").isprintable()
    assert r"a\x1b[31m" in said
    assert "שלום" in said


def test_bad_files_are_named_a_line_each_and_nothing_is_chosen_without_them(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "page.json").write_text("<html>")
    assert (
        main(["choose", str(run), str(tmp_path / "page.json"), str(tmp_path / "none.json"), "--max-ms=1"])
        == 2
    )
    out, err = capsys.readouterr()
    assert out == ""
    first, second = err.splitlines()
    assert "page.json is no run file: it is no JSON" in first
    assert "none.json cannot be read" in second
    assert main(["choose", str(run)]) == 2
    assert "no limit: give one of --max-ms" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["choose", str(run), "--max-drop=3"])
    assert "expected a share from 0 to 1" in capsys.readouterr().err
