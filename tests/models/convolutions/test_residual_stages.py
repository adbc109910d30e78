from __future__ import annotations

import pytest

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.convolutions.residual_stages import stage_depths, stage_widths

SHAPES = {
    "a.0.conv.weight": (8, 3, 1, 1, 1),
    "a.1.conv.weight": (8, 8, 1, 1, 1),
    "a.1.norm.weight": (8,),
    "b.0.conv.weight": (16, 8, 1, 1, 1),
}


def test_names_and_shapes_tell_the_stages() -> None:
    assert stage_widths(SHAPES, ("a", "b"), "conv") == [8, 16]
    assert stage_depths(SHAPES, ("a", "b"), "conv") == [2, 1]


def test_another_network_is_refused() -> None:
    with pytest.raises(VidcompressError, match=r"there is no c\.0\.conv\.weight: it is of another network"):
        stage_widths(SHAPES, ("a", "c"), "conv")
    with pytest.raises(VidcompressError, match="the blocks of a are not numbered from 0 on"):
        stage_depths({"a.1.conv.weight": (8,)}, ("a",), "conv")
