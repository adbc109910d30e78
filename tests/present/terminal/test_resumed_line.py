"""What is said of predictions of an earlier run."""

from pytest_vidcompress.measure.resume.reuse import Reuse
from pytest_vidcompress.present.terminal.resumed_line import resumed

REFERENCE = Reuse("reference", "videomae", True, 412, 1000)


def test_what_was_there_of_what():
    reuse = [
        Reuse("int8-dynamic", "videomae", False, 88, 1000),
        Reuse("fp16", "videomae", False, 0, 1000),
        REFERENCE,
    ]
    assert " ".join(line.strip() for line in resumed(reuse)) == (
        "resumed: predictions of an earlier run: 412 of 1,000 of videomae reference, 88 of 1,000 of videomae"
        " int8-dynamic (--no-vc-resume computes all)"
    )


def test_lines_are_no_wider_than_the_tables():
    reuse = [REFERENCE, *(Reuse(f"prune-global:amount=0.{n}", "videomae", False, 5, 9) for n in range(1, 9))]
    lines = resumed(reuse)
    assert len(lines) > 3
    assert all(len(line) <= 100 for line in lines)
