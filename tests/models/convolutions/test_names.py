"""Every tensor under its published name and in its published shape: checkpoints of others fit."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest
import torch

from pytest_vidcompress.models.catalog import CATALOG
from tests.models.convolutions.small import own

Shapes = dict[str, tuple[int, ...]]


@cache
def skeleton(name: str) -> Shapes:
    """Of the published geometry with Kinetics' 400 labels."""
    row = CATALOG[name]
    labels = {str(number): "" for number in range(400)}
    with torch.device("meta"):
        made = own(row.model_type).build(
            own(row.model_type).configuration({**row.geometry, "id2label": labels})
        )
    return {key: tuple(tensor.shape) for key, tensor in made.state_dict().items()}


def norm(name: str, width: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    for part in ("weight", "bias", "running_mean", "running_var"):
        yield f"{name}.{part}", (width,)
    yield f"{name}.num_batches_tracked", ()


def conv(name: str, *shape: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield f"{name}.weight", shape


def linear(name: str, outputs: int, inputs: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield from {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}.items()


def r2plus1d() -> Iterator[tuple[str, tuple[int, ...]]]:
    """torchvision's `r2plus1d_18`."""
    yield from conv("stem.0", 45, 3, 1, 7, 7)
    yield from norm("stem.1", 45)
    yield from conv("stem.3", 64, 45, 3, 1, 1)
    yield from norm("stem.4", 64)
    # Channels between the convolutions of a stage's first block and of its second.
    planes = {64: (144, 144), 128: (230, 288), 256: (460, 576), 512: (921, 1152)}
    before = 64
    for number, (width, between) in enumerate(planes.items(), 1):
        for block, inner in enumerate(between):
            for place, inputs in ((1, before), (2, width)):
                at = f"layer{number}.{block}.conv{place}"
                yield from conv(f"{at}.0.0", inner, inputs, 1, 3, 3)
                yield from norm(f"{at}.0.1", inner)
                yield from conv(f"{at}.0.3", width, inner, 3, 1, 1)
                yield from norm(f"{at}.1", width)
            if before != width:
                yield from conv(f"layer{number}.{block}.downsample.0", width, before, 1, 1, 1)
                yield from norm(f"layer{number}.{block}.downsample.1", width)
            before = width
    yield from linear("fc", 400, 512)


def x3d() -> Iterator[tuple[str, tuple[int, ...]]]:
    """PyTorchVideo's `x3d_s`, which is `x3d_m`."""
    yield from conv("blocks.0.conv.conv_t", 24, 3, 1, 3, 3)
    yield from conv("blocks.0.conv.conv_xy", 24, 1, 5, 1, 1)
    yield from norm("blocks.0.norm", 24)
    before = 24
    stages = ((24, 54, 8, 3), (48, 108, 8, 5), (96, 216, 16, 11), (192, 432, 32, 7))
    for number, (width, inner, squeezed, depth) in enumerate(stages, 1):
        for block in range(depth):
            at = f"blocks.{number}.res_blocks.{block}"
            if block == 0:
                yield from conv(f"{at}.branch1_conv", width, before, 1, 1, 1)
                yield from norm(f"{at}.branch1_norm", width) if before != width else ()
            yield from conv(f"{at}.branch2.conv_a", inner, before, 1, 1, 1)
            yield from norm(f"{at}.branch2.norm_a", inner)
            yield from conv(f"{at}.branch2.conv_b", inner, 1, 3, 3, 3)
            yield from norm(f"{at}.branch2.norm_b.0", inner)
            if block % 2 == 0:
                for place, (outputs, inputs) in {0: (squeezed, inner), 2: (inner, squeezed)}.items():
                    yield from conv(f"{at}.branch2.norm_b.1.block.{place}", outputs, inputs, 1, 1, 1)
                    yield f"{at}.branch2.norm_b.1.block.{place}.bias", (outputs,)
            yield from conv(f"{at}.branch2.conv_c", width, inner, 1, 1, 1)
            yield from norm(f"{at}.branch2.norm_c", width)
            before = width
    yield from conv("blocks.5.pool.pre_conv", 432, 192, 1, 1, 1)
    yield from norm("blocks.5.pool.pre_norm", 432)
    yield from conv("blocks.5.pool.post_conv", 2048, 432, 1, 1, 1)
    yield from linear("blocks.5.proj", 400, 2048)


def i3d() -> Iterator[tuple[str, tuple[int, ...]]]:
    """PyTorchVideo's `i3d_r50`."""
    yield from conv("blocks.0.conv", 64, 3, 5, 7, 7)
    yield from norm("blocks.0.norm", 64)
    before = 64
    # The second block is a pool.
    for number, inner, frames in ((1, 64, "333"), (3, 128, "3131"), (4, 256, "313131"), (5, 512, "131")):
        for block, seen in enumerate(map(int, frames)):
            at = f"blocks.{number}.res_blocks.{block}"
            if block == 0:
                yield from conv(f"{at}.branch1_conv", 4 * inner, before, 1, 1, 1)
                yield from norm(f"{at}.branch1_norm", 4 * inner)
            shapes = ((inner, before, seen, 1, 1), (inner, inner, 1, 3, 3), (4 * inner, inner, 1, 1, 1))
            for part, shape in zip("abc", shapes, strict=True):
                yield from conv(f"{at}.branch2.conv_{part}", *shape)
                yield from norm(f"{at}.branch2.norm_{part}", shape[0])
            before = 4 * inner
    yield from linear("blocks.6.proj", 400, 2048)


@pytest.mark.parametrize(
    ("name", "published"), [("r2plus1d", r2plus1d), ("x3d-s", x3d), ("x3d-m", x3d), ("i3d", i3d)]
)
def test_names_and_shapes_are_the_published(name: str, published: object) -> None:
    assert skeleton(name) == dict(published())  # type: ignore[operator]


# torchvision says 31,505,325 of its own; PyTorchVideo 3.79 and 28.04 million.
@pytest.mark.parametrize(
    ("name", "names", "parameters"),
    [("r2plus1d", 224, 31_505_325), ("x3d-s", 563, 3_794_274), ("i3d", 320, 28_043_472)],
)
def test_there_are_as_many_as_published(name: str, names: int, parameters: int) -> None:
    buffers = ("running_mean", "running_var", "num_batches_tracked")
    shapes = skeleton(name)
    learned = [shape for key, shape in shapes.items() if not key.endswith(buffers)]
    assert len(shapes) == names
    assert sum(torch.Size(shape).numel() for shape in learned) == parameters
