"""Budgets, and what was found to meet them; what the blocks of a model are worth."""

from __future__ import annotations

from pytest_vidcompress.present.variants.sensitivity_lines import sensitivity_lines, sensitivity_rows
from pytest_vidcompress.present.variants.target_lines import target_lines
from pytest_vidcompress.present.variants.variant_notes import FoundRecipe
from pytest_vidcompress.present.width import WIDTH
from tests.run.target.sensitivities import sensitivity


def test_what_was_chosen_can_be_copied() -> None:
    assert target_lines([]) == []
    found = FoundRecipe("videomae", "latency", 0.5, "shrink:mlp=0.41,heads=0.2", 0.5123, 12)
    assert target_lines([found]) == [
        "targets, as shares of the reference's:",
        "  latency 0.5 of videomae: 0.512 by shrink:mlp=0.41,heads=0.2, found by 12 trials",
        "    --vc-variant='shrink:mlp=0.41,heads=0.2'",
    ]


def test_what_it_costs_and_what_could_not_be_tried_stand_below() -> None:
    reason = "int8-static: runtime 'openvino' cannot run here: pip install 'pytest-vidcompress[openvino]'"
    found = FoundRecipe("videomae", "latency", 0.5, "fuse", 0.2713, 4, 0.96875, 32, True, (reason,))
    lines = target_lines([found])
    assert lines[3:5] == [
        "    meets it with room, 0.27 of 0.5",
        "    31 of 32 clips outside the test answered as the reference does",
    ]
    assert " ".join(map(str.strip, lines[5:])) == f"left out is {reason}"
    assert max(map(len, lines)) <= WIDTH


def test_a_row_a_part_and_the_totals_below() -> None:
    rows = sensitivity_rows(sensitivity(mlp=0.125, heads=0.25, blocks=(1, 2)))
    assert rows[0] == ["0", "mlp", "0.125", "90.0", "16.0", "16.0"]
    assert rows[-3:] == [
        ["all", "mlp", "0.25", "", "32.0", "32.0"],
        ["all", "heads", "0.5", "", "16.0", "16.0"],
        ["all", "block", "3", "", "48.0", "48.0"],
    ]


def test_it_fits_the_terminal() -> None:
    lines = sensitivity_lines(sensitivity(blocks=(0.123456,) * 12))
    assert max(map(len, lines)) <= WIDTH
    assert len(lines) > 40
