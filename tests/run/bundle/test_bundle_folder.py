from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.run.bundle import bundle_folder
from pytest_vidcompress.run.bundle.bundle import as_document
from pytest_vidcompress.run.bundle.bundle_folder import (
    FILE,
    LOGITS,
    UNFINISHED,
    bundles_in,
    discard,
    folder_name,
    is_ours,
    read,
    refuse_unwritable,
    write,
)
from tests.run.bundle.bundles import BUNDLE

DOCUMENT = as_document(BUNDLE)
NAME = "test_q.py-test_holds-0a1b2c3d"


def written(directory: Path, **files: bytes) -> Path:
    return write(directory, NAME, DOCUMENT, files)


def listed(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


@given(st.text(), st.integers(-3, 300))
def test_a_name_is_one_of_a_file_on_every_system(test: str, number: int) -> None:
    name = folder_name(test, number)
    assert name == name.encode("ascii").decode()
    assert not set(name) & set('<>:"/\\|?* \0')
    assert name[0] not in "-."
    assert name[-1].isalnum()
    assert len(name) < 120


def test_names_tell_tests_and_measurements_apart() -> None:
    nodeid = "benchmarks/test_q.py::test_holds[facebook/timesformer-fuse+int8-static]"
    assert folder_name(nodeid, 1).startswith("test_q.py-test_holds-facebook-timesformer-fuse-int8-static-")
    names = {folder_name(test, n) for test in (nodeid, f"{nodeid} ", nodeid.upper(), "") for n in (-1, 1, 2)}
    assert len({name.lower() for name in names}) == 12
    assert "-reference-" in folder_name(nodeid, -1)


def test_a_bundle_is_there_as_a_whole(tmp_path: Path) -> None:
    folder = written(tmp_path / "new" / "failures", **{LOGITS: b"123"})
    assert folder == tmp_path / "new" / "failures" / NAME
    assert listed(folder) == {FILE, LOGITS}
    assert listed(folder.parent) == {NAME}
    assert read(folder).failed == BUNDLE.failed
    assert bundles_in(folder.parent) == [folder]


def test_a_later_failure_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    written(tmp_path, **{LOGITS: b"old"})
    assert listed(written(tmp_path)) == {FILE}
    assert listed(tmp_path) == {NAME}


@pytest.mark.parametrize("what", ["file beside it", "no bundle", "file", "link", "damaged"])
def test_what_is_no_bundle_of_ours_stays_and_the_new_one_gets_a_number(tmp_path: Path, what: str) -> None:
    place = tmp_path / NAME
    if what == "file":
        place.write_text("mine")
    elif what == "link":
        written(tmp_path / "elsewhere")
        place.symlink_to(tmp_path / "elsewhere" / NAME)
    else:
        written(tmp_path)
        if what == "file beside it":
            (place / "notes.txt").write_text("mine")
        else:
            (place / FILE).write_text("{}" if what == "no bundle" else "{")
    before = listed(tmp_path)
    assert written(tmp_path).name == f"{NAME}.2"
    assert written(tmp_path).name == f"{NAME}.3"
    discard(tmp_path, NAME)
    assert listed(tmp_path) == before | {f"{NAME}.2", f"{NAME}.3"}


def test_a_bundle_of_a_test_that_holds_again_goes(tmp_path: Path) -> None:
    written(tmp_path)
    discard(tmp_path, "another")
    assert listed(tmp_path) == {NAME}
    discard(tmp_path, NAME)
    discard(tmp_path, NAME)
    assert listed(tmp_path) == set()


def test_what_breaks_off_leaves_the_earlier_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = written(tmp_path, **{LOGITS: b"old"})
    monkeypatch.setattr(Path, "write_bytes", _full)
    with pytest.raises(
        VidcompressError, match=r"--vc-bundle=.* cannot be written \(No space left on device\)"
    ):
        written(tmp_path, **{LOGITS: b"new"})
    assert (folder / LOGITS).read_bytes() == b"old"
    assert listed(tmp_path) == {NAME}


def _full(*_: Any) -> int:
    raise OSError(28, os.strerror(28))


def test_where_nothing_can_be_written_is_said_before(tmp_path: Path) -> None:
    refuse_unwritable(tmp_path / "new")
    assert listed(tmp_path) == set()
    written(tmp_path / "failures")
    refuse_unwritable(tmp_path / "failures")
    assert listed(tmp_path / "failures") == {NAME}
    (tmp_path / "file").write_text("")
    with pytest.raises(
        VidcompressError, match=r"--vc-bundle=.*file cannot be written .*: name another folder"
    ):
        refuse_unwritable(tmp_path / "file")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"{", "it is no JSON"),
        (b"{}", "it is none of ours"),
        (json.dumps({**DOCUMENT, "schema": 2}).encode(), "schema 2, this version reads 1: upgrade"),
        (json.dumps({**DOCUMENT, "clips": 3}).encode(), "clips: expected an object, found 3"),
        (b"[" * 10_000, "nested deeper"),
        (None, "No such file"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(
    tmp_path: Path, content: bytes | None, why: str
) -> None:
    if content is not None:
        (tmp_path / FILE).write_bytes(content)
    with pytest.raises(VidcompressError) as refused:
        read(tmp_path)
    assert why in str(refused.value)
    assert "expected a folder that --vc-bundle wrote" in str(refused.value)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    folder = written(tmp_path)
    (folder / FILE).rename(tmp_path / "secret.json")
    (folder / FILE).symlink_to(tmp_path / "secret.json")
    with pytest.raises(VidcompressError, match="leads out of the folder"):
        read(folder)
    assert not is_ours(folder)


def test_what_is_being_written_is_no_bundle_yet(tmp_path: Path) -> None:
    written(tmp_path).rename(tmp_path / f"{UNFINISHED}01234567")
    assert bundles_in(tmp_path) == []
    assert bundles_in(tmp_path / "nowhere") == []
    assert {FILE, LOGITS} <= bundle_folder.FILES
