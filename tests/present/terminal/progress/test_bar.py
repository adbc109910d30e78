"""The bar that a terminal shows below pytest's line."""

import io
import re

from pytest_vidcompress.present.terminal.progress.bar import BACK, BELOW, MAKE_ROOM, Bar
from pytest_vidcompress.present.terminal.progress.output import PLAIN, cells

BAR = re.compile(re.escape(BELOW) + "[^\n]*?" + re.escape(BACK))


def test_nothing_for_what_is_done_soon():
    file = io.StringIO()
    bar = Bar(file, patience_s=60)
    for done in range(1, 4):
        bar("decoding clips", done, 3)
    assert file.getvalue() == ""


def test_a_bar_that_is_wiped():
    file = io.StringIO()
    bar = Bar(file, patience_s=0, every_s=0)
    for done in range(1, 4):
        bar("decoding clips", done, 3)
    bars = BAR.findall(file.getvalue())
    assert file.getvalue() == MAKE_ROOM + "".join(bars)
    assert "decoding clips:  33%" in bars[0]
    assert "1/3" in bars[0]
    assert "decoding clips:  67%" in bars[1]
    assert bars[2:] == [BELOW + BACK]
    assert all(len(bar) < 100 + len(BELOW + BACK) for bar in bars)


def test_while_others_write_nothing_is_drawn():
    file = io.StringIO()
    bar = Bar(file, patience_s=0, every_s=0)
    bar.pace.is_told = False
    bar("loading", 0, 0)
    bar("clips", 1, 3)
    bar.end()
    assert file.getvalue() == ""


def test_a_new_bar_for_something_else():
    file = io.StringIO()
    bar = Bar(file, patience_s=0, every_s=0)
    bar("decoding clips", 1, 3)
    bar("running clips", 1, 3)
    first, second = BAR.findall(file.getvalue())
    assert "decoding clips:  33%" in first
    assert "running clips:  33%" in second


def test_what_cannot_be_counted_is_named_at_once_until_something_else_is_done():
    file = io.StringIO()
    bar = Bar(file, patience_s=60)
    bar("loading timesformer", 0, 0)
    bar("timing", 0, 0)
    bar.end()
    bar.end()
    assert BAR.findall(file.getvalue()) == [
        f"{BELOW}loading timesformer{BACK}",
        f"{BELOW}timing{BACK}",
        BELOW + BACK,
    ]


def test_what_it_is_for_stands_before_it():
    file = io.StringIO()
    bar = Bar(file, patience_s=0, every_s=0)
    bar.pace.about = "test 3 of 19, fp16 of timesformer"
    bar("clips", 12, 48)
    bar("timing", 0, 0)
    counted, named = BAR.findall(file.getvalue())
    assert "test 3 of 19, fp16 of timesformer: clips:  25%|" in counted
    assert "| 12/48 [" in counted
    assert named == f"{BELOW}test 3 of 19, fp16 of timesformer: timing{BACK}"


def test_no_name_breaks_the_line():
    file = io.StringIO()
    bar = Bar(file, patience_s=0, every_s=0)
    bar.pace.about = "a\n::error::\x1b[31m" * 20
    for total in (3, 0):
        bar("clips", 1, total)
    for bar in BAR.findall(file.getvalue()):
        shown = bar.removeprefix(BELOW).removesuffix(BACK)
        assert shown.isprintable()
        assert len(shown) < 100
    assert "1/3" in file.getvalue()


def test_what_changes_behind_the_semicolon_is_of_the_same_bar(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    file = io.StringIO()
    bar = Bar(file, patience_s=0, every_s=0)
    for done, loss in ((40, "2.1"), (50, "1.3")):
        bar(f"training by distil; loss {loss}", done, 100)
        now[0] += 60.0
    _, second = BAR.findall(file.getvalue())
    assert "training by distil; loss 1.3:  50%" in second
    # Ten steps in a minute: fifty more take five, however many an earlier run had done.
    assert "[01:00<05:00, 6.0 s each]" in second


def test_its_rate_is_of_this_run(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    file = io.StringIO()
    bar = Bar(file, patience_s=0, every_s=0)
    for done in (100, 180):
        bar("clips", done, 500)
        now[0] += 10.0
    first, second = BAR.findall(file.getvalue())
    assert "100/500 [00:00<?]" in first
    assert "180/500 [00:10<00:40, 8.0/s]" in second


class Latin(io.StringIO):
    encoding = "iso-8859-1"


def test_a_terminal_without_blocks_gets_a_bar_of_what_it_has():
    file = Latin()
    bar = Bar(file, patience_s=0, every_s=0)
    bar.pace.about = "test of 視頻"
    bar("clips", 1, 2)
    (shown,) = BAR.findall(file.getvalue())
    assert shown.encode("iso-8859-1")
    assert set(re.search(r"\|(.*)\|", shown)[1]) <= set(PLAIN)
    assert r"\u8996" in shown


def test_wide_characters_do_not_break_the_line():
    file = io.StringIO()
    bar = Bar(file, patience_s=0, every_s=0)
    bar.pace.about = "視" * 90
    for total in (3, 0):
        bar("clips", 1, total)
    shown = [each.removeprefix(BELOW).removesuffix(BACK) for each in BAR.findall(file.getvalue())]
    assert len(shown) == 2
    assert all(90 < cells(each) < 100 for each in shown)
