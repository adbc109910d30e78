"""A store takes files whole, in a folder as behind a URL."""

from __future__ import annotations

import os
import re
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pytest_vidcompress.errors import SpoiledRunError, VidcompressError
from pytest_vidcompress.run.shards.stores import folder_store
from pytest_vidcompress.run.shards.stores.open import begin, existing_store, open_store
from pytest_vidcompress.run.shards.stores.store import Store
from tests.run.shards.stores.s3_server import s3_server

Make = Callable[[], Store]
KINDS = ["folder", "memory", pytest.param("s3", marks=pytest.mark.slow)]


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    with s3_server() as url:
        yield url


@pytest.fixture(params=KINDS)
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """The same store again and again, as every process opens it."""
    name = uuid.uuid4().hex
    if request.param == "memory":
        pytest.importorskip("fsspec")
        return lambda: open_store(f"memory://{name}")
    if request.param == "s3":
        bucket = request.getfixturevalue("bucket")
        return lambda: open_store(f"{bucket}/{name}")
    return lambda: open_store(str(tmp_path / name))


def test_what_is_written_is_there_for_the_next_process(make: Make) -> None:
    make().write("results/ab/0000000-12", b"one")
    assert make().read("results/ab/0000000-12") == b"one"
    assert make().has("results/ab/0000000-12")


def test_what_is_not_there_is_not_there(make: Make) -> None:
    store = make()
    assert store.read("results/ab/0") is None
    assert not store.has("results/ab/0")
    assert store.entries("results/ab") == {}
    assert list(store.folders("results")) == []
    store.remove("results/ab/0")


def test_the_second_writer_changes_nothing(make: Make) -> None:
    make().write("results/ab/0", b"first")
    make().write("results/ab/0", b"second")
    assert make().read("results/ab/0") == b"first"


def test_what_is_to_be_replaced_is(make: Make) -> None:
    store = make()
    store.write("workers/a", b"first")
    store.replace("workers/a", b"second")
    assert store.read("workers/a") == b"second"


def test_a_listing_shows_what_others_have_written_since(make: Make) -> None:
    mine, other = make(), make()
    mine.write("results/ab/0", b"1")
    assert set(mine.entries("results/ab")) == {"0"}
    other.write("results/ab/1", b"22")
    other.write("results/cd/0", b"333")
    assert {name: entry.size_bytes for name, entry in mine.entries("results/ab").items()} == {"0": 1, "1": 2}
    assert [(name, set(found)) for name, found in mine.folders("results")] == [
        ("ab", {"0", "1"}),
        ("cd", {"0"}),
    ]


def test_many_are_read_in_their_order(make: Make) -> None:
    names = [f"results/ab/{number}" for number in range(40)]
    for name in names[::2]:
        make().write(name, name.encode())
    read = [*make().read_many(names)]
    assert read == [name.encode() if number % 2 == 0 else None for number, name in enumerate(names)]


def test_what_is_copied_is_there_for_itself(make: Make, tmp_path: Path) -> None:
    origin, store = open_store(str(tmp_path / "origin")), make()
    origin.write("results/ab/0", b"one")
    store.copy("results/ab/0", b"one", origin)
    store.copy("results/ab/0", b"one", origin)
    origin.remove("results/ab/0")
    assert make().read("results/ab/0") == b"one"


def test_what_cannot_be_linked_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "no links here")

    origin, store = (open_store(str(tmp_path / name)) for name in ("origin", "store"))
    origin.write("results/ab/0", b"one")
    monkeypatch.setattr(os, "link", refuse)
    store.copy("results/ab/0", b"one", origin)
    assert store.read("results/ab/0") == b"one"


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 300_000])
def test_a_file_of_any_size_comes_back(size: int, tmp_path: Path) -> None:
    content = os.urandom(size)
    open_store(str(tmp_path)).write("results/ab/0", content)
    assert open_store(str(tmp_path)).read("results/ab/0") == content


def test_what_is_removed_is_gone(make: Make) -> None:
    store = make()
    store.write("results/ab/0", b"1")
    store.remove("results/ab/0")
    assert store.read("results/ab/0") is None


def test_only_a_store_is_merged(make: Make) -> None:
    place = make().place
    with pytest.raises(VidcompressError, match=re.escape(f"{place} is no store of results")):
        existing_store(place)
    begin(make())
    existing_store(place)


def test_a_store_of_another_layout_is_refused(make: Make) -> None:
    make().write("vidcompress-store.json", b'{"format": 99}')
    with pytest.raises(VidcompressError, match="another layout"):
        make()


def test_many_writers_of_one_file_leave_one_whole_one(tmp_path: Path) -> None:
    contents = [bytes([number]) * 100_000 for number in range(8)]
    threads = [
        threading.Thread(target=open_store(str(tmp_path)).write, args=("results/ab/0", content))
        for content in contents
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert open_store(str(tmp_path)).read("results/ab/0") in contents
    assert list((tmp_path / "parts").iterdir()) == []


def test_parts_of_killed_writers_are_no_results_and_go_in_time(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    store.write("results/ab/0", b"1")
    part = tmp_path / "parts" / "left"
    part.write_bytes(b"half")
    os.utime(part, (0, 0))
    assert [name for name, _ in store.folders("results")] == ["ab"]
    open_store(str(tmp_path)).write("results/ab/1", b"1")
    assert not part.exists()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no such device here")  # noqa: PTH110
def test_a_full_store_says_so_in_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(str(tmp_path))
    monkeypatch.setattr(
        folder_store, "_write", lambda path, content: os.write(os.open("/dev/full", os.O_WRONLY), content)
    )
    with pytest.raises(
        SpoiledRunError, match=r"^the store .* cannot be written \(No space left on device\): "
    ):
        store.write("results/ab/0", b"1")


def test_a_store_that_is_a_file_says_so_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = open_store(str(tmp_path / "file"))
    with pytest.raises(SpoiledRunError, match=r"^the store .*file cannot be written \(Not a directory\)"):
        store.write("results/ab/0", b"1")


def test_a_kind_of_url_that_nobody_knows_is_refused() -> None:
    pytest.importorskip("fsspec")
    with pytest.raises(VidcompressError, match=r"^the store nowhere://x cannot be reached"):
        open_store("nowhere://x")


def test_a_url_whose_package_is_missing_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "fsspec", None)
    with pytest.raises(VidcompressError, match=r"pip install 'pytest-vidcompress\[remote\]'"):
        open_store("s3://bucket/store")


@pytest.mark.slow
def test_a_server_that_is_gone_says_so_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    # Systems are kept by what they were asked for, and this one is another.
    pytest.importorskip("s3fs").S3FileSystem.clear_instance_cache()
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "none")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
    with pytest.raises(VidcompressError, match=r"^the store s3://gone/x cannot be read \("):
        open_store("s3://gone/x")
