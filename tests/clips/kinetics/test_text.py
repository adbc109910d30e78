from __future__ import annotations

from pathlib import Path

import pytest

from pytest_vidcompress.clips.kinetics.text import first_lines, numbered_lines, read_text
from pytest_vidcompress.errors import VidcompressError

LINES = "one\r\n\nzwölf\rdrei"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_text_of_any_encoding_is_read(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "val.txt"
    path.write_bytes(LINES.encode(encoding))
    assert read_text(path) == LINES
    assert first_lines(path, 2) == ["one", "zwölf"]
    assert numbered_lines(path) == [(1, "one"), (3, "zwölf"), (4, "drei")]


def test_what_is_latin_1_far_from_its_beginning_is_read(tmp_path: Path) -> None:
    path = tmp_path / "val.txt"
    path.write_bytes(b"plain\n" * 9000 + "Långstrump\n".encode("latin-1"))
    assert first_lines(path, 1) == ["plain"]
    assert numbered_lines(path)[-1] == (9001, "Långstrump")


def test_a_letter_cut_by_the_look_at_the_beginning_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "val.txt"
    path.write_text("x" * (2**14 - 1) + "ö\n", encoding="utf-8")
    assert first_lines(path, 1) == ["x" * (2**14 - 1)]


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00", b"\xff\x00label\n", bytes(range(256)), b"PK\x03\x04\xe5\xff"]
)
def test_what_is_not_text_is_not(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "val.csv"
    path.write_bytes(content)
    assert first_lines(path, 1) == []
    with pytest.raises(VidcompressError, match=r"cannot read .*val.csv as text"):
        numbered_lines(path)


def test_what_is_not_there_has_no_lines(tmp_path: Path) -> None:
    assert first_lines(tmp_path / "gone.txt", 1) == []
    with pytest.raises(VidcompressError, match=r"gone\.txt"):
        read_text(tmp_path / "gone.txt")
