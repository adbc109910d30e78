"""The bar that a terminal shows below pytest's line."""

import io
import re

from pytest_vidcompress.present.terminal.progress import BACK, BELOW, MAKE_ROOM, Notice, Progress

BAR = re.compile(re.escape(BELOW) + "[^\n]*?" + re.escape(BACK))


def test_nothing_for_what_is_done_soon():
    file = io.StringIO()
    progress = Progress(file, patience_s=60)
    for done in range(1, 4):
        progress("decoding clips", done, 3)
    assert file.getvalue() == ""


def test_a_bar_that_is_wiped():
    file = io.StringIO()
    progress = Progress(file, patience_s=0, every_s=0)
    for done in range(1, 4):
        progress("decoding clips", done, 3)
    bars = BAR.findall(file.getvalue())
    assert file.getvalue() == MAKE_ROOM + "".join(bars)
    assert "decoding clips:  33%" in bars[0]
    assert "1/3" in bars[0]
    assert "decoding clips:  67%" in bars[1]
    assert bars[2:] == [BELOW + BACK]
    assert all(len(bar) < 100 + len(BELOW + BACK) for bar in bars)


def test_a_new_bar_for_something_else():
    file = io.StringIO()
    progress = Progress(file, patience_s=0, every_s=0)
    progress("decoding clips", 1, 3)
    progress("running clips", 1, 3)
    first, second = BAR.findall(file.getvalue())
    assert "decoding clips:  33%" in first
    assert "running clips:  33%" in second


def test_what_cannot_be_counted_is_named_at_once_until_something_else_is_done():
    file = io.StringIO()
    progress = Progress(file, patience_s=60)
    progress("loading timesformer", 0, 0)
    progress("timing", 0, 0)
    progress.end()
    progress.end()
    assert BAR.findall(file.getvalue()) == [
        f"{BELOW}loading timesformer{BACK}",
        f"{BELOW}timing{BACK}",
        BELOW + BACK,
    ]


def test_what_it_is_for_stands_before_it():
    file = io.StringIO()
    progress = Progress(file, patience_s=0, every_s=0)
    progress.about = "test 3 of 19, fp16 of timesformer"
    progress("clips", 12, 48)
    progress("timing", 0, 0)
    counted, named = BAR.findall(file.getvalue())
    assert "test 3 of 19, fp16 of timesformer: clips:  25%|" in counted
    assert "| 12/48 [" in counted
    assert named == f"{BELOW}test 3 of 19, fp16 of timesformer: timing{BACK}"


def test_no_name_breaks_the_line():
    file = io.StringIO()
    progress = Progress(file, patience_s=0, every_s=0)
    progress.about = "a\n::error::\x1b[31m" * 20
    for total in (3, 0):
        progress("clips", 1, total)
    for bar in BAR.findall(file.getvalue()):
        shown = bar.removeprefix(BELOW).removesuffix(BACK)
        assert shown.isprintable()
        assert len(shown) < 100
    assert "1/3" in file.getvalue()


def test_where_no_terminal_shows_it_some_of_it_is_a_line_once():
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


def test_what_changes_behind_the_semicolon_is_of_the_same_bar(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    file = io.StringIO()
    progress = Progress(file, patience_s=0, every_s=0)
    for done, loss in ((40, "2.1"), (50, "1.3")):
        progress(f"training by distil; loss {loss}", done, 100)
        now[0] += 60.0
    _, second = BAR.findall(file.getvalue())
    assert "training by distil; loss 1.3:  50%" in second
    # Ten steps in a minute: fifty more take five, however many an earlier run had done.
    assert "[01:00<05:00]" in second
