"""The convolutions of a model that are gated, whatever family it is of. Heavy."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from torch import nn

from ...errors import VidcompressError
from ..layers.by_class import entries_by_class
from .sites.convolution_site import GatedFamily, Site

if TYPE_CHECKING:
    from ...models.model import Model


@cache
def gated_families() -> Mapping[str, GatedFamily]:
    """By the names of their classes."""
    return entries_by_class(f"{__package__}.sites", "GATED", GatedFamily)


def sites_of(module: nn.Module) -> tuple[Site, ...]:
    """Those of a module; empty where nothing is known of its class."""
    family = gated_families().get(type(module).__name__)
    return family.sites(module) if family else ()


def refuse_ungated(model: Model) -> None:
    """Refuses a model that cannot be gated.

    Raises:
        VidcompressError: nothing is known of its class, or it is gated, or something else took the place of its
            convolutions.
    """
    sites = sites_of(model.module)
    if not sites:
        raise VidcompressError(
            f"va-red knows {', '.join(gated_families())}, and model {model.name!r} is a"
            f" {type(model.module).__name__}: leave it out of its recipes"
        )
    for site in sites:
        part = model.module.get_submodule(site.convolution)
        if type(part) is not nn.Conv3d or part.groups != 1:
            raise VidcompressError(
                f"va-red gates convolutions as the model has them, and layer {site.convolution!r} of model"
                f" {model.name!r} is a {type(part).__name__}: put va-red before what changes them, and once"
            )
