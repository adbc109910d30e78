"""Where no terminal shows a bar, lines say what must be known, and now and then how far it is."""

import io

import pytest

from pytest_vidcompress.present.terminal.progress.notice import Notice


def test_some_of_it_is_a_line_once():
    file = io.StringIO()
    notice = Notice(file, {"waiting": "it waits", "timing": "run: {}"})
    for what in (
        "decoding",
        "waiting for",
        "timing 3 cells",
        "timing 3 cells",
        "timing 4\ncells",
        "waiting for",
    ):
        notice(what, 1, 2)
    assert file.getvalue() == "\nit waits\n\nrun: timing 3 cells\n\nrun: timing 4\\ncells\n"


@pytest.fixture
def clock(monkeypatch):
    """A clock that is set."""
    now = [1000.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    return now


def test_what_takes_long_says_now_and_then_how_far_it_is(clock):
    file = io.StringIO()
    notice = Notice(file, {}, every_s=60)
    notice.pace.about = "test 2 of 9, fp16"
    for done in range(1, 1001):
        notice("clips", done, 1000)
        clock[0] += 1
    lines = file.getvalue().split("\n\n")
    assert len(lines) == 16
    assert lines[0] == "\nvidcompress: test 2 of 9, fp16: clips: 61 of 1,000, 1.0/s, 16 min left"


def test_what_was_just_said_is_not_said_again(clock):
    file = io.StringIO()
    notice = Notice(file, {"timing": "it is timed"}, every_s=60)
    clock[0] += 59
    notice("timing", 0, 0)
    clock[0] += 59
    notice("clips", 1, 0)
    assert file.getvalue() == "\nit is timed\n"
    clock[0] += 2
    notice("clips\n::error::x", 1, 0)
    assert file.getvalue().splitlines()[3:] == [r"vidcompress: clips\n::error::x"]


def test_soon_done_is_not_worth_a_word(clock):
    file = io.StringIO()
    notice = Notice(file, {}, every_s=60)
    for done in range(1, 50):
        notice("clips", done, 50)
        clock[0] += 1
    notice.end()
    assert file.getvalue() == ""
