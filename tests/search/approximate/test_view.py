"""The view of an index is of what is in it now, and by it is found what an exact search finds."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from pytest_vidcompress.clips.crops.seal import VARIABLE
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.search.approximate import breadth, view, view_file
from pytest_vidcompress.search.approximate.candidates import candidates
from pytest_vidcompress.search.approximate.view import up_to_date
from pytest_vidcompress.search.index.index_file import Index, opened
from pytest_vidcompress.search.index.made_by import MadeBy
from pytest_vidcompress.search.index.rows import Gallery, IndexedFile, StoredWindow
from pytest_vidcompress.search.query import Query
from pytest_vidcompress.search.vector_formats import FORMATS, Matrix, Vector
from tests.forked import script, started

# Not imported for that: before torch it would break torch.
pytestmark = pytest.mark.skipif(find_spec("usearch") is None, reason="usearch is not installed")

WIDTH, WINDOWS = 60, 5
MADE_BY = MadeBy("videomae", "videomae", "fp32", "torch", "1f2e3d4c", "8x4, 1x1 views", "mean", WIDTH)


def vectors(count: int, seed: int) -> Matrix:
    made = np.random.default_rng(seed).standard_normal((count, WIDTH)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def add(index: Index, videos: Sequence[int], stored: str = "fp32") -> None:
    for number in videos:
        windows = [
            StoredWindow(k, k + 2.0, FORMATS[stored].pack(each))
            for k, each in enumerate(vectors(WINDOWS, number))
        ]
        index.add_video(f"digest {number}", windows)
        index.add_file(f"{number}.mp4", IndexedFile(f"digest {number}", number, number))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """An index of 60 videos of five windows."""
    return made(tmp_path / "index", 60)


def made(path: Path, videos: int, stored: str = "fp32") -> Path:
    with opened(path, to_write=True) as index:
        index.describe(replace(MADE_BY, stored=stored), path.parent)
        add(index, range(videos), stored)
    return path


def found(file: Path) -> list[str]:
    """What was said; what is found must be what an exact search finds."""
    said = list[str]()
    with opened(file) as index:
        view, all_of_it = up_to_date(index, file, said.append), index.gallery()
        assert view.about.windows == len(all_of_it.windows)
        for query in vectors(20, 1000):
            near = candidates(view, index, query, 7, said.append)
            assert near
            ours, theirs = first(near, query), first(all_of_it, query)
            # To the last bits, which hang on how many rows are multiplied at once.
            assert [each[0] for each in ours] == pytest.approx([each[0] for each in theirs], abs=1e-6)
            if view.about.stored != "bits":  # of which many are equal
                assert [each[1:] for each in ours] == [each[1:] for each in theirs]
    return said


def first(gallery: Gallery, query: Vector, most: int = 7) -> list[tuple[object, ...]]:
    rows, scores = Query("video", "", MADE_BY, query).best(gallery, most)
    windows = [gallery.windows[row] for row in rows]
    return [(score, *each, *gallery.files[each[0]]) for score, each in zip(scores, windows, strict=True)]


@pytest.mark.parametrize("stored", [*FORMATS])
def test_it_finds_what_an_exact_search_finds(stored: str, tmp_path: Path) -> None:
    (said,) = found(made(tmp_path / "index", 60, stored))
    assert said.startswith("approximate view made of 300 windows, in ")


def test_one_that_is_up_to_date_is_taken_as_it_is(file: Path) -> None:
    assert len(found(file)) == 1
    there = view_file.beside(file).read_bytes()
    assert found(file) == []
    assert view_file.beside(file).read_bytes() == there


def test_a_stale_one_is_brought_up_to_date_before_it_is_asked(file: Path) -> None:
    found(file)
    with opened(file, to_write=True) as index:
        add(index, [60, 61])
        index.keep_files([f"{number}.mp4" for number in range(3, 62)])
    (said,) = found(file)
    assert said.startswith("approximate view brought up to date: 10 added, 15 gone, in ")
    assert found(file) == []


def test_a_vector_that_another_took_the_place_of_is_not_found_any_more(file: Path) -> None:
    found(file)
    with opened(file, to_write=True) as index:
        index.keep_files([f"{number}.mp4" for number in range(1, 60)])
        index.add_video("digest 0", [StoredWindow(0, 2.0, FORMATS["fp32"].pack(vectors(1, 99)[0]))])
        index.add_file("0.mp4", IndexedFile("digest 0", 0, 0))
    (said,) = found(file)
    assert "1 added, 5 gone" in said


def test_where_much_has_changed_it_is_made_anew_changes_of_long_ago_included(file: Path) -> None:
    found(file)
    for more, how in ((range(60, 66), "brought up to date"), (range(66, 74), "made of 370 windows")):
        with opened(file, to_write=True) as index:
            add(index, more)
        (said,) = found(file)
        assert how in said


@pytest.mark.parametrize("where", [3, 40, 200, 0.3, 0.8, -1])
@pytest.mark.parametrize("how", ["flipped", "cut off"])
def test_a_damaged_one_is_made_anew_and_that_is_said(where: float, how: str, file: Path) -> None:
    found(file)
    place = view_file.beside(file)
    content = place.read_bytes()
    at = int(where * len(content)) if isinstance(where, float) else where % len(content)
    place.write_bytes(
        content[:at] + (bytes([content[at] ^ 8]) + content[at + 1 :] if how == "flipped" else b"")
    )
    (said,) = found(file)
    assert "approximate view made of 300 windows" in said
    assert "the one that was there: it is damaged" in said
    assert "\n" not in said
    assert found(file) == []


def test_one_of_another_version_of_usearch_is_made_anew(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(view, "usearch_version", lambda: "1.9.9")
        found(file)
    (said,) = found(file)
    assert "the one that was there: it is of usearch 1.9.9" in said


def test_one_that_another_user_wrote_is_not_trusted(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setenv(VARIABLE, "theirs")
        found(file)
    (said,) = found(file)
    assert "or another user's" in said


def test_one_that_cannot_be_kept_answers_nevertheless(file: Path) -> None:
    view_file.beside(file).mkdir()
    (said,) = found(file)
    assert "it cannot be kept (" in said
    assert "the one that was there: it cannot be read (" in said


def test_where_no_graph_finds_enough_all_windows_are_looked_at(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breadth, "_BREADTHS", (1,))
    said = list[str]()
    with opened(file) as index:
        view = up_to_date(index, file, said.append)
        assert candidates(view, index, vectors(1, 7)[0], 3, said.append) is None
    assert re.match(
        r"a graph of these vectors finds \d+\.\d% of the nearest at most, 99\.5% are wanted", said[1]
    )


def test_a_damaged_index_has_no_view(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[content.index(vectors(WINDOWS, 30)[2].tobytes()[:40]) + 7] ^= 16
    file.write_bytes(content)
    with pytest.raises(VidcompressError, match="a vector is not as it was written"):
        found(file)


@pytest.mark.parametrize("windows", [0, 1, 9])
def test_of_hardly_any_windows_it_finds_them_all(windows: int, tmp_path: Path) -> None:
    path = made(tmp_path / "index", 0)
    with opened(path, to_write=True) as index:
        index.add_video("a", [StoredWindow(0, 1, each.tobytes()) for each in vectors(windows, 1)])
        index.add_file("a.mp4", IndexedFile("a", 1, 1))
    found(path)


def test_without_usearch_the_extra_is_named(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "usearch", None)
    with pytest.raises(VidcompressError, match=r"pip install 'pytest-vidcompress\[usearch\]'") as caught:
        found(file)
    assert "\n" not in str(caught.value)


ASKS = """
import sys
from pathlib import Path
from pytest_vidcompress.search.approximate.view import up_to_date
from pytest_vidcompress.search.index.index_file import opened
with opened(Path(sys.argv[1])) as index:
    print(len(up_to_date(index, Path(sys.argv[1]), lambda said: None).graph))
"""


def test_several_at_once_leave_a_whole_one(file: Path, tmp_path: Path) -> None:
    outputs = [tmp_path / f"said {number}" for number in range(3)]
    running = [started(script, ASKS, str(file), folder=tmp_path, output=each) for each in outputs]
    for process in running:
        process.join()
    assert [output.read_text().strip() for output in outputs] == ["300"] * 3
    assert found(file) == []
    assert [path.name for path in file.parent.iterdir() if path.suffix == ".part"] == []


AFTER_USEARCH = """
from pytest_vidcompress.search.approximate.graph import Graph, usearch_version

usearch_version()
Graph("fp32", 8)
import torch

torch.jit.script(torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.ReLU(), torch.nn.Linear(2, 2)))
print("compiled")
"""


def test_what_torch_compiles_after_it_was_loaded_ends() -> None:
    done = subprocess.run(
        [sys.executable, "-c", AFTER_USEARCH], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stdout == "compiled\n", done.stderr
