"""X3D: the two pointwise convolutions of every block, where its compute is; the depthwise one is cheap as it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .convolution_site import GatedFamily, Site


def _of_block(name: str, weighs_channels: bool) -> Iterator[Site]:
    first, last = f"{name}.conv_a", f"{name}.conv_c"
    rows, columns = (f"{name}.conv_b", f"{name}.norm_b.0"), (last,)
    if weighs_channels:
        squeeze = f"{name}.norm_b.1.block"
        rows, columns = (*rows, f"{squeeze}.2"), (f"{squeeze}.0", last)
    yield Site(first, f"{name}.norm_a", f"{name}.act_a", rows, columns)
    yield Site(last, f"{name}.norm_c")


def _sites(module: Any) -> tuple[Site, ...]:
    found: list[Site] = []
    for place, stage in enumerate(module.blocks):
        for number, block in enumerate(getattr(stage, "res_blocks", ())):
            squeezes = hasattr(block.branch2.norm_b[1], "block")
            found.extend(_of_block(f"blocks.{place}.res_blocks.{number}.branch2", squeezes))
    return tuple(found)


GATED = GatedFamily("X3d", _sites)
