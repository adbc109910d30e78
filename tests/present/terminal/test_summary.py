from __future__ import annotations

from pathlib import Path

from pytest_vidcompress.clips.clip import Clip
from pytest_vidcompress.clips.faults import Fault, Skipped
from pytest_vidcompress.gate.verdict import Result
from pytest_vidcompress.present.terminal.summary import summary
from pytest_vidcompress.run.ledger import Ledger
from tests.gate.reports import report
from tests.present.verdicts import LATENCY


def test_nothing_but_printable_text_is_printed() -> None:
    """Whatever stands in names and texts: a line is a line, and none is a command."""
    bad = "\x1b[31m\n::error title=x::y"
    clip = Skipped(Clip(f"c{bad}", bad, Path(f"v/{bad}.mp4")), bad, Fault.TRUNCATED)
    ledger = Ledger(
        results=[Result(report(name=bad, model=bad, notes=(bad,)), (LATENCY,), bad)],
        skipped={"c": clip},
        written=(bad,),
        unused=(bad,),
        lacking={"test": (bad, bad)},
    )
    lines = summary(ledger, 0, added=[[bad]], about=bad)
    assert all(line.text.isprintable() for line in lines)
    assert not [line for line in lines if line.text.lstrip().startswith("::")]
    assert sum("title=x::y" in line.text for line in lines) > 6
