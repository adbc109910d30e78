"""The page of what a search found: it says everything without script, and foreign text stays text."""

from __future__ import annotations

from pathlib import PurePath

import pytest

from pytest_vidcompress.present.html.found_page import NOTHING, found_page, is_playable, media_fragment
from pytest_vidcompress.present.html.page_blocks import FoundVideo
from tests.present.html.made_run import THUMBNAIL
from tests.present.html.tags import tags_of

FACTS = [("index", "videos: 3 windows of 2 files")]
HIT = FoundVideo(
    "film.mp4", "0.9562", "0:01.0 - 0:02.5", "videos", THUMBNAIL, "film.mp4", "t=1.000,2.500", True
)


def test_a_hit_is_a_picture_that_links_to_its_part_of_the_file() -> None:
    tags = tags_of(found_page("Most like query.mp4", FoundVideo("query.mp4"), [HIT], FACTS))
    assert tags.targets[:5] == ["#main", "film.mp4#t=1.000,2.500", THUMBNAIL, "film.mp4"]
    for word in (
        "Most like query.mp4",
        "0.9562",
        "0:01.0 - 0:02.5",
        "film.mp4",
        "in videos",
        "3 windows of 2",
    ):
        assert word in tags.text
    assert "nav" not in tags.seen
    assert tags.headings == [1, 2, 2]


def test_what_is_not_there_has_no_link_and_says_why() -> None:
    gone = FoundVideo(
        "film.mp4", "0.5", note="Missing.", copies=[("b.mp4 (missing)", ""), ("c.mp4", "c.mp4")]
    )
    tags = tags_of(found_page("Label: bouncing", None, [gone], FACTS))
    assert tags.targets == ["#main", "c.mp4"]
    for word in ("no picture", "Missing.", "2 more files with this content", "b.mp4 (missing)"):
        assert word in tags.text
    assert NOTHING in tags_of(found_page("Text: a dog", None, [], FACTS)).text


def test_foreign_text_stays_text() -> None:
    evil = "<script>alert(1)</script>\"'>\u202e\x1b[1m\udce9"
    hit = FoundVideo(evil, evil, evil, evil, note=evil, copies=[(evil, "")])
    made = found_page(evil, FoundVideo(evil), [hit], [("index", evil)])
    made.encode()
    tags = tags_of(made)
    assert tags.seen.count("script") == 1
    assert r"\u202e\x1b[1m\udce9" in tags.text
    assert "\u202e" not in made


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.mp4", True), ("a.WEBM", True), ("a.mkv", True), ("a.avi", False), ("frames", False)],
)
def test_what_a_browser_may_play_is_tried(name: str, expected: bool) -> None:
    assert is_playable(PurePath(name)) == expected


def test_a_fragment_is_in_seconds() -> None:
    assert media_fragment(0.5, 3723.25) == "t=0.500,3723.250"
