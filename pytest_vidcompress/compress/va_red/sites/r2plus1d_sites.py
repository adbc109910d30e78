"""R(2+1)D: both convolutions of every pair in the first three stages, 92 % of the multiply-accumulates of R(2+1)D-18.

The stem is 2 %, and in the last stage two frames are left of sixteen.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .convolution_site import GatedFamily, Site

_STAGES = ("layer1", "layer2", "layer3")


def _of_block(name: str) -> Iterator[Site]:
    first, second = f"{name}.conv1", f"{name}.conv2"
    yield Site(f"{first}.0.0", f"{first}.0.1", f"{first}.0.2", columns=(f"{first}.0.3",))
    yield Site(f"{first}.0.3", f"{first}.1", f"{first}.2", columns=(f"{second}.0.0",))
    yield Site(f"{second}.0.0", f"{second}.0.1", f"{second}.0.2", columns=(f"{second}.0.3",))
    yield Site(f"{second}.0.3", f"{second}.1")


def _sites(module: Any) -> tuple[Site, ...]:
    blocks = [f"{stage}.{number}" for stage in _STAGES for number in range(len(module.get_submodule(stage)))]
    return tuple(site for name in blocks for site in _of_block(name))


GATED = GatedFamily("R2plus1d", _sites)
