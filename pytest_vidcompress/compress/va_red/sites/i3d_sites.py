"""I3D: the first two convolutions of every block.

The last one gives four times the channels of one place: to write these takes as long as to compute them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .convolution_site import GatedFamily, Site


def _of_block(name: str) -> Iterator[Site]:
    first, second, last = (f"{name}.conv_{each}" for each in "abc")
    yield Site(first, f"{name}.norm_a", f"{name}.act_a", columns=(second,))
    yield Site(second, f"{name}.norm_b", f"{name}.act_b", columns=(last,))


def _sites(module: Any) -> tuple[Site, ...]:
    names = [
        f"blocks.{place}.res_blocks.{number}.branch2"
        for place, stage in enumerate(module.blocks)
        for number in range(len(getattr(stage, "res_blocks", ())))
    ]
    return tuple(site for name in names for site in _of_block(name))


GATED = GatedFamily("I3d", _sites)
