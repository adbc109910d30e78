"""An artefact's folder is whole, or it is refused with the reason."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_vidcompress.artefacts.folder import read, verify
from pytest_vidcompress.errors import VidcompressError
from tests.artefacts.folders import write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "artefact")
    return tmp_path / "artefact"


def said(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "recipe.json").read_text())


def say(folder: Path, **changed: Any) -> None:
    (folder / "recipe.json").write_text(json.dumps({**said(folder), **changed}))


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "no folder": (lambda at: shutil.rmtree(at), "no artefact at .*and nothing is there"),
    "a file": (lambda at: (shutil.rmtree(at), at.write_text("")), "no artefact at .*not a file"),
    "no manifest": (lambda at: (at / "recipe.json").unlink(), r"it has no recipe\.json, which is written last"),
    "no json": (lambda at: (at / "recipe.json").write_text("[1, 2"), r"json is damaged \(.+\); copy the whole"),
    "half a manifest": (lambda at: truncate(at / "recipe.json"), r"recipe\.json is damaged"),
    "no text": (lambda at: (at / "recipe.json").write_bytes(b"\xff\xfe\x00"), r"recipe\.json is damaged"),
    "nested too deep": (lambda at: (at / "recipe.json").write_text("[" * 200_000), r"recipe\.json is damaged"),
    "foreign": (lambda at: (at / "recipe.json").write_text('{"name": "pancakes"}'), r"its recipe\.json is not ours"),
    "a list": (lambda at: (at / "recipe.json").write_text("[]"), r"its recipe\.json is not ours"),
    "newer": (lambda at: say(at, schema=4), r"by a newer version .*\(schema 4, this one reads 3\): upgrade with pip"),
    "older": (lambda at: say(at, schema=1), r"by an older version .*\(schema 1\).*: save the variant again"),
    "schema of words": (lambda at: say(at, schema="2"), "is damaged .*schema '2' is no number"),
    "schema of truth": (lambda at: say(at, schema=True), "is damaged .*schema True is no number"),
    "file missing": (lambda at: (at / "model.safetensors").unlink(), r"model\.safetensors is missing; copy"),
    "file truncated": (lambda at: truncate(at / "model.safetensors"), r"safetensors is truncated, 6 of 12 bytes"),
    "file longer": (lambda at: (at / "model.safetensors").write_text("some numbers!"), r"has changed since it was"),
    "file changed": (lambda at: flip(at / "model.safetensors"), r"model\.safetensors has changed since it was saved"),
    "links that lead out": (
        lambda at: ((at.parent / "secret").write_text("some numbers"), (at / "model.safetensors").unlink(),
                    (at / "model.safetensors").symlink_to("../secret")),
        r"safetensors is a link that leads out of the folder: copy what links lead to \(cp -rL\)",
    ),
    "manifest elsewhere": (
        lambda at: ((at / "recipe.json").rename(at.parent / "r.json"), (at / "recipe.json").symlink_to("../r.json")),
        r"recipe\.json is damaged \(recipe\.json is a link that leads out of the folder",
    ),
    "manifest of gigabytes": (
        lambda at: os.truncate(at / "recipe.json", 4 << 30), r"json is damaged \(it is longer than 16,777,216 bytes\)"
    ),
    "numbers of 400 digits": (
        lambda at: (at / "recipe.json").write_text(f'{{"schema": 1{"0" * 399}}}'), "a number of 400 digits"
    ),
    "folder for a file": (
        lambda at: ((at / "model.safetensors").unlink(), (at / "model.safetensors").mkdir()),
        r"model\.safetensors is no regular file",
    ),
    "name that leads out": (
        lambda at: say(at, files={"../../secret": {"bytes": 1, "sha256": ""}}),
        r"is damaged \('\.\./\.\./secret' is no name of a file beside it\)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("damage", REFUSED)
def test_what_is_not_whole_is_refused_with_the_reason(folder: Path, damage: str) -> None:
    harm, reason = REFUSED[damage]
    harm(folder)
    with pytest.raises(VidcompressError, match=reason):
        verify(folder, read(folder))


def test_without_contents_sizes_alone_are_compared(folder: Path) -> None:
    flip(folder / "model.safetensors")
    verify(folder, read(folder), contents=False)
    truncate(folder / "model.safetensors")
    with pytest.raises(VidcompressError, match="is truncated"):
        verify(folder, read(folder), contents=False)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("name", ["recipe.json", "model.safetensors"])
def test_a_pipe_is_no_file_of_an_artefact(folder: Path, name: str) -> None:
    (folder / name).unlink()
    os.mkfifo(folder / name)
    with pytest.raises(VidcompressError, match="is no regular file"):
        verify(folder, read(folder))
