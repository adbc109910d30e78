"""A model whose convolutions are gated: while it learns, and in use. Heavy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack

import torch
from torch import nn

from ..layers.substitute import exactly, substitute
from .gated_sites import sites_of
from .learning_convolution import LearningConvolution
from .planar_convolution import in_planes
from .search_space import SearchSpace
from .sites.convolution_site import Site
from .skipping_convolution import SkippingConvolution


def learning(module: nn.Module, sites: Sequence[Site], space: SearchSpace) -> nn.Module:
    """Puts convolutions that learn in the place of those of a module, in place."""
    return _gated(
        module, sites, lambda convolution, norm, cut: LearningConvolution(convolution, norm, cut, space)
    )


def in_use(module: nn.Module) -> nn.Module:
    """What was learned, with convolutions that skip, in place."""
    return in_planes(substitute(module, exactly(LearningConvolution), lambda _, part: _in_use(part)))


def skipping(module: nn.Module, space: SearchSpace) -> nn.Module:
    """The structure of `in_use`, whatever the weights; a module that has it stays as it is."""
    sites = sites_of(module)
    if any(isinstance(module.get_submodule(site.convolution), SkippingConvolution) for site in sites):
        return module
    with torch.random.fork_rng(devices=[]):  # what is drawn is replaced by what was stored
        return in_planes(
            _gated(module, sites, lambda convolution, _, cut: SkippingConvolution(convolution, cut, space))
        )


@torch.no_grad()
def begin(module: nn.Module, pixels: torch.Tensor) -> None:
    """Sets what the convolutions of `learning` begin with, each as it is reached, in place.

    Args:
        pixels: of some clips.
    """
    with ExitStack() as hooks:
        for part in module.modules():
            if isinstance(part, LearningConvolution):
                hooks.callback(part.register_forward_pre_hook(_start).remove)
        module(pixels)


def _start(part: nn.Module, inputs: tuple[torch.Tensor]) -> None:
    assert isinstance(part, LearningConvolution)
    part.start(*inputs)


def _in_use(part: nn.Module) -> nn.Module:
    assert isinstance(part, LearningConvolution)
    return SkippingConvolution.of(part)


def _gated(
    module: nn.Module, sites: Sequence[Site], make: Callable[[nn.Conv3d, nn.Module, bool], nn.Module]
) -> nn.Module:
    for site in sites:
        convolution = module.get_submodule(site.convolution)
        assert isinstance(convolution, nn.Conv3d)
        with torch.device(convolution.weight.device):
            made = make(convolution, module.get_submodule(site.norm), bool(site.activation))
        module.set_submodule(site.convolution, made)
        for name in filter(None, (site.norm, site.activation)):
            module.set_submodule(name, nn.Identity())
    return module.eval()
