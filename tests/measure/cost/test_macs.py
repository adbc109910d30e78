from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn.functional import scaled_dot_product_attention

from pytest_vidcompress.compress.int8.packed_linear import packed
from pytest_vidcompress.measure.cost.macs import work
from pytest_vidcompress.models.catalog import CATALOG
from tests.measure.cost.counting import macs
from tests.models.small import FAMILIES, GEOMETRY, network, pixels


def test_dense_layers_by_hand() -> None:
    module = nn.Sequential(nn.Linear(10, 20), nn.GELU(), nn.Linear(20, 5, bias=False))
    assert macs(module, torch.ones(3, 10)) == 3 * (10 * 20 + 20 * 5)


def test_convolutions_by_hand() -> None:
    assert macs(nn.Conv2d(3, 8, 4, stride=4), torch.ones(2, 3, 16, 16)) == 2 * 8 * 4 * 4 * (3 * 4 * 4)
    grouped = nn.Conv2d(4, 4, 3, padding=1, groups=4)
    assert macs(grouped, torch.ones(1, 4, 8, 8)) == 4 * 8 * 8 * (3 * 3)
    assert macs(nn.Conv3d(3, 2, 2, stride=2), torch.ones(1, 3, 4, 4, 4)) == 2 * 2 * 2 * 2 * (3 * 2 * 2 * 2)


def test_attention_by_hand() -> None:
    heads, tokens, width = 2, 5, 8
    x = torch.ones(1, heads, tokens, width)
    expected = 2 * heads * tokens * tokens * width
    assert macs(lambda q: scaled_dot_product_attention(q, q, q), x) == expected
    assert macs(lambda q: (q @ q.transpose(-1, -2)).softmax(-1) @ q, x) == expected


def test_fused_layers_are_counted_as_written_out() -> None:
    tokens, width, inner = 5, 16, 32
    attention = tokens * width * 3 * width + 2 * tokens * tokens * width + tokens * width * width
    layer = nn.MultiheadAttention(width, 2, batch_first=True)
    assert (
        macs(lambda x: layer.eval()(x, x, x, need_weights=False), torch.ones(1, tokens, width)) == attention
    )
    block = nn.TransformerEncoderLayer(width, 2, inner, batch_first=True).eval()
    before = torch.backends.mha.get_fastpath_enabled()
    assert macs(block, torch.ones(1, tokens, width)) == attention + 2 * tokens * width * inner
    assert torch.backends.mha.get_fastpath_enabled() == before


@pytest.mark.parametrize("family", FAMILIES)
def test_one_clip_of_a_transformer_by_hand(family: str) -> None:
    frames, patches, width = (
        GEOMETRY["num_frames"],
        (GEOMETRY["image_size"] // 16) ** 2,
        GEOMETRY["hidden_size"],
    )
    inner, layers = GEOMETRY["intermediate_size"], GEOMETRY["num_hidden_layers"]
    if family == "videomae":
        tokens = frames // 2 * patches
        embedding = tokens * width * 3 * 2 * 16 * 16
        block = tokens * width * (4 * width + 2 * inner) + 2 * tokens * tokens * width
    else:
        tokens = frames * patches
        embedding = tokens * width * 3 * 16 * 16
        temporal = tokens * width * 5 * width + 2 * patches * frames * frames * width
        spatial_tokens = frames * (patches + 1)
        spatial = spatial_tokens * width * 4 * width + 2 * frames * (patches + 1) ** 2 * width
        block = temporal + spatial + (tokens + 1) * width * 2 * inner
    expected = embedding + layers * block + width * 3
    assert macs(network(family), pixels()) == expected


def test_how_attention_is_computed_does_not_count() -> None:
    counts = {macs(network("videomae", attn_implementation=how), pixels()) for how in ("sdpa", "eager")}
    assert len(counts) == 1


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("engine", ["onednn", "fbgemm", "qnnpack"])
def test_int8_counts_like_fp32(engine: str, family: str) -> None:
    if engine not in torch.backends.quantized.supported_engines:
        pytest.skip(f"this torch has no {engine}")
    module = network(family)
    assert macs(packed(module, engine), pixels()) == macs(module, pixels())


def test_more_frames_cost_more_and_counting_leaves_the_mode_alone() -> None:
    one, two = (network("videomae", num_frames=frames) for frames in (4, 8))
    one.train()
    assert work(two, torch.ones(1, 8, 3, 32, 32)).total > 2 * work(one, pixels()).total
    assert all(part.training for part in one.modules())


def test_a_callable_without_operators_counts_none() -> None:
    assert macs(lambda x: x.numpy().sum(), torch.ones(4)) is None


def test_work_belongs_to_the_module_that_does_it() -> None:
    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(4, 6)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x = self.layer(self.layer(x)[:, :4])
            return x @ torch.ones(6, 4)

    module = nn.Sequential(Block(), nn.Linear(4, 2), nn.ReLU())
    assert work(module, torch.ones(3, 4)).by_module == {
        "0": {"aten.mm": 3 * 6 * 4},
        "0.layer": {"aten.addmm": 2 * 3 * 4 * 6},
        "1": {"aten.addmm": 3 * 4 * 2},
    }


@pytest.mark.parametrize("family", FAMILIES)
def test_work_of_all_modules_is_the_whole(family: str) -> None:
    module = network(family)
    hidden = work(lambda x: module(x), pixels())
    assert work(module, pixels()).total == hidden.total == macs(module, pixels())
    assert hidden.by_module.keys() == {""}
    assert not any(part._forward_hooks or part._forward_pre_hooks for part in module.modules())


def test_integer_products_are_counted() -> None:
    left, right = torch.ones(32, 16, dtype=torch.int8), torch.ones(16, 8, dtype=torch.int8)
    assert macs(lambda x: torch._int_mm(x, right), left) == 32 * 16 * 8


# Papers and model zoos: TimeSformer 196 G and 1703 G a view, VideoMAE-B 180 G.
@pytest.mark.parametrize(
    ("name", "giga"), [("timesformer", 196), ("timesformer-hr", 1702), ("videomae", 180)]
)
def test_published_geometries_have_their_published_macs(name: str, giga: float) -> None:
    from transformers import AutoConfig, AutoModelForVideoClassification

    family, profile = CATALOG[name], CATALOG[name].profile
    with torch.device("meta"):  # shapes only: nothing of this size is computed
        config = AutoConfig.for_model(family.model_type, **family.geometry, num_labels=400)
        module = AutoModelForVideoClassification.from_config(config).eval()
        clip = torch.empty(1, profile.frames, 3, profile.size, profile.size)
        assert macs(module, clip) == pytest.approx(1e9 * giga, rel=0.01)
