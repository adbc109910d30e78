"""`vidcompress index` and `vidcompress search`, on encoded videos."""

from __future__ import annotations

import json
import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from pytest_vidcompress.clips.clip import Source
from pytest_vidcompress.clips.crops.windows import Part, PartJob
from pytest_vidcompress.clips.pocket.packaged import pocket
from pytest_vidcompress.console import main
from pytest_vidcompress.search.index.index_file import NAME, opened
from tests.artefacts.variants import variant
from tests.clips.decode.footage import film, greys, scene

MODEL = ("--model=videomae",)
HERE = ("--threads=1", "--cache-size=0")


@pytest.fixture
def videos(tmp_path: Path) -> Path:
    """A folder with a long video, clips of three classes, and what is none."""
    folder = tmp_path / "videos"
    (folder / "below").mkdir(parents=True)
    film(folder / "long.mp4", scene(120))  # 12 s
    for place, clip in enumerate(sorted(pocket().clips, key=lambda clip: clip.label)[:6]):
        shutil.copy(clip.path, folder / "below" / f"{place}.mp4")
    (folder / "empty.mp4").touch()
    (folder / "words.mp4").write_text("<html>not found</html>")
    whole = film(tmp_path / "whole.mp4", greys(range(0, 200, 4), noise=20)).read_bytes()
    (folder / "cut.mp4").write_bytes(whole[: len(whole) // 2])
    (folder / "notes.txt").write_text("of the holidays")
    return folder


def index(capsys: pytest.CaptureFixture[str], *arguments: object, code: int = 0) -> str:
    assert main(["index", *map(str, arguments), *HERE]) == code
    said = capsys.readouterr()
    return said.err if code else said.out


def search(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    assert main(["search", *map(str, arguments), "--json", *HERE]) == 0
    return json.loads(capsys.readouterr().out)


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert main([*map(str, arguments), *HERE]) == 2
    said = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("note: ")]
    assert len(said) == 1
    return said[0]


def test_a_folder_is_indexed_and_what_cannot_be_is_listed(
    videos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = index(capsys, videos, *MODEL).splitlines()
    assert lines[0].startswith("not indexed: cut.mp4: ")
    assert lines[1:3] == [
        "not indexed: empty.mp4: empty",
        "not indexed: words.mp4: not a video, or damaged at its start",
    ]
    assert lines[3] == "1 file not called as videos are: .txt 1"
    assert lines[4] == "7 videos new, in 8 windows; 0 known by content; 0 unchanged; 0 gone"
    assert "7 files, 8 windows, 128 numbers each as fp32 (mean of tokens), by videomae" in lines[5]


def test_what_is_known_by_content_is_not_looked_at_again(
    videos: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    index(capsys, videos, *MODEL)
    looked = list[str]()
    own = PartJob.__call__

    def watched(job: PartJob, source: Source) -> Part:
        looked.append(Path(str(source)).name)
        return own(job, source)

    monkeypatch.setattr(PartJob, "__call__", watched)
    (videos / "long.mp4").rename(videos / "below" / "moved.mp4")
    shutil.copy(videos / "below" / "0.mp4", videos / "copy.mp4")
    (videos / "below" / "5.mp4").unlink()
    os.utime(videos / "below" / "1.mp4", ns=(1, 1))
    film(videos / "new.mp4", scene(12))
    said = index(capsys, videos, *MODEL)
    assert looked == ["new.mp4"]
    assert "1 video new, in 1 window; 3 known by content; 4 unchanged; 2 gone" in said
    assert "not indexed: empty.mp4: empty" in said
    with opened(videos / NAME) as found:
        assert found.count() == (8, 8)


def test_a_clip_finds_itself_its_copies_and_its_class(
    videos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(videos / "below" / "0.mp4", videos / "copy.mp4")
    index(capsys, videos, *MODEL)
    hits = search(capsys, videos, videos / "below" / "0.mp4", "--top=3")["hits"]
    assert hits[0]["score"] == pytest.approx(1, abs=1e-5)
    assert [hits[0]["path"], *hits[0]["copies"]] == [
        str(videos / "below" / "0.mp4"),
        str(videos / "copy.mp4"),
    ]
    assert [hit["score"] for hit in hits] == sorted((hit["score"] for hit in hits), reverse=True)
    assert main(["search", str(videos), str(videos / "long.mp4"), "--top=9", *HERE]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 9
    spans = {line.split()[1] for line in lines[:8] if "long.mp4" in line}
    assert spans == {"0:00.0", "0:02.0"}
    assert lines[8].startswith("8 of 8 windows, by videomae (")


def test_an_index_by_what_lies_in_a_folder_is_searched_from_another(
    videos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    variant("fp32", "videomae").save(tmp_path / "mine")
    monkeypatch.chdir(tmp_path)
    index(capsys, "videos", "--model=mine")
    monkeypatch.chdir(videos)
    hits = search(capsys, videos, videos / "below" / "0.mp4")["hits"]
    assert hits[0]["path"] == str(videos / "below" / "0.mp4")


def test_a_page_that_cannot_be_written_is_refused_before_anything_is_loaded(
    videos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for page, why in (
        (tmp_path / "none" / "page.html", "there is no such folder"),
        (tmp_path, "it is a folder"),
    ):
        said = refused(capsys, "search", videos, videos / "long.mp4", "-o", page)
        assert f"-o {page} cannot be written ({why})" in said


@pytest.mark.parametrize("vectors", ["fp16", "int8", "bits"])
def test_smaller_vectors_find_it_too(vectors: str, videos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = index(capsys, videos, *MODEL, f"--vectors={vectors}")
    assert f"128 numbers each as {vectors}" in said
    hits = search(capsys, videos, videos / "below" / "3.mp4")["hits"]
    assert hits[0]["path"] == str(videos / "below" / "3.mp4")


def test_a_killed_run_goes_on_where_it_was(
    videos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = PartJob.__call__

    def stopped(job: PartJob, source: Source) -> Part:
        if Path(str(source)).name == "words.mp4":
            raise KeyboardInterrupt
        return own(job, source)

    monkeypatch.setattr("pytest_vidcompress.search.index.index_file._COMMIT_S", 0)
    with monkeypatch.context() as patch:
        patch.setattr(PartJob, "__call__", stopped)
        with pytest.raises(KeyboardInterrupt):
            main(["index", str(videos), *MODEL, *HERE])
    said = index(capsys, videos, *MODEL)
    # What comes before that one: the long video, and two that cannot be indexed.
    assert "6 videos new, in 6 windows; 0 known by content; 1 unchanged" in said
    index(capsys, videos, *MODEL, f"--index={tmp_path / 'whole'}")
    with opened(videos / NAME) as one, opened(tmp_path / "whole") as other:
        assert one.gallery().windows == other.gallery().windows
        assert one.gallery().vectors.tobytes() == other.gallery().vectors.tobytes()


def test_an_index_refuses_another_models_queries_unless_that_is_meant(
    videos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    variant("fp32", "videomae").save(tmp_path / "small")
    variant("fuse+int8-static", "videomae", "torch").save(tmp_path / "smaller")
    small, smaller = f"--model={tmp_path / 'small'}", f"--model={tmp_path / 'smaller'}"
    index(capsys, videos, small)
    query = videos / "below" / "0.mp4"
    own = search(capsys, videos, query)["hits"]
    assert "this is fuse+int8-static" in refused(capsys, "search", videos, query, smaller)
    assert "this is fuse+int8-static" in refused(capsys, "index", videos, smaller)
    assert "asked for are int8 vectors" in refused(capsys, "index", videos, small, "--vectors=int8")
    other = search(capsys, videos, query, smaller, "--asymmetric")
    assert other["query_by"]["recipe"].startswith("fuse+int8-static")
    assert other["index_by"]["recipe"] == "fp32"
    assert own[0]["score"] > other["hits"][0]["score"] > 0.5
    said = refused(capsys, "search", videos, query, *MODEL, "--asymmetric")
    assert "ask with a model whose embedding is as wide" in said


def test_what_is_wrong_is_said_in_a_line(
    videos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    query = videos / "below" / "0.mp4"
    assert "there is no index at" in refused(capsys, "search", videos, query)
    assert "is no folder" in refused(capsys, "index", query, *MODEL)
    assert "so that nothing is left out" in refused(capsys, "index", videos, *MODEL, "--step=20")
    index(capsys, videos, *MODEL)
    for name, reason in (("words.mp4", "not a video"), ("none.mp4", "missing"), ("empty.mp4", "empty")):
        assert reason in refused(capsys, "search", videos, videos / name)
    (videos / NAME).write_bytes((videos / NAME).read_bytes()[:9000])
    assert "is damaged" in refused(capsys, "search", videos, query)
    assert "is damaged" in refused(capsys, "index", videos, *MODEL)


def test_an_approximate_search_finds_the_same_and_says_what_it_is(
    videos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if find_spec("usearch") is None:
        pytest.skip("usearch is not installed")
    said = index(capsys, videos, *MODEL, "--approximate").splitlines()
    assert said[-1].startswith("approximate view made of 8 windows, in ")
    exact = search(capsys, videos, videos / "long.mp4")
    approximate = search(capsys, videos, videos / "long.mp4", "--approximate")
    assert (exact["ranking"], approximate["ranking"]) == ("exact", "approximate")
    for ours, theirs in zip(approximate["hits"], exact["hits"], strict=True):
        assert ours.pop("score") == pytest.approx(theirs.pop("score"), abs=1e-6)
        assert ours == theirs
    film(videos / "new.mp4", scene(12))
    index(capsys, videos, *MODEL)
    assert main(["search", str(videos), str(videos / "new.mp4"), "--approximate", *HERE]) == 0
    printed = capsys.readouterr()
    assert "note: approximate view brought up to date: 1 added, 0 gone, in " in printed.err
    assert str(videos / "new.mp4") in printed.out.splitlines()[0]
    assert printed.out.splitlines()[-1].startswith("9 of 9 windows, approximate, by videomae (")


def test_an_approximate_search_without_usearch_names_the_extra(
    videos: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    index(capsys, videos, *MODEL)
    monkeypatch.setitem(sys.modules, "usearch", None)
    said = refused(capsys, "search", videos, videos / "long.mp4", "--approximate")
    assert "pip install 'pytest-vidcompress[usearch]'" in said
    assert "pip install 'pytest-vidcompress[usearch]'" in refused(
        capsys, "index", videos, *MODEL, "--approximate"
    )


@pytest.mark.slow
def test_files_of_a_runtime_of_its_own_have_no_embedding(
    videos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    variant("fuse", "videomae", "onnxruntime").save(tmp_path / "graph")
    assert "give labels and no embedding" in refused(capsys, "index", videos, f"--model={tmp_path / 'graph'}")


@pytest.mark.slow
def test_real_videos_find_themselves(media: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = media / "kinetics400" / "val"
    file = f"--index={tmp_path / 'index'}"
    assert "not indexed" not in index(capsys, folder, *MODEL, file, "--window=5", "--step=2.5")
    query = min(folder.iterdir())
    hits = search(capsys, tmp_path / "index", query)["hits"]
    assert hits[0]["path"] == str(query)
