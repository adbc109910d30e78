"""An artefact's folder is whole, or it is refused with the reason."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_vidcompress.artefacts.folder import (
    UNFINISHED,
    holds_artefact,
    read,
    replaced,
    size_bytes,
    verify,
)
from pytest_vidcompress.artefacts.manifest import Manifest
from pytest_vidcompress.errors import VidcompressError


def write(folder: Path, content: str = "some numbers", **more: str) -> None:
    """An artefact of a few small files."""
    with replaced(folder) as unfinished:
        for name, text in {"model": content, **more}.items():
            (unfinished / f"{name}.safetensors").write_text(text)
        Manifest("safetensors", recipe="fp32", notes=(content,)).write(unfinished)


def whole(folder: Path) -> Manifest:
    manifest = read(folder)
    verify(folder, manifest)
    assert {path.name for path in folder.iterdir()} == {*manifest.files, "recipe.json"}
    return manifest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "artefact")
    return tmp_path / "artefact"


def test_new_and_empty_folders_are_filled(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("empty", "new", "deeply/nested"):
        write(tmp_path / name)
        manifest = whole(tmp_path / name)
        assert size_bytes(tmp_path / name, manifest) == sum(
            path.stat().st_size for path in (tmp_path / name).iterdir()
        )


def test_it_has_the_permissions_of_any_folder(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    write(tmp_path / "new")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_an_older_artefact_is_replaced_with_all_its_files(folder: Path) -> None:
    write(folder, "other numbers", second="and more of them")
    assert whole(folder).notes == ("other numbers",)
    write(folder, "the last")
    assert whole(folder).notes == ("the last",)
    assert not (folder / "second.safetensors").exists()


def test_one_of_the_first_schema_is_replaced(tmp_path: Path) -> None:
    for name, text in {
        "recipe.json": '{"schema": 1, "recipe": "fp16"}',
        "config.json": "{}",
        "model.safetensors": "",
    }.items():
        (tmp_path / name).write_text(text)
    assert holds_artefact(tmp_path)
    write(tmp_path)
    whole(tmp_path)


@pytest.mark.parametrize("other", ["notes.txt", "model.safetensors", "recipe.json", "photos", ".git"])
def test_other_things_are_left_alone(other: str, tmp_path: Path) -> None:
    if "." in other[1:]:
        (tmp_path / other).write_text('{"name": "pancakes"}')
    else:
        (tmp_path / other).mkdir()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(
        VidcompressError, match=f"holds other things than an artefact, such as '{other}': name a new"
    ):
        write(tmp_path)
    assert sorted(tmp_path.rglob("*")) == before
    assert not holds_artefact(tmp_path)


def test_something_beside_an_artefact_is_left_alone(folder: Path) -> None:
    (folder / "mine.txt").write_text("mine")
    with pytest.raises(VidcompressError, match=r"such as 'mine\.txt'"):
        write(folder, "other numbers")
    assert read(folder).notes == ("some numbers",)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(
        VidcompressError, match=r"an artefact is a folder, and .*file' is a file: name another"
    ):
        write(tmp_path / "file")
    with pytest.raises(VidcompressError, match="cannot be written to"):
        write(tmp_path / "file" / "below")


def test_a_writer_that_fails_leaves_the_older_one_whole(folder: Path) -> None:
    def fail() -> None:
        with replaced(folder) as unfinished:
            (unfinished / "model.safetensors").write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert whole(folder).notes == ("some numbers",)


def test_nobody_ever_sees_half_of_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between any two steps a reader finds the old one, none at all, or the new one."""
    seen: list[str] = []

    def look() -> None:
        try:
            manifest = read(folder)
            verify(folder, manifest)
            seen.append(manifest.notes[0])
        except VidcompressError:
            seen.append("none")

    for name in ("replace", "unlink", "mkdir", "write_text"):
        step = getattr(Path, name)

        def watched(*args: Any, step: Callable[..., Any] = step, **kwargs: Any) -> Any:
            look()
            result = step(*args, **kwargs)
            look()
            return result

        monkeypatch.setattr(Path, name, watched)
    write(folder, "other numbers", second="and more of them")
    monkeypatch.undo()
    look()
    order = [*dict.fromkeys(seen)]
    assert order == ["some numbers", "none", "other numbers"]
    assert seen == sorted(seen, key=order.index), "what is gone does not come back"


@pytest.mark.parametrize("step", range(6))
def test_one_that_was_broken_off_is_refused_and_can_be_replaced(
    folder: Path, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the process had been killed while it moved files: nothing cleans up."""
    write(folder, second="is in the older one alone")
    moves = 0
    for name in ("replace", "unlink"):
        real = getattr(Path, name)

        def killed(*args: Any, real: Callable[..., Any] = real, **kwargs: Any) -> Any:
            nonlocal moves
            moves += 1
            if moves > step:
                raise KeyboardInterrupt
            return real(*args, **kwargs)

        monkeypatch.setattr(Path, name, killed)
    monkeypatch.setattr(shutil, "rmtree", lambda *args, **kwargs: None)
    try:
        write(folder, "other numbers", third="is in the newer one alone")
        finished = True
    except KeyboardInterrupt:
        finished = False
    monkeypatch.undo()
    if not finished:
        assert list(folder.glob(f"{UNFINISHED}*"))
        if step:
            with pytest.raises(VidcompressError, match=r"it has no recipe\.json, which is written last"):
                read(folder)
        else:
            assert read(folder).notes == ("some numbers",)
    write(folder, "the third")
    assert whole(folder).notes == ("the third",)


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
    "newer": (lambda at: say(at, schema=3), r"by a newer version .*\(schema 3, this one reads 2\): upgrade with pip"),
    "older": (lambda at: say(at, schema=1), r"by an older version .*\(schema 1\).*: save the variant again"),
    "schema of words": (lambda at: say(at, schema="2"), "is damaged .*schema '2' is no number"),
    "file missing": (lambda at: (at / "model.safetensors").unlink(), r"model\.safetensors is missing; copy"),
    "file truncated": (lambda at: truncate(at / "model.safetensors"), r"safetensors is truncated, 6 of 12 bytes"),
    "file longer": (lambda at: (at / "model.safetensors").write_text("some numbers!"), r"has changed since it was"),
    "file changed": (lambda at: flip(at / "model.safetensors"), r"model\.safetensors has changed since it was saved"),
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
