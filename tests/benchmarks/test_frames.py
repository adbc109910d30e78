"""What packaged models lose with fewer frames: every stored row is one that the script makes."""

from __future__ import annotations

import pytest

from benchmarks.frames import choices
from benchmarks.techniques.rows import read


@pytest.mark.parametrize("model", choices.STUDENTS)
def test_the_script_makes_every_row_that_is_stored(model: str) -> None:
    assert {*read(choices.RESULTS)[model]} <= {*choices.recipes(model)}
