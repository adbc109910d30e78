"""What several processes do, shown by one that has the terminal."""

import io
import re

import pytest

from pytest_vidcompress.present.terminal.progress.bar import BACK, BELOW, Bar
from pytest_vidcompress.present.terminal.progress.joined import Joined
from pytest_vidcompress.present.terminal.progress.notice import Notice
from pytest_vidcompress.present.terminal.progress.relay import Relay, plan

BAR = re.compile(re.escape(BELOW) + "[^\n]*?" + re.escape(BACK))


@pytest.fixture
def clock(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    return now


def test_how_many_tests_are_over_and_what_each_process_does(tmp_path, clock):
    file = io.StringIO()
    joined = Joined(tmp_path, lambda: Notice(file, {}, every_s=60))
    joined.look()
    plan(tmp_path, ["t.py::a", "t.py::b", "t.py::c", "t.py::d"])
    joined.look()
    for name, about in (("gw0", "b"), ("gw1", "c")):
        relay = Relay(tmp_path, name)
        relay.pace.about = f"test_{about}"
        relay("clips", 12, 48)
    joined.over("t.py::a")
    joined.over("t.py::plain")
    clock[0] += 60
    joined.look()
    said = "tests: 1 of 4, 1 min each, 3 min left; test_b: clips: 12 of 48; test_c: clips: 12 of 48"
    assert file.getvalue().strip() == f"vidcompress: {said}"


def test_who_is_done_says_nothing_and_a_name_breaks_no_line(tmp_path):
    file = io.StringIO()
    joined = Joined(tmp_path, lambda: Bar(file, 0, 0))
    first, second = Relay(tmp_path, "gw0"), Relay(tmp_path, "gw1")
    first("loading", 0, 0)
    second("loading", 0, 0)
    joined.look()
    assert BAR.findall(file.getvalue()) == [f"{BELOW}loading{BACK}"]
    file.seek(0)
    file.truncate()
    second("clips\n::error::\x1b[31m", 1, 3)
    first.end()
    joined.look()
    (shown,) = BAR.findall(file.getvalue())
    assert "loading" not in shown
    assert r"clips\n::error::\x1b[31m: 1 of 3" in shown
    joined.forget("gw1")
    joined.forget("gw7")
    joined.look()
    assert len(BAR.findall(file.getvalue())) == 1
    joined.end()
    assert BAR.findall(file.getvalue())[-1] == BELOW + BACK


def test_a_process_tells_at_most_so_often_and_every_beginning(tmp_path, clock):
    relay = Relay(tmp_path, "gw0", every_s=1)
    said = set()
    for done in range(10):
        relay("clips", done, 10)
        said.add((tmp_path / "gw0.now").read_text())
        clock[0] += 0.25
    assert len(said) == 3
    relay("timing", 0, 0)
    assert (tmp_path / "gw0.now").read_text() == "timing"


def test_without_files_nothing_is_shown_and_nothing_fails(tmp_path):
    joined = Joined(tmp_path / "gone", lambda: pytest.fail("there is nothing to show"))
    joined.look()
    Relay(tmp_path / "gone", "gw0")("clips", 1, 2)
    (tmp_path / "planned.json").write_text("[")
    Joined(tmp_path, lambda: pytest.fail("there is nothing to show")).look()
