"""Batch norms as part of the layers in front of them: exact, and only where nothing else takes what those give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import nn

from pytest_vidcompress.compress.fuse.batch_norm import drop_norms, fold, norms_after_layers
from pytest_vidcompress.compress.recipe import parse
from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.measure.cost.macs import work
from tests.models.cnn import Cnn, cnn, noise, settled
from tests.models.small import NO_CLIPS, pixels


def batch_norms(module: nn.Module) -> list[str]:
    return [name for name, part in module.named_modules() if "BatchNorm" in type(part).__name__]


def test_all_norms_of_a_cnn_are_gone_and_its_logits_stay() -> None:
    of = cnn()
    made = parse("fuse", TECHNIQUES).apply(of, NO_CLIPS).module
    assert len(batch_norms(of.module)) == 10
    assert batch_norms(made) == []
    with torch.inference_mode():
        expected, found = of.module(noise(3)), made(noise(3))
    assert (found - expected).abs().max() < 1e-5 * expected.abs().max()
    assert work(made, noise()).total == work(of.module, noise()).total
    assert of.module.stem[1].running_mean is not None, "the model it was made of is untouched"  # type: ignore[index]


def test_scopes_are_called_as_before() -> None:
    of = cnn()
    assert parse("fuse", TECHNIQUES).apply(of, NO_CLIPS).profile is of.profile


class Chain(nn.Module):
    """Parts one after the other, and what a test wants done with them."""

    def __init__(self, run: Callable[..., torch.Tensor], **parts: nn.Module) -> None:
        super().__init__()
        for name, part in parts.items():
            self.add_module(name, part)
        self.run = run

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        return self.run(self, given)


def pairs(run: Callable[..., torch.Tensor], **parts: nn.Module) -> dict[str, str]:
    chain = Chain(run, **parts).eval()
    return dict(norms_after_layers(chain, torch.randn(2, 3, 4, 8, 8)))


def test_a_norm_right_after_a_convolution_is_found_whatever_they_are_called() -> None:
    found = pairs(lambda net, x: net.b(net.z(x)), z=nn.Conv3d(3, 4, 1), b=nn.BatchNorm3d(4))
    assert found == {"z": "b"}
    affine = pairs(lambda net, x: net.b(net.z(x)), z=nn.Conv3d(3, 4, 1), b=nn.BatchNorm3d(4, affine=False))
    assert affine == {"z": "b"}


@pytest.mark.parametrize(
    "run",
    [
        lambda net, x: net.norm(net.layer(x).relu()),
        lambda net, x: net.norm(inner := net.layer(x)) + inner,
        lambda net, x: net.norm(net.layer(x)) + net.layer(x),
        lambda net, x: net.norm(net.layer(x)) + net.norm(x[:, :1].expand(-1, 4, -1, -1, -1)),
        lambda net, x: net.norm(net.layer(x) + 1),
        lambda net, x: net.norm(net.layer(x)) + nn.functional.conv3d(x, net.layer.weight),
        lambda net, x: net.layer(x),
    ],
    ids=["relu", "residual", "layer twice", "norm twice", "shift", "weight used", "no norm"],
)
def test_what_anything_else_takes_is_left_alone(run: Callable[..., torch.Tensor]) -> None:
    assert pairs(run, layer=nn.Conv3d(3, 4, 1), norm=nn.BatchNorm3d(4)) == {}


def test_what_scales_by_the_clip_is_left_alone() -> None:
    own = nn.BatchNorm3d(4, track_running_stats=False)
    assert pairs(lambda net, x: net.norm(net.layer(x)), layer=nn.Conv3d(3, 4, 1), norm=own) == {}


@pytest.mark.parametrize(
    ("layer", "norm", "shape", "folds"),
    [
        (nn.Linear(5, 4), nn.BatchNorm1d(4), (3, 5), True),
        (nn.Linear(5, 4), nn.BatchNorm1d(3), (2, 3, 5), False),
        (nn.Conv1d(5, 4, 2, bias=False), nn.BatchNorm1d(4), (2, 5, 6), True),
        (nn.Conv2d(4, 8, 3, groups=4), nn.BatchNorm2d(8), (2, 4, 6, 6), True),
        (nn.Conv2d(4, 4, 3, groups=4, bias=False), nn.SyncBatchNorm(4), (2, 4, 6, 6), True),
    ],
    ids=["linear", "tokens", "1-D", "grouped", "depthwise"],
)
def test_other_layers_and_norms(
    layer: nn.Module, norm: nn.Module, shape: tuple[int, ...], folds: bool
) -> None:
    with torch.no_grad():
        for buffer in (norm.running_mean, norm.running_var):
            buffer.uniform_(0.5, 2)  # type: ignore[operator, union-attr]
    given, chain = torch.randn(shape), nn.Sequential(layer, norm).eval()
    with torch.inference_mode():
        expected = chain(given)
        found = norms_after_layers(chain, given)
        assert bool(found) == folds
        made = fold(chain, found)(given)
    assert (made - expected).abs().max() < 1e-5 * expected.abs().max()


def test_a_shared_block_is_folded_once_and_stays_shared() -> None:
    class Shared(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            block = nn.Sequential(nn.Conv3d(3, 3, 1), nn.BatchNorm3d(3))
            self.first, self.second = block, nn.Sequential(block, nn.ReLU())

        def forward(self, clip: torch.Tensor) -> torch.Tensor:
            return self.second(self.first(clip))

    module = settled(Shared())
    with torch.inference_mode():
        expected = module(noise())
        found = norms_after_layers(module, noise())
        assert found == {"first.0": "first.1"}
        made = fold(module, found)
        assert (made(noise()) - expected).abs().max() < 1e-5 * expected.abs().max()
    assert batch_norms(made) == []


@pytest.mark.parametrize("recipe", ["fuse", "fuse+int8-weights", "fuse+int8-static", "fuse+int8-dynamic"])
def test_stored_names_give_the_structure_again(recipe: str) -> None:
    from tests.models.cnn import NOISE

    stored = parse(recipe, TECHNIQUES).apply(cnn(), NOISE).module.state_dict()
    fresh = drop_norms(Cnn().eval(), stored)
    assert batch_norms(fresh) == []
    assert all(part.bias is not None for part in fresh.modules() if isinstance(part, nn.Conv3d))
    plain = drop_norms(Cnn().eval(), Cnn().state_dict())
    assert len(batch_norms(plain)) == 10
    assert plain.stem[0].bias is None  # type: ignore[index]


def test_a_model_without_batch_norms_is_refused_by_name() -> None:
    of = cnn()
    plain = replace(of, name="mine", module=nn.Sequential(nn.Flatten(), nn.Linear(3 * 4 * 16 * 16, 3)))
    with pytest.raises(VidcompressError, match="model 'mine' is a Sequential without any: leave fuse out"):
        parse("fuse", TECHNIQUES).apply(plain, NO_CLIPS)
    with pytest.raises(VidcompressError, match="is a Cnn without any"):
        parse("fuse+fuse", TECHNIQUES).apply(of, NO_CLIPS)


def test_a_model_that_becomes_another_function_is_refused() -> None:
    class Peeks(Cnn):
        """Reads a norm's numbers, which no function of torch is called for."""

        def forward(self, clip: torch.Tensor) -> torch.Tensor:
            shift = 100.0 if hasattr(self.stem[1], "running_mean") else 0.0
            return super().forward(clip) + shift

    of = cnn()
    module = Peeks().eval()
    module.load_state_dict(of.module.state_dict())
    with pytest.raises(
        VidcompressError, match="model 'cnn' is another function once its batch norms are part"
    ):
        parse("fuse", TECHNIQUES).apply(replace(of, module=module), NO_CLIPS)


def test_pixels_of_the_layout_are_shown() -> None:
    class Turned(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer, self.norm, self.head = nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Linear(4, 3)

        def forward(self, clip: torch.Tensor) -> torch.Tensor:
            frames = self.norm(self.layer(clip.flatten(0, 1))).mean((2, 3))
            return self.head(frames.unflatten(0, clip.shape[:2]).mean(1))

    of = replace(cnn(), module=Turned().eval())
    of = replace(of, profile=replace(of.profile, layout="BTCHW", size=32))
    made = parse("fuse", TECHNIQUES).apply(of, NO_CLIPS).module
    with torch.inference_mode():
        assert torch.allclose(made(pixels()), of.module(pixels()), atol=1e-5)


def test_what_is_folded_can_be_trained() -> None:
    fused = parse("fuse", TECHNIQUES).apply(cnn(), NO_CLIPS).module
    with torch.enable_grad():
        fused(noise(1)).sum().backward()
    assert all(parameter.grad is not None for parameter in fused.parameters())
