"""What is packed into the page, and what draws its plots."""

from __future__ import annotations

import base64
import gzip
import hashlib

from hypothesis import given

from pytest_vidcompress.present.html.packed import LIBRARY, packed, packed_library
from tests.present.hostile import HOSTILE

SHA256 = "79542150855a52c567260e3137095dbe2b744e6d702a5cabe67da246942fba7a"
"""Of the script, as it was published."""


@given(HOSTILE.filter(lambda text: text.isascii()))
def test_what_is_packed_comes_out_again_and_ends_no_element(text: str) -> None:
    held = packed(text)
    assert gzip.decompress(base64.b64decode(held)).decode() == text
    assert "<" not in held
    assert packed(text) == held


def test_the_library_is_what_was_published_with_its_licence() -> None:
    script = gzip.decompress(base64.b64decode(packed_library()))
    assert hashlib.sha256(script).hexdigest() == SHA256
    assert script.startswith(b"/**\n* plotly.js (cartesian - minified) v")
    assert "Permission is hereby granted" in (LIBRARY.parent / "LICENSE").read_text(encoding="utf-8")
