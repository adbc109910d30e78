from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_vidcompress.console.files import read_all, write_page
from pytest_vidcompress.errors import VidcompressError


def refusing(why: str) -> Callable[[], int]:
    def read() -> int:
        raise VidcompressError(why)

    return read


def test_all_are_read_in_their_order() -> None:
    assert read_all([lambda: 2, lambda: 1]) == [2, 1]
    assert read_all([]) == []


def test_one_that_is_refused_refuses_all_and_every_one_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(VidcompressError, match=r"^the last$"):
        read_all([refusing("the first"), lambda: 1, refusing("the last")])
    assert "the first" in capsys.readouterr().err


def test_a_folder_is_made_where_that_is_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "new" / "page.html"
    with pytest.raises(VidcompressError, match=r"^-o .*page\.html cannot be written \(No such file"):
        write_page(file, "text")
    write_page(file, "text", with_folder=True)
    assert file.read_text() == "text"
