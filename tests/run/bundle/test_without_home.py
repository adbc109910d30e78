from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_vidcompress.run.bundle.without_home import homes, without_home

HOME = ["/home/me", "/Users/i"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("--vc-clips=/home/me/k400", "--vc-clips=~/k400"),
        ("test_x[/Users/i/ckpt-fp16]", "test_x[~/ckpt-fp16]"),
        ("test_x[own-/Users/i/ckpt-fp16]", "test_x[own-~/ckpt-fp16]"),
        ("cannot read '/home/me': no", "cannot read '~': no"),
        ("file:///Users/i/a /Users/i", "file:///Users/i/a /Users/i".replace("/Users/i", "~")),
        ("/home/me.", "~."),
        (
            "/home/mead /mnt/Users/i/x /Users/ied /home/me-too",
            "/home/mead /mnt/Users/i/x /Users/ied /home/me-too",
        ),
        ("", ""),
    ],
)
def test_a_home_is_a_tilde_and_nothing_else_is(text: str, shown: str) -> None:
    assert without_home(text, HOME) == shown


def test_it_is_replaced_wherever_it_stands() -> None:
    given: dict[str, Any] = {
        "/Users/i/a": ["/Users/i/b", ("/Users/i/c", 1, None, True, 0.5)],
        "n": {"x": "/Users/i"},
    }
    assert without_home(given, HOME) == {"~/a": ["~/b", ["~/c", 1, None, True, 0.5]], "n": {"x": "~"}}


def test_the_longer_of_two_goes_first() -> None:
    assert without_home("/Users/i/me/x", ["/Users/i", "/Users/i/me"]) == "~/x"
    assert without_home("/Users/i/me/x", []) == "/Users/i/me/x"


def test_whose_home_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    monkeypatch.setenv("HOME", str(tmp_path / "link"))
    monkeypatch.delenv("USERPROFILE", raising=False)
    assert homes() == {str(tmp_path / "link"), str(tmp_path / "real")}
    assert without_home(f"{tmp_path}/real/x") == "~/x"
    monkeypatch.setenv("HOME", "/")
    assert "/" not in homes()
    assert without_home("/etc/x") == "/etc/x"
