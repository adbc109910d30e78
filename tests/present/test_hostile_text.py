"""Names and labels of somebody else are text wherever results are shown, and come out as they were."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from xml.etree import ElementTree

from hypothesis import given, settings

from pytest_vidcompress.gate.verdict import Result
from pytest_vidcompress.measure.report import Report
from pytest_vidcompress.present.formats.junit import properties
from pytest_vidcompress.present.markdown.step import Step
from pytest_vidcompress.present.markdown.step_summary import step_summary
from pytest_vidcompress.present.outcome import Outcome
from pytest_vidcompress.present.printable import printable
from pytest_vidcompress.present.terminal.summary import summary
from tests.present.formats.run_files import entries_of
from tests.present.hostile import HOSTILE
from tests.present.terminal.test_class_lines import by_class
from tests.present.verdicts import TOP1

LIMITS = settings(max_examples=60)


def named(name: str, label: str) -> Report:
    """A variant of this name that loses clips of a class with this label."""
    made = by_class(3, 8, {1: 8})
    labels = (made.identity.label_names[0], label, *made.identity.label_names[2:])
    return replace(
        made, identity=replace(made.identity, name=name, model=name, test=name, label_names=labels)
    )


def result(name: str, label: str) -> Result:
    return Result(named(name, label), (replace(TOP1, evidence=label),), name)


@LIMITS
@given(HOSTILE, HOSTILE)
def test_json_is_ascii_and_gives_back_what_went_in(name: str, label: str) -> None:
    (entry,) = entries_of(result(name, label))
    assert (entry["name"], entry["model"], entry["test"]) == (name, name, name)
    assert entry["classes"][0]["label"] == label
    assert label in {each["label"] for each in entry["flips"]}
    assert entry["verdicts"][0]["evidence"] == label
    assert json.dumps(entry).isascii()


@LIMITS
@given(HOSTILE, HOSTILE)
def test_junit_has_them_as_attributes_that_any_parser_reads(name: str, label: str) -> None:
    found = properties(named(name, label), (replace(TOP1, evidence=label),))
    suite = ElementTree.Element("testsuite")
    for key, value in found.items():
        ElementTree.SubElement(suite, "property", name=key, value=value)
    read = ElementTree.fromstring(ElementTree.tostring(suite))
    assert {each.get("name"): each.get("value") for each in read} == found
    assert f"vidcompress.{printable(name)}" in found
    assert all(text.isprintable() for each in found.items() for text in each)


@LIMITS
@given(HOSTILE, HOSTILE)
def test_the_step_summary_shows_them_and_nothing_of_them_is_markup(name: str, label: str) -> None:
    text = step_summary([made := result(name, label)], [made], Step())
    assert text.replace("\n", "").isprintable()
    assert not re.search(r"(?m)^\s*::|##\[", text)
    prose, fences = _apart(text)
    assert "<" not in re.sub(r"</?(details|summary)>", "", prose)
    for shown in (name, label):
        assert _squeezed(printable(shown)) in _squeezed(html.unescape(prose)), fences
    (row,) = [line for line in prose.splitlines() if line.startswith("| ") and "failed" in line]
    header = next(line for line in prose.splitlines() if line.startswith("| verdict"))
    assert row.count("|") == header.count("|")


@LIMITS
@given(HOSTILE, HOSTILE)
def test_the_terminal_shows_a_line_for_a_line_and_obeys_none_of_them(name: str, label: str) -> None:
    plain, hostile = (_lines(result(each, other)) for each, other in (("a", "b"), (name, label)))
    assert all(line.isprintable() for line in hostile)
    assert not any(re.match(r"\s*::|.*##\[", line) for line in hostile)
    assert len(hostile) >= len(plain) - 1
    first = _squeezed(printable(name))[:8]
    assert any(first in _squeezed(line) for line in hostile)


def _lines(made: Result) -> Sequence[str]:
    return [line.text for line in summary(Outcome([made]), (), 400)]


def _apart(text: str) -> tuple[str, list[str]]:
    """Prose, and what stands between fences."""
    parts = re.split(r"(?ms)^(`{3,})\w*\n.*?^\1$", text)
    return "".join(parts[::2]), parts[1::2]


def _squeezed(text: str) -> str:
    return "".join(text.split())
