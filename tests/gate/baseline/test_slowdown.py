from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_vidcompress.gate.baseline.files import read, write
from pytest_vidcompress.gate.baseline.json_shape import stored_document, stored_entries
from pytest_vidcompress.gate.baseline.slowdown import OtherBaseline, accept_slowdowns
from pytest_vidcompress.gate.baseline.store import Store
from pytest_vidcompress.gate.baseline.stored import Slowdown, Stored
from pytest_vidcompress.gate.judge import judge
from pytest_vidcompress.gate.verdict import Status, Verdict
from pytest_vidcompress.measure.report import Report
from pytest_vidcompress.untrusted import Malformed
from tests.gate.reports import confirmation, report

MAIN = "0123456789abcdef0123456789abcdef01234567"
LATER = "fedcba9876543210fedcba9876543210fedcba98"


def slower(by: float = 1.3) -> Report:
    """Of a variant that takes so many times as long as the other commit's."""
    return report(against=confirmation(math.log(by), turns=40))


def store(folder: Path, commit: str = MAIN, content: bytes | None = b"") -> Store:
    other = OtherBaseline(commit, lambda _: content)
    return Store(folder, "pocket", "timesformer", "trained", "machine", {"cpu": "x"}, other=other)


def latency(of: Store, now: Report) -> Verdict:
    (verdict,) = [v for v in judge(now, of.baseline(now.name), against="main") if v.metric == "latency_ratio"]
    return verdict


def test_what_was_accepted_and_committed_is_not_red_again(tmp_path: Path) -> None:
    now = slower()
    assert latency(store(tmp_path), now).status is Status.FAILED
    changes = store(tmp_path).save("accept", [now])
    assert [str(change).partition(" 1.")[0] for change in changes if change.metric == "slowdown"] == [
        "int8-dynamic: slowdown 0123456789ab"
    ]
    verdict = latency(store(tmp_path), now)
    assert verdict.status is Status.PASSED
    assert "of main's build that were accepted plus 5%" in verdict.reason
    # Not more than that.
    assert latency(store(tmp_path), slower(2.0)).status is Status.FAILED


def test_it_is_allowed_beside_every_commit_that_lacks_it_and_beside_none_that_has_it(tmp_path: Path) -> None:
    now = slower()
    store(tmp_path).save("accept", [now])
    merged = store(tmp_path).path.read_bytes()
    assert latency(store(tmp_path, LATER), now).status is Status.PASSED
    assert latency(store(tmp_path, LATER, merged), now).status is Status.FAILED
    assert latency(store(tmp_path, LATER, b"<<<<"), now).status is Status.PASSED


def test_outside_the_repository_it_is_allowed_beside_the_very_commit_alone(tmp_path: Path) -> None:
    now = slower()
    store(tmp_path).save("accept", [now])
    assert latency(store(tmp_path, MAIN, None), now).status is Status.PASSED
    assert latency(store(tmp_path, LATER, None), now).status is Status.FAILED


@pytest.mark.parametrize("now", [slower(1.02), slower(0.5), report()])
def test_what_is_no_slowdown_needs_no_acceptance(now: Report) -> None:
    entries = {now.name: Stored.of(now)}
    assert accept_slowdowns(entries, [now], MAIN, 0.05) == (entries, ())


def test_create_and_tighten_accept_nothing(tmp_path: Path) -> None:
    for mode in ("create", "tighten"):
        store(tmp_path).save(mode, [slower()])
        assert store(tmp_path).entries["int8-dynamic"].slowdown is None


def test_it_is_a_line_of_the_baseline(tmp_path: Path) -> None:
    stored = replace(Stored.of(report()), slowdown=Slowdown("0123abcd", 1.25))
    write(tmp_path / "x.json", {"a": stored}, clip_set="pocket", model="m")
    assert read(tmp_path / "x.json") == {"a": stored}
    assert json.loads((tmp_path / "x.json").read_text())["variants"]["a"]["slowdown"] == "0123abcd 1.25"


@pytest.mark.parametrize("line", ["0123", "main 1.2", "0123 fast", "0123 0", "0123 nan", "0123 1 2", 3])
def test_a_line_that_is_none_is_refused(line: object) -> None:
    document = stored_document({"a": Stored.of(report())})
    document["variants"]["a"]["slowdown"] = line
    with pytest.raises(Malformed, match="slowdown"):
        stored_entries(document)
