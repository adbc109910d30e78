from __future__ import annotations

from pytest_vidcompress.compress.frames.frame_axis import FrameAxis
from pytest_vidcompress.compress.fuse.rewrite import Rewrite
from pytest_vidcompress.compress.layers.by_class import entries_by_class

FRAMES = "pytest_vidcompress.compress.frames"


def test_entries_of_a_folder_are_found_by_the_class_that_they_are_of() -> None:
    found = entries_by_class(FRAMES, "AXIS", FrameAxis)
    assert "VideoMAEForVideoClassification" in found
    assert all(name == entry.of for name, entry in found.items())


def test_entries_of_another_name_or_kind_are_no_entries() -> None:
    assert not entries_by_class(FRAMES, "REWRITE", FrameAxis)
    assert not entries_by_class(FRAMES, "AXIS", Rewrite)
