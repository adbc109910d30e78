from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.gate.verdict import Result
from pytest_vidcompress.present.formats.run_file import read_run_file
from tests.gate.reports import report
from tests.present.formats.run_files import content_of

BEFORE = Path(__file__).parents[3] / "benchmarks" / "paper_tables" / "videomae.json"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.json"


def test_what_was_written_is_read(path: Path) -> None:
    path.write_text(content_of(Result(report())))
    assert read_run_file(path) == json.loads(path.read_text())


def test_a_list_of_measurements_is_a_run_of_which_nothing_else_is_known(path: Path) -> None:
    found = read_run_file(BEFORE)
    before = json.loads(BEFORE.read_text())
    assert found["run"] == {"closing": "", "about": "", "complaints": []}
    assert [each["name"] for each in found["measurements"]] == [each["name"] for each in before]
    (entry,) = json.loads(content_of(Result(report(recipe="fp16"))))["measurements"]
    path.write_text(json.dumps([{"schema": 1, **entry}]))
    assert read_run_file(path)["measurements"] == [entry]


def _with(key: str, value: Any) -> str:
    document = json.loads(content_of(Result(report()), Result(report())))
    document["measurements"][1][key] = value
    return json.dumps(document)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "it is no JSON"),
        ('[{"name": NaN}]', "NaN, which is no number of JSON"),
        ('{"benchmarks": []}', "it: schema is missing"),
        ('"text"', "it: expected an object"),
        ("[1]", "entry 0: expected an object"),
        ('[{"name": "fp16"}]', "measurements[0]: model is missing"),
        (_with("latency", "30 ms"), "measurements[1].latency: expected type number or null"),
        (_with("latency", -1), "measurements[1].latency: expected minimum 0"),
        (_with("latency_interval", [1]), "measurements[1].latency_interval: expected minItems 2"),
        (_with("verdict_top1", "green"), "measurements[1].verdict_top1: expected enum failed or"),
        (_with("made_with", []), "measurements[1].made_with: expected type object"),
        ('{"schema": true}', "schema: expected a whole number"),
        ('{"schema": 3}', "its schema is 3, and this version reads 2 and before: update"),
        ('[{"schema": 3}]', "its schema is 3, and this version reads 2 and before: update"),
    ],
)
def test_what_is_no_run_file_is_refused_in_a_line(path: Path, content: str, said: str) -> None:
    path.write_text(content)
    with pytest.raises(VidcompressError) as refused:
        read_run_file(path)
    text = str(refused.value)
    assert said in text
    assert text.startswith(str(path))
    assert "\n" not in text


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VidcompressError, match="cannot be read \\(No such file"):
        read_run_file(tmp_path / "none.json")
