"""`vidcompress search -o FILE.html`, on encoded videos."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

from pytest_vidcompress.console import main
from tests.clips.decode.footage import film, scene
from tests.present.html.tags import tags_of

HERE = ("--threads=1", "--cache-size=0")


@pytest.fixture
def videos(tmp_path: Path) -> Path:
    """Indexed: a long one, a copy of it with marks in its name, another."""
    folder = tmp_path / "videos"
    folder.mkdir()
    film(folder / "long.mp4", scene(120))  # 12 s
    shutil.copy(folder / "long.mp4", folder / "<i>copy\udce9 50%.mp4")
    film(folder / "other.mp4", scene(12))
    assert main(["index", str(folder), "--model=videomae", *HERE]) == 0
    return folder


def test_a_page_shows_what_was_found(
    videos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (videos / "other.mp4").unlink()
    page = videos / "found.html"
    assert main(["search", str(videos), str(videos / "long.mp4"), "-o", str(page), *HERE]) == 0
    assert "3 of 3 windows" in capsys.readouterr().out  # what it prints without a page, too
    tags = tags_of(page.read_text("utf-8"))
    links = [each for each in tags.targets if not each.startswith(("data:", "#"))]
    name = "%3Ci%3Ecopy%E9%2050%25.mp4"
    assert {*links} == {"long.mp4", name, f"{name}#t=0.000,10.000", f"{name}#t=2.000,12.000"}
    assert sum(each.startswith("data:image/jpeg;base64,") for each in tags.targets) == 3
    for word in (
        "Most like long.mp4",
        r"<i>copy\udce9 50%.mp4",
        "0:02.0 - 0:12.0",
        "1 more file",
        "Missing: moved",
    ):
        assert word in tags.text
    assert "3 windows of 3 files" in tags.text


def test_of_a_label_from_elsewhere_with_json_beside_it(
    videos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "below" / "found.html"
    said = [
        "search",
        str(videos / ".vidcompress-index"),
        "--of-label=bouncing",
        "-o",
        str(page),
        "--json",
        *HERE,
    ]
    assert main(said) == 2
    assert "cannot be written" in capsys.readouterr().err
    page.parent.mkdir()
    assert main(said) == 0
    assert '"query_kind": "label"' in capsys.readouterr().out
    tags = tags_of(page.read_text("utf-8"))
    assert f"file://{videos}/%3Ci%3Ecopy%E9%2050%25.mp4" in tags.targets
    for word in ("Label: bouncing", "probability", "%"):
        assert word in tags.text


def test_it_says_that_not_all_were_looked_at(videos: Path, tmp_path: Path) -> None:
    if find_spec("usearch") is None:
        pytest.skip("usearch is not installed")
    page = tmp_path / "found.html"
    assert (
        main(["search", str(videos), str(videos / "long.mp4"), "--approximate", "-o", str(page), *HERE]) == 0
    )
    assert "cosine, approximate" in tags_of(page.read_text("utf-8")).text
