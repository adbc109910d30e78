from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_vidcompress.gate.baseline.stored import Stored
from pytest_vidcompress.gate.baseline.unused import probably_was, unused
from tests.gate.reports import changed, report

NOW = report()
STORED = Stored.of(NOW)


def test_unused() -> None:
    stored = STORED
    existing = {
        "used": stored,
        "gone": replace(stored, test="gone.py::t"),
        "unmeasured": replace(stored, test="run.py::t"),
        "elsewhere": replace(stored, test="other.py::t"),
    }
    names = unused(existing, {"used"}, {"run.py"}, lambda file: file != "gone.py")
    assert names == ("gone", "unmeasured")


RENAMED = changed(
    NOW, name="benchmarks/test_variants.py::test_new_name", test="benchmarks/test_variants.py::test_new_name"
)
OLD = "benchmarks/test_variants.py::test_variant_holds"


def test_a_renamed_test_is_recognised_by_its_file_and_its_numbers() -> None:
    assert probably_was(RENAMED, {OLD: STORED}, {RENAMED.name}) == OLD


@pytest.mark.parametrize(
    "change",
    [
        {"size_bytes": 3_000_001},
        {"sparsity": 0.3},
        {"macs": None},
        {"outcomes": (False,) * 100},
        {"test": "benchmarks/test_others.py::test_new_name"},
        {"clip_ids": tuple(f"other{place}" for place in range(100))},
    ],
)
def test_with_other_numbers_or_in_another_file_it_is_another(change: dict[str, object]) -> None:
    assert probably_was(changed(RENAMED, **change), {OLD: STORED}, ()) == ""


def test_what_is_used_or_stands_twice_is_nobodys_old_name() -> None:
    assert probably_was(RENAMED, {OLD: STORED}, {OLD}) == ""
    assert probably_was(RENAMED, {OLD: STORED, f"{OLD}#2": STORED}, ()) == ""
    assert probably_was(RENAMED, {RENAMED.name: STORED, OLD: STORED}, ()) == ""


def test_a_recipe_is_not_a_renamed_test() -> None:
    assert probably_was(changed(RENAMED, name="fp16"), {OLD: STORED}, ()) == ""
    assert probably_was(RENAMED, {"fp16": STORED}, ()) == ""
