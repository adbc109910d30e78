"""A folder holds the older artefact, none, or the newer one, and whatever is not an artefact's stays where it is."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_vidcompress.artefacts.atomic_folder import UNFINISHED, holds_artefact, replaced
from pytest_vidcompress.artefacts.folder import read, size_bytes, verify
from pytest_vidcompress.errors import VidcompressError
from tests.artefacts.folders import whole, write


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


def test_one_of_the_first_schema_vouches_for_nothing(tmp_path: Path) -> None:
    (tmp_path / "recipe.json").write_text('{"schema": 1, "recipe": "fp16"}')
    (tmp_path / "model.safetensors").write_text("perhaps somebody's")
    assert holds_artefact(tmp_path)
    with pytest.raises(VidcompressError, match=r"such as 'model\.safetensors': name a new"):
        write(tmp_path)
    assert (tmp_path / "model.safetensors").read_text() == "perhaps somebody's"
    (tmp_path / "model.safetensors").unlink()
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


def vouch(folder: Path, *names: str) -> None:
    """A small `recipe.json` that claims what is there, with the right digests of files."""
    write(folder / "other")
    said = json.loads((folder / "other" / "recipe.json").read_text())
    shutil.rmtree(folder / "other")
    said["files"] = {
        name: {
            "bytes": (folder / name).stat().st_size,
            "sha256": hashlib.sha256((folder / name).read_bytes()).hexdigest()
            if (folder / name).is_file()
            else "",
        }
        for name in names
    }
    (folder / "recipe.json").write_text(json.dumps(said))


def everything(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text() if path.is_file() else ""
        for path in folder.rglob("*")
    }


def project(folder: Path) -> Path:
    """Somebody's work, and beside it something that a hostile `recipe.json` might reach through a link."""
    work = folder / "project"
    for name in ("src/code.py", ".git/HEAD", "../elsewhere/weights.bin"):
        path = work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("precious")
    return work


HOSTILE: dict[str, Callable[[Path], object]] = {
    "folders": lambda at: vouch(at, "src", ".git"),
    "a link to a file": lambda at: ((at / "a").symlink_to("../elsewhere/weights.bin"), vouch(at, "a", "src", ".git")),
    "a link to a folder": lambda at: (shutil.rmtree(at / "src"), shutil.rmtree(at / ".git"),
                                      (at / "a").symlink_to("../elsewhere"), vouch(at, "a")),
    "a folder like one that is being written": lambda at: (
        vouch(at), (at / "src").rename(at / f"{UNFINISHED}sources"), shutil.rmtree(at / ".git")),
    "a folder of that name with a folder in it": lambda at: (
        vouch(at), (at / f"{UNFINISHED}01234567").mkdir(), (at / "src").rename(at / f"{UNFINISHED}01234567/src"),
        shutil.rmtree(at / ".git")),
    "a link of that name": lambda at: (
        vouch(at), shutil.rmtree(at / "src"), shutil.rmtree(at / ".git"),
        (at / f"{UNFINISHED}01234567").symlink_to("../elsewhere")),
    "a manifest behind a link": lambda at: (
        vouch(at), shutil.rmtree(at / "src"), shutil.rmtree(at / ".git"),
        (at / "recipe.json").rename(at / "../elsewhere/recipe.json"),
        (at / "recipe.json").symlink_to("../elsewhere/recipe.json")),
    "files of other contents": lambda at: (
        shutil.rmtree(at / ".git"), (at / "src/code.py").rename(at / "code.py"), (at / "src").rmdir(),
        vouch(at, "code.py"), (at / "code.py").write_text("my work")),
}  # fmt: skip


@pytest.mark.parametrize("trick", HOSTILE)
def test_a_hostile_manifest_gets_nothing_deleted(trick: str, tmp_path: Path) -> None:
    work = project(tmp_path)
    HOSTILE[trick](work)
    before = everything(tmp_path)
    with pytest.raises(
        VidcompressError, match=r"holds other things than an artefact, such as .*: name a new or"
    ):
        write(work)
    assert everything(tmp_path) == before
    assert "precious" in before.values()


def test_a_link_to_an_artefact_is_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)
    with pytest.raises(
        VidcompressError, match=r"link' is a link to a folder that holds something: name a new"
    ):
        write(tmp_path / "link", "other numbers")
    assert whole(folder).notes == ("some numbers",)


def test_a_file_that_changed_since_it_was_saved_is_somebody_s(folder: Path) -> None:
    (folder / "model.safetensors").write_text("tuned by me")
    with pytest.raises(
        VidcompressError,
        match=r"'model\.safetensors' \(recipe\.json names it, and it is not the file that was saved",
    ):
        write(folder, "other numbers")
    assert (folder / "model.safetensors").read_text() == "tuned by me"
