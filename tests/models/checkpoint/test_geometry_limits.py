"""A configuration that cannot be of the tensors beside it is refused in milliseconds, a real one never."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import torch

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.catalog import CATALOG
from pytest_vidcompress.models.checkpoint.geometry_limits import refuse_beyond_tensors
from pytest_vidcompress.models.safetensors_header import described
from tests.models.small import FAMILIES, checkpoint, network


def config(family: str, **changed: Any) -> dict[str, Any]:
    of: Any = network(family).config
    return {**of.to_dict(), **changed}


def tensors(family: str) -> list[int]:
    return [tensor.numel() for tensor in network(family).state_dict().values()]


def stored(folder: Path) -> list[int]:
    return [each.numel for each in described(folder / "model.safetensors")]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (
            {"num_hidden_layers": 200_000},
            r"says num_hidden_layers=200,000, and there are \d+ tensors: it is of",
        ),
        (
            {"hidden_size": 10**9},
            r"says hidden_size=1,000,000,000, expected at most 65,536: it is of no video",
        ),
        ({"num_frames": 10_000_000}, r"says num_frames=10,000,000, expected at most 65,536"),
        ({"image_size": [10**6, 4]}, r"says image_size=1,000,000, expected"),
        ({"vision_config": {"depth_layers": [10**5]}}, r"says depth_layers=100,000, and there are"),
        (
            {"image_size": 6400, "patch_size": 1},
            r"into 81,920,000 patches of hidden_size=24, which is too many for",
        ),
        (
            {"image_size": [6400, 6400], "patch_size": [1, 1]},
            r"into 81,920,000 patches of hidden_size=24, which is",
        ),
        (
            {"num_frames": 60_000, "tubelet_size": 1, "hidden_size": 60_000},
            "into 240,000 patches of hidden_size=60,0",
        ),
    ],
)
def test_what_cannot_be_in_the_tensors_is_refused_at_once(changed: dict[str, Any], why: str) -> None:
    given, there = config("videomae", **changed), tensors("videomae")
    started = time.perf_counter()
    with pytest.raises(VidcompressError, match=why):
        refuse_beyond_tensors(given, there)
    assert time.perf_counter() - started < 0.5


@pytest.mark.parametrize(
    "value", [0, -1, 2.5, True, None, "7", [], [None], ["a", 3], {"a": [1]}, [[4, 4], 4]], ids=str
)
@pytest.mark.parametrize("key", ["image_size", "patch_size", "num_frames", "tubelet_size", "hidden_size"])
def test_odd_values_are_left_to_whoever_builds(key: str, value: Any) -> None:
    refuse_beyond_tensors(config("videomae", **{key: value}), tensors("videomae"))


@pytest.mark.parametrize("family", FAMILIES)
def test_a_checkpoint_is_within_its_tensors(family: str, tmp_path: Path) -> None:
    of: Any = checkpoint(tmp_path, family)
    refuse_beyond_tensors(of.config.to_dict(), stored(tmp_path))
    packaged = CATALOG[family].pocket
    assert packaged is not None
    refuse_beyond_tensors(of.config.to_dict(), stored(packaged))


@pytest.mark.parametrize(
    ("family", "geometry"),
    [
        ("timesformer", {"num_frames": 96, "image_size": 224}),
        ("timesformer", {"num_frames": 16, "image_size": 448}),
        ("videomae", {"num_frames": 16, "image_size": 224, "hidden_size": 1024, "num_hidden_layers": 24,
                      "num_attention_heads": 16}),
        ("videomae", {"num_frames": 64, "image_size": 448, "hidden_size": 64, "num_hidden_layers": 1,
                      "num_attention_heads": 1, "intermediate_size": 64}),
    ],
)  # fmt: skip
def test_published_and_odd_geometries_are_within_theirs(family: str, geometry: dict[str, Any]) -> None:
    from transformers import AutoConfig, AutoModelForVideoClassification

    made = AutoConfig.for_model(family, **geometry)
    small = AutoConfig.for_model(family, **{**geometry, "image_size": 16, "num_frames": 2})
    with torch.device("meta"):
        # Built small: what grows with the picture is no weight of VideoMAE, and but one table of TimeSformer.
        state = AutoModelForVideoClassification.from_config(small).state_dict()
    refuse_beyond_tensors(made.to_dict(), [tensor.numel() for tensor in state.values()])
