from __future__ import annotations

from dataclasses import replace

from pytest_vidcompress.present.formats.junit import note, properties
from pytest_vidcompress.present.wording import sentence
from tests.gate.reports import report
from tests.present.verdicts import BUDGET, EVERY, LATENCY, MACS, SIZE


def test_one_a_verdict_and_one_for_the_variant() -> None:
    named = properties(report(), EVERY)
    assert next(iter(named)) == "vidcompress.int8-dynamic"
    assert named["vidcompress.int8-dynamic"] == "failed"
    assert named["vidcompress.int8-dynamic.latency_ratio"] == sentence(LATENCY)
    assert named["vidcompress.int8-dynamic.size_ratio.budget"] == sentence(BUDGET)
    assert len(named) == 1 + len(EVERY)
    assert properties(report(), ()) == {}


def test_names_and_reasons_are_text_that_xml_has_words_for() -> None:
    named = properties(report(name="a\x1b\n"), [replace(LATENCY, evidence="died\x00 of\udcff")])
    assert list(named) == [r"vidcompress.a\x1b\n", r"vidcompress.a\x1b\n.latency_ratio"]
    assert r"evidence died\x00 of\udcff" in named[r"vidcompress.a\x1b\n.latency_ratio"]


def test_a_later_check_takes_the_place_of_an_earlier_one() -> None:
    known: list[tuple[str, object]] = [("mine", 1)]
    note(known, report(name="prune:amount=0"), [SIZE])
    note(known, report(name="prune:amount=0.2"), [MACS])
    note(known, report(name="prune:amount=0"), [MACS])
    assert dict(known)["vidcompress.prune:amount=0"] == "passed"
    assert [name for name, _ in known] == [
        "mine",
        "vidcompress.prune:amount=0.size_bytes",
        "vidcompress.prune:amount=0.2",
        "vidcompress.prune:amount=0.2.macs",
        "vidcompress.prune:amount=0",
        "vidcompress.prune:amount=0.macs",
    ]
