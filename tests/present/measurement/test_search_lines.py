"""The terminal's table of what embeddings find."""

from pytest_vidcompress.gate.verdict import Result
from pytest_vidcompress.present.measurement.search_lines import search_lines
from tests.gate.reports import report, searching


def test_a_row_a_variant_below_its_reference() -> None:
    searched = searching(report(), (1.0,) * 80 + (0.0,) * 20)
    lines = search_lines([Result(searched), Result(report(name="fp16"))])
    table = lines[-4:]
    assert table[0].split() == [
        *("variant", "R@1", "R@10", "mAP", "agree@10", "it", "asks", "it", "answers", "B"),
    ]
    assert table[2].split() == ["reference", "100.0", "100.0", "100.0", "-", "-", "-", "512"]
    assert table[3].split() == [
        *("int8-dynamic", "80.0", "(-20.0)", "80.0", "80.0", "80.0", "80.0", "80.0", "512"),
    ]
    assert all(len(line) <= 100 for line in lines)


def test_where_nobody_searched_there_is_no_table() -> None:
    assert search_lines([Result(report())]) == []
