from __future__ import annotations

import json

import pytest

from pytest_vidcompress.gate.budget import Budget
from pytest_vidcompress.gate.grid_choice import GridChoice
from pytest_vidcompress.measure.grid.cell import Arm, Cell
from pytest_vidcompress.measure.grid.grid import Row
from pytest_vidcompress.present.grid.grid_json import grid_json
from pytest_vidcompress.present.grid.grid_lines import grid_lines
from tests.measure.grid.grids import grid, row

LOSSY = row("int4", 1.0, agreement=0.80, size_bytes=2_000_000)
INT8 = row("int8-static", 2.5, agreement=0.99, size_bytes=3_000_000)
CLOSE = row("fuse+int8-static", [2.4] * 5 + [2.55] * 7, agreement=0.99)
BATCHED = row("int8-static", 2.0, agreement=0.99, size_bytes=3_000_000, batch=4)
FAILED = [
    Row(Cell(Arm("int8-dynamic", "openvino"), batch, 2), failure="only torch runs it; choose another")
    for batch in (1, 4)
]
CHOICE = GridChoice(grid(LOSSY, INT8, CLOSE, BATCHED, *FAILED), Budget.from_kwargs(agreement=0.95))


def cells(lines: list[str]) -> dict[str, list[str]]:
    """The cells of the rows of the table, by name and batch."""
    rows = [line.split() for line in lines if "@" in line.split(" ")[0] and "," not in line]
    return {f"{cells[0]} {cells[1]}": cells[2:] for cells in rows}


def test_rows_are_the_fastest_first_with_what_each_is() -> None:
    rows = cells(grid_lines(CHOICE))
    assert list(rows) == [
        *("int4@openvino 1", "int8-static@openvino 4", "int8-static@openvino 1"),
        *("fuse+int8-static@openvino 1", "fp32@torch 1"),
    ]
    assert rows["int8-static@openvino 4"] == ["0.20", "±0%", "8.00", "500", "±0%", "99.0", "25%", "best"]
    assert rows["int8-static@openvino 1"][-1] == "latency"
    assert rows["fuse+int8-static@openvino 1"][-1] == "tie"
    assert rows["int4@openvino 1"][-1] == "over"
    assert rows["fp32@torch 1"] == ["1.00", "±0%", "10.0", "100", "±0%", "95.0", "100%", "ref"]


def test_the_winners_are_named_with_those_that_are_not_surely_worse() -> None:
    text = " ".join(grid_lines(CHOICE)).replace("   ", " ")
    held = "within the budget (agreement >= 95.00 %)"
    assert f"{held}, the shortest call of batch 1: int8-static@openvino, 2.50 ms, 400 clips/s; not" in text
    assert "surely slower: fuse+int8-static@openvino within" in text.replace("  ", " ")
    assert "the most clips a second: int8-static@openvino (batch 4), 8.00 ms, 500 clips/s" in text


def test_what_was_not_measured_is_a_line_with_its_reason() -> None:
    lines = grid_lines(CHOICE)
    assert "  int8-dynamic@openvino, batch 1 and 4: only torch runs it" in lines
    assert lines[-1] == "A CPU avx512 vnni; 2 threads; torch2.13, openvino2026.4"
    assert lines[0].startswith(
        "videomae on 100 clips: 5 of 7 cells, each timed in 12 rounds beside fp32@torch"
    )


def test_without_a_budget_the_front_is_marked() -> None:
    half = row("fp16", 5.0, size_bytes=6_000_000)
    rows = cells(grid_lines(GridChoice(grid(LOSSY, half))))
    assert rows["fp16@openvino 1"][-1] == "front"
    assert rows["int4@openvino 1"][-1] == "best"
    assert rows["fp32@torch 1"][-1] == "ref"


def test_threads_and_p90_have_columns_where_they_say_something() -> None:
    header = next(line for line in grid_lines(CHOICE) if line.startswith("cell"))
    assert header.split() == ["cell", "batch", "time", "ms", "clips/s", "agree", "size", "best"]
    alone = Row(Cell(INT8.cell.arm, 1, 1), INT8.report, INT8.times)
    header = next(line for line in grid_lines(GridChoice(grid(INT8, alone))) if line.startswith("cell"))
    assert "cpus" in header.split()


def test_no_line_is_too_long() -> None:
    long = row("prune-global:amount=0.6,layers=:-1+fuse+int8-static", 3.0)
    failed = Row(Cell(Arm("x" * 90, "openvino"), 1, 2), failure="word " * 200)
    assert max(map(len, grid_lines(GridChoice(grid(long, failed))))) <= 100


def test_an_interrupted_grid_says_so() -> None:
    (line,) = {" ".join(grid_lines(GridChoice(grid(INT8, interrupted=True)))[:2])}
    assert "in 12 of 12 rounds (it was stopped)" in line.replace("   ", " ")


def test_the_file_has_every_cell_with_all_that_was_timed() -> None:
    document = json.loads(json.dumps(grid_json(CHOICE), allow_nan=False))
    first, *_, last = document["cells"]
    assert (first["precision"], first["best"], first["latency"]) == ("int4", "over", 0.001)
    assert first["ratio_interval"] == pytest.approx([0.1, 0.1])
    assert len(first["seconds"]) == first["rounds"] == 12
    assert last["failure"] == "only torch runs it; choose another"
    assert len(document["cells"]) == 7
    assert document["reports"]["int8-static@openvino"]["agreement"] == 0.99
    assert document["budget"] == {"agreement": 0.95}
    assert document["reference"] == {"precision": "fp32", "runtime": "torch", "batch": 1, "threads": 2}
