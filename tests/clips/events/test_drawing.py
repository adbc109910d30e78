"""How the clips of the set `events` are drawn."""

from __future__ import annotations

import numpy as np
import pytest

from pytest_vidcompress.clips.events import drawing
from pytest_vidcompress.clips.events.drawing import render
from pytest_vidcompress.clips.events.kinds import KINDS
from pytest_vidcompress.clips.events.layer import SIZE
from pytest_vidcompress.clips.events.plan import FRAMES, Event


def test_a_frame_looks_the_same_alone_and_with_all_others() -> None:
    whole = render(7)
    assert (whole.shape, whole.dtype) == ((FRAMES, SIZE, SIZE, 3), np.uint8)
    assert (render(7, [41, 3]) == whole[[41, 3]]).all()
    assert (render(7) == whole).all()
    assert (render(8, [3]) != whole[[3]]).any()


@pytest.mark.parametrize("label", KINDS)
def test_what_happens_shows_while_it_lasts_and_at_no_other_time(
    label: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = [
        render_of(monkeypatch, 5, ()),
        render_of(monkeypatch, 5, (Event(label, 20, 20, 0.8, 9.0, 0.0),)),
    ]
    changed = np.abs(nothing[1].astype(int) - nothing[0]).max((1, 2, 3)) > 5
    assert not changed[:20].any()
    assert not changed[40:].any()
    assert changed[20:40].mean() > 0.5


def render_of(monkeypatch: pytest.MonkeyPatch, seed: int, events: tuple[Event, ...]) -> np.ndarray:
    monkeypatch.setattr(drawing, "plan", lambda seed: events)
    return render(seed)


def test_the_background_drifts() -> None:
    early, late = render(3, [0, 1]).astype(int), render(3, [59]).astype(int)
    assert np.abs(early[0] - early[1]).mean() < np.abs(early[0] - late[0]).mean()
