from pathlib import Path

import pytest

from benchmarks.decode.media import BESIDE_THE_CHECKOUT, VARIABLE, media


def test_a_variable_names_the_folder_of_real_videos(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert media() == BESIDE_THE_CHECKOUT
    monkeypatch.setenv(VARIABLE, "/films")
    assert media() == Path("/films")
