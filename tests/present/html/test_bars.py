from __future__ import annotations

import pytest

from pytest_vidcompress.gate.verdict import Result
from pytest_vidcompress.measure.profile.hotspots import Hotspots
from pytest_vidcompress.measure.profile.operator_kinds import KINDS
from pytest_vidcompress.present.html.bars import COLOURS, LABEL, NUMBER, WIDTH, bars
from tests.gate.reports import report
from tests.present.terminal.profiles import OPENVINO, profiled


def test_one_scale_for_all() -> None:
    drawn = bars([profiled(), profiled(OPENVINO, name="int8-static")])
    assert drawn is not None
    assert [(bar.name, bar.text) for bar in drawn.bars] == [
        ("fp32", "100.0 ms"),
        ("int8-dynamic", "60.00 ms"),
        ("int8-static", "195.0 ms"),
    ]
    room = WIDTH - LABEL - NUMBER
    lengths = [bar.end - LABEL for bar in drawn.bars]
    assert lengths == pytest.approx([room * 100 / 195, room * 60 / 195, room], abs=0.1)
    assert len({bar.y for bar in drawn.bars}) == 3
    assert max(bar.y for bar in drawn.bars) < drawn.height


def test_pieces_lie_side_by_side() -> None:
    drawn = bars([profiled()])
    assert drawn is not None
    for bar in drawn.bars:
        x = float(LABEL)
        for piece in bar.pieces:
            assert piece.x == pytest.approx(x, abs=0.1)
            x += piece.width
        assert x == pytest.approx(bar.end, abs=0.1)
        assert [piece.kind for piece in bar.pieces] == sorted(piece.kind for piece in bar.pieces)
    assert [name for _, name in drawn.kinds] == ["linear", "attention matmul", "outside operators"]
    assert drawn.bars[0].pieces[0].title == "linear: 61.00 ms, 61.0 %"


def test_nothing_to_draw() -> None:
    assert bars([Result(report())]) is None
    assert bars([profiled(Hotspots(note="none"))]) is None


def test_every_kind_has_a_colour_of_its_own() -> None:
    assert set(COLOURS) == set(KINDS)
    assert len(set(COLOURS.values())) == len(KINDS)
