from __future__ import annotations

import json
from dataclasses import replace

import pytest

from pytest_vidcompress.measure.cost.coverage import Coverage, Left
from pytest_vidcompress.present.formats.report_json import as_json
from pytest_vidcompress.present.terminal.coverage_lines import coverage_lines, share
from pytest_vidcompress.present.width import WIDTH
from tests.present.terminal.profiles import COVERAGE, covered

FLOAT = Coverage(0.0, 0.0, 0.0, (Left("*", "Linear", 1.0, 1.0),))


def test_lines_say_what_is_int8_and_what_was_left() -> None:
    title, *table = coverage_lines([covered()], width=140)
    assert title == (
        "timesformer: weights kept as int8 or half, MACs computed in int8, and what was left float"
    )
    assert [line.split("  ", 1)[0] for line in table] == ["variant", "-" * 12, "int8-dynamic"]
    assert " ".join(table[2].split()) == (
        "int8-dynamic 97 % 72 % - "
        "VideoMAESelfAttention 25 % of MACs, Conv3d 3 % of MACs, LayerNorm 1 % of weights, bias 1 % of weights"
    )


def test_halves_are_stored_and_nothing_more() -> None:
    half = Coverage(0.0, 0.9999, 0.0, (Left("*", "Linear", 0.0, 1.0),))
    line = coverage_lines([covered(half, name="fp16")])[-1]
    assert " ".join(line.split()) == "fp16 - - >99 % Linear 100 % of MACs"


def test_bf16_is_a_column_where_something_computes_in_it() -> None:
    small = Coverage(0.0, 1.0, 0.0, (Left("classifier", "Linear", 0.0, 0.01),), macs_bf16=0.99)
    title, header, _, first, second = coverage_lines([covered(small, name="bf16"), covered()], width=140)
    assert "MACs computed in int8 or bf16," in title
    assert " ".join(header.split()) == "variant int8 int8 MACs half bf16 MACs left float"
    assert " ".join(first.split()) == "bf16 - - 100 % 99 % Linear 1 % of MACs"
    assert " ".join(second.split()).startswith("int8-dynamic 97 % 72 % - - VideoMAESelfAttention")
    assert as_json(covered(small).report)["macs_bf16"] == 0.99


def test_what_is_all_float_is_not_said() -> None:
    assert coverage_lines([covered(FLOAT), covered(name="callable", coverage=None)]) == []  # type: ignore[arg-type]


def test_lines_fit() -> None:
    many = replace(COVERAGE, left=tuple(Left(f"m{i}", f"Kind{i}" * 3, 0.02, 0.02) for i in range(30)))
    long = "shrink:mlp=0.3,heads=0.25+int8-static:smooth=0.85,attention=all,clips=64"
    for width in (80, WIDTH):
        lines = coverage_lines([covered(many, name=long)], width)
        assert all(len(line) <= width for line in lines)
        assert lines[-1].endswith("of MACs, …")


def test_a_variant_is_said_once() -> None:
    assert len(coverage_lines([covered(), covered(), covered(name="fp16")])) == 5


@pytest.mark.parametrize(
    ("part", "text"),
    [(0.0, "0 %"), (0.001, "<1 %"), (0.42, "42 %"), (0.997, ">99 %"), (0.99999, ">99 %"), (1.0, "100 %")],
)
def test_almost_all_is_not_all(part: float, text: str) -> None:
    assert share(part) == text


def test_json_has_every_module_left_float() -> None:
    flat = json.loads(json.dumps(as_json(covered().report), allow_nan=False))
    assert (flat["weights_int8"], flat["weights_half"], flat["macs_int8"]) == (0.9712, 0.0, 0.7153)
    assert len(flat["left_float"]) == 4
    assert flat["left_float"][1] == {
        "name": "videomae.embeddings.patch_embeddings.projection",
        "kind": "Conv3d",
        "weights": 0.0136,
        "macs": 0.0347,
    }
    assert "left_float" not in as_json(covered(FLOAT).report)
    assert as_json(covered(FLOAT).report)["macs_int8"] == 0
