"""A sensitivity in the cache: taken where everything that decides it is the same, and the seal is right."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.clips.profile import Views
from pytest_vidcompress.measure.sensitivity.sensitivity import Sensitivity
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.run.target import cached_sensitivity as cached
from tests.artefacts.variants import calibrating
from tests.models import small
from tests.run.target.sensitivities import sensitivity

LATER = time.time() + 3600
"""Than anything was edited."""


@pytest.fixture(scope="module")
def model() -> Model:
    return small.model("videomae")


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[Clips]:
    """The clips of every measurement; each gives another sensitivity."""
    seen: list[Clips] = []

    def measure(model: Model, clips: Clips, progress: object = None) -> Sensitivity:
        seen.append(clips)
        return sensitivity(mlp=len(seen))

    monkeypatch.setattr(cached, "measure_sensitivity", measure)
    return seen


def taken(model: Model, folder: Path, clips: Clips | None = None, began: float = LATER) -> Sensitivity:
    return cached.cached_sensitivity(model, calibrating() if clips is None else clips, folder, began)


def test_it_is_measured_once(model: Model, measured: list[Clips], tmp_path: Path) -> None:
    assert taken(model, tmp_path) == taken(model, tmp_path) == sensitivity(mlp=1)
    assert len(measured) == 1


def test_other_views_show_another_picture(model: Model, measured: list[Clips], tmp_path: Path) -> None:
    one = calibrating()
    shown = replace(one.profile, views=Views(2, 3))
    several = Clips(one.sample, one.labels, dict.fromkeys(one.labels, 0), shown)
    taken(model, tmp_path, one)
    assert taken(model, tmp_path, several) == sensitivity(mlp=2)
    assert measured == [one, several]


def test_a_damaged_one_is_measured_anew(model: Model, measured: list[Clips], tmp_path: Path) -> None:
    taken(model, tmp_path)
    (file,) = tmp_path.glob("*.sensitivity")
    content = bytearray(file.read_bytes())
    content[-2] ^= 1
    file.write_bytes(content)
    assert taken(model, tmp_path) == sensitivity(mlp=2)
    assert taken(model, tmp_path) == sensitivity(mlp=2)
    assert len(measured) == 2


def test_where_the_source_was_edited_meanwhile_nothing_is_kept(
    model: Model, measured: list[Clips], tmp_path: Path
) -> None:
    for number in (1, 2):
        assert taken(model, tmp_path, began=0.0) == sensitivity(mlp=number)
    assert not [*tmp_path.iterdir()]


def test_a_folder_that_cannot_be_written_costs_a_warning(
    model: Model, measured: list[Clips], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.warns(UserWarning, match="a sensitivity is not kept, .* cannot be written"):
        assert taken(model, tmp_path / "file" / "sensitivity") == sensitivity(mlp=1)
