"""Multiply-accumulates and parameters of the published geometries, by shapes alone: nothing of this size is made."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
import torch

from pytest_vidcompress.compress.fuse.rewrite import rewrites
from pytest_vidcompress.models.catalog import CATALOG
from pytest_vidcompress.models.checkpoint.classifier import architecture, build
from tests.measure.cost.counting import macs


@pytest.fixture(autouse=True)
def quick_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """VideoMAE computes its table of positions number by number, whose values do not matter here."""
    monkeypatch.setattr(
        "transformers.models.videomae.modeling_videomae.get_sinusoid_encoding_table",
        lambda places, width: torch.zeros(1, places, width),
    )


def configuration(name: str) -> Any:
    from transformers import AutoConfig

    row = CATALOG[name]
    config: Any = AutoConfig.for_model(row.model_type, **deepcopy({**row.geometry}))
    config.id2label = {number: str(number) for number in range(row.labels.classes)}
    return config


def clip(name: str) -> torch.Tensor:
    profile = CATALOG[name].profile
    return torch.empty(1, profile.frames, 3, profile.size, profile.size)


# Counted by others on the same classes of transformers 5.24; papers and model zoos say the same where they count
# multiply-accumulates: VideoMAE 57, 180, 597 and 1192 G, TimeSformer 196 G.
@pytest.mark.parametrize(
    ("name", "giga", "million"),
    [
        ("videomae-small", 56.9, 22.0),
        ("videomae", 180.3, 86.5),
        ("videomae-large", 596.8, 304.3),
        ("videomae-huge", 1192, 632),
        ("videomae-ssv2", 180.3, 86.5),
        ("timesformer", 195.8, 121.6),
        ("timesformer-k600", 195.8, 121.6),
        ("timesformer-ssv2", 195.8, 121.6),
        ("vivit", 451.5, 89.0),
        ("vjepa2-ssv2", 935, 375.5),
    ],
)
def test_a_published_geometry_costs_what_it_is_known_for(name: str, giga: float, million: float) -> None:
    with torch.device("meta"):
        module = build(configuration(name)).eval()
        assert macs(module, clip(name)) == pytest.approx(1e9 * giga, rel=0.01)
    assert sum(each.numel() for each in module.parameters()) == pytest.approx(1e6 * million, rel=0.01)


# Of ViViT's last block all but the class token's part; of V-JEPA 2's probe and X-CLIP's prompts what never changes.
@pytest.mark.parametrize(("name", "share"), [("vivit", 0.0825), ("vjepa2-ssv2", 0.0045), ("xclip", 0.0080)])
def test_what_fuse_saves_of_a_published_geometry(name: str, share: float) -> None:
    with torch.device("meta"):
        module = build(configuration(name)).eval()
        fused = rewrites()[type(module).__name__].build(module).eval().to("meta")
        before, after = macs(module, clip(name)), macs(fused, clip(name))
    assert before is not None
    assert after is not None
    assert 1 - after / before == pytest.approx(share, rel=0.02)


def test_xclips_video_branch_and_both_its_towers() -> None:
    with torch.device("meta"):
        whole: Any = architecture(configuration("xclip"))(configuration("xclip")).eval()
        branch = macs(lambda pixels: whole.get_video_features(pixels).pooler_output, clip("xclip"))
    assert branch == pytest.approx(35.8e9, rel=0.01)
    assert sum(each.numel() for each in whole.parameters()) == pytest.approx(196.6e6, rel=0.01)


# Its model zoo says 39, 75, 145 and 658 G, with the text tower's share of the labels.
@pytest.mark.parametrize(
    ("name", "giga"), [("xclip", 39), ("xclip-16-frames", 75), ("xclip-patch16", 145), ("xclip-large", 658)]
)
def test_xclip_with_fixed_labels_costs_no_more_than_its_model_zoo_says(name: str, giga: float) -> None:
    with torch.device("meta"):
        counted = macs(build(configuration(name)).eval(), clip(name))
    assert 0.97e9 * giga < counted <= 1e9 * giga
