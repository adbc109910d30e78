"""Links to files: whatever is in a name is part of the path, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote_to_bytes, urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.present.html.file_address import file_address

NAMES = st.binary(min_size=1, max_size=40).filter(
    lambda name: b"/" not in name and b"\0" not in name and name not in (b".", b"..")
)


@given(st.lists(NAMES, min_size=1, max_size=3), st.booleans())
def test_a_browser_finds_the_bytes_again(names: list[bytes], is_below: bool) -> None:
    file = Path("/videos", *map(os.fsdecode, names))
    page = Path("/videos" if is_below else "/pages")
    address = file_address(file, page)
    assert address.isascii()
    found = urlsplit(urljoin(f"file://{page}/page.html", address))
    assert (found.scheme, found.netloc, found.query, found.fragment) == ("file", "", "", "")
    assert unquote_to_bytes(found.path) == os.fsencode(os.path.normpath(file))


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("/a/b/film.mp4", "b/film.mp4"),
        ("/a/film 1.mp4", "film%201.mp4"),
        ("/a/mailto:me.mp4", "mailto%3Ame.mp4"),
        ("/c/film.mp4", "file:///c/film.mp4"),
        ("/a/\udce9.mp4", "%E9.mp4"),
    ],
)
def test_what_lies_below_the_page_moves_with_it(file: str, expected: str) -> None:
    assert file_address(Path(file), Path("/a")) == expected
