"""`vidcompress index` that is killed at any moment, twice at once, and over folders with anything in them."""

from __future__ import annotations

import os
import random
import re
import signal
import sqlite3
import time
from contextlib import closing
from multiprocessing.process import BaseProcess
from pathlib import Path

import numpy as np
import pytest

from pytest_vidcompress.console import main
from pytest_vidcompress.search.index import index_file
from pytest_vidcompress.search.index.index_file import NAME, opened
from tests.clips.decode.footage import film, greys, scene
from tests.forked import console, started
from tests.models import small

FRAMES, STEP_FRAMES, FPS = 4, 2, 10
HOW = (f"--window={FRAMES / FPS}", f"--step={STEP_FRAMES / FPS}", "--threads=1")
needs_sigkill = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="nothing kills so here")


@pytest.fixture
def model(tmp_path: Path) -> str:
    small.checkpoint(tmp_path / "model", "videomae")
    return f"--model={tmp_path / 'model'}"


def start(folder: Path, model: str, output: str = "said") -> BaseProcess:
    """`vidcompress index` with windows of four frames, one every second frame; what it says is beside the folder."""
    return started(
        console, "index", str(folder), model, *HOW, folder=folder.parent, output=folder.with_name(output)
    )


def videos(folder: Path, count: int, windows: int) -> Path:
    """So many, with so many windows each, all different."""
    frames = FRAMES + STEP_FRAMES * (windows - 1)
    pictures = scene(frames + count)
    for number in range(count):
        options = {"qp": "30", "threads": "1", "preset": "ultrafast"}
        film(folder / f"{number:03}.mp4", pictures[number : number + frames], fps=FPS, options=options)
    return folder


def windows_in(file: Path) -> int:
    """Committed ones; 0 of an index that is just being made."""
    if not file.is_file():
        return 0
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=30)) as connection:
            return connection.execute("SELECT COUNT(*) FROM windows").fetchone()[0]
    except sqlite3.OperationalError:
        return 0


def kill_after(process: BaseProcess, windows: int, file: Path, dice: random.Random) -> bool:
    """Lets it index so many windows, and then kills it a moment later; False where it ended
    before."""
    while process.is_alive() and windows_in(file) < windows:
        time.sleep(0.01)
    time.sleep(dice.uniform(0, 0.2))
    process.kill()
    process.join()
    return process.exitcode == -signal.SIGKILL


@needs_sigkill
@pytest.mark.parametrize(
    ("count", "windows", "kills"), [(16, 100, 1), pytest.param(40, 250, 20, marks=pytest.mark.slow)]
)
def test_killed_it_goes_on_and_no_window_is_lost_or_there_twice(
    count: int, windows: int, kills: int, model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, dice = videos(tmp_path / "videos", count, windows), random.Random(windows)
    file, killed = folder / NAME, 0
    for _ in range(kills):
        # Half of the way in all, besides what is done until it dies: it is not to end before.
        more = dice.uniform(0, count * windows / (kills + 1))
        killed += kill_after(start(folder, model), windows_in(file) + int(more), file, dice)
        if windows_in(file):
            with opened(file) as index:
                files, found = index.count()
                assert found == len(index.gallery().windows) == windows * files
    assert killed == kills
    for place in (file, tmp_path / "undisturbed"):
        said = _index(capsys, folder, model, f"--index={place}")
        assert f": {count} files, {count * windows} windows, " in said[-1]
    with opened(file) as one, opened(tmp_path / "undisturbed") as other:
        ours, theirs = one.gallery(), other.gallery()
    assert ours.windows == theirs.windows
    assert ours.files == theirs.files
    assert np.array_equal(ours.vectors, theirs.vectors)
    assert np.array_equal(ours.lengths, theirs.lengths)


def test_two_at_once_make_one_index(model: str, tmp_path: Path) -> None:
    folder = videos(tmp_path / "videos", 8, 10)
    both = {name: start(folder, model, name) for name in ("one", "other")}
    for process in both.values():
        process.join()
    said = "".join((tmp_path / name).read_text() for name in both)
    assert [process.exitcode for process in both.values()] == [0, 0], said
    new = sorted(line.split(";")[0] for line in said.splitlines() if " new, " in line)
    assert new == ["0 videos new, in 0 windows", "8 videos new, in 80 windows"]
    with opened(folder / NAME) as index:
        assert index.count() == (8, 80)


def test_one_that_another_process_writes_for_long_is_said_in_a_line(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = videos(tmp_path / "videos", 1, 3)
    monkeypatch.setattr(index_file, "_PATIENCE_S", 0.1)
    with opened(tmp_path / "index", to_write=True):
        assert main(["index", str(folder), model, f"--index={tmp_path / 'index'}", "--threads=1"]) == 2
    assert "is being written by another process: wait for that" in capsys.readouterr().err


def test_whatever_is_in_a_folder_is_listed_with_its_reason_and_the_rest_is_indexed(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = videos(tmp_path / "videos", 2, 3)
    whole = film(tmp_path / "whole.mp4", greys(range(0, 200, 4), noise=20)).read_bytes()
    (folder / "cut.mp4").write_bytes(whole[: len(whole) // 2])
    early = film(tmp_path / "early.mp4", scene(60), muxing={"movflags": "+faststart"}).read_bytes()
    (folder / "half.mp4").write_bytes(early[: len(early) // 2])
    (folder / "empty.mp4").touch()
    (folder / "folder.mp4").mkdir()
    (folder / "gone.mp4").symlink_to(tmp_path / "nothing")
    (folder / "noise.mp4").write_bytes(random.Random(0).randbytes(50_000))
    os.mkfifo(folder / "pipe.mp4")
    film(folder / "only sound.mp4", [], sound=True)
    (folder / "round.mp4").symlink_to(folder / "round.mp4")
    (folder / "\x1b[31mred\u202e.mp4").write_text("<html>")
    said = _index(capsys, folder, model)
    assert "2 files, 6 windows" in said[-1]
    reasons = dict(line.removeprefix("not indexed: ").split(".mp4: ") for line in said if ".mp4: " in line)
    assert re.fullmatch(r"cut off after \d+ frames", reasons.pop("half"))
    assert reasons == {
        "cut": "cut off before its index",
        "empty": "empty",
        "gone": "unreadable: No such file or directory",
        "noise": "not a video, or damaged at its start",
        "only sound": "no video stream",
        "pipe": "unreadable: no regular file, such as a pipe or a device",
        "round": "unreadable: Too many levels of symbolic links",
        r"\x1b[31mred\u202e": "not a video, or damaged at its start",
    }


@pytest.mark.slow
def test_what_is_huge_or_long_is_indexed_or_listed(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "videos"
    pictures = scene(100) * 40
    film(folder / "long.mp4", pictures, fps=1, options={"qp": "40", "threads": "1", "preset": "ultrafast"})
    film(folder / "with a hole.mp4", scene(9))
    (folder / "hole.mp4").touch()
    for name in ("hole", "with a hole"):
        os.truncate(folder / f"{name}.mp4", (1 << 32) + 4096)  # more than four gibibytes, and sparse
    said = _index(capsys, folder, model, "--window=10", "--step=5")
    assert said[0] == "not indexed: hole.mp4: not a video, or damaged at its start"
    assert "2 videos new, in 800 windows" in said[1]


def test_real_videos_that_are_odd_are_indexed_but_for_the_damaged_one(
    media: Path, model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = _index(capsys, media / "odd", model, f"--index={tmp_path / 'index'}")
    refused = [line for line in said if line.startswith("not indexed")]
    assert refused == ["not indexed: corrupted.mp4: damaged after 28 frames"]
    assert f": {len([*(media / 'odd').iterdir()]) - 1} files, " in said[-1]


def _index(capsys: pytest.CaptureFixture[str], folder: Path, model: str, *more: str) -> list[str]:
    assert main(["index", str(folder), model, *HOW, *more]) == 0
    return capsys.readouterr().out.splitlines()
