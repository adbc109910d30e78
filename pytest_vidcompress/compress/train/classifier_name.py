"""Which layer gives the logits: what it is given is the representation of a clip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import VidcompressError

if TYPE_CHECKING:
    from torch import nn


def classifier_name(module: nn.Module) -> str:
    """Dotted name of the layer that gives the logits.

    Raises:
        VidcompressError: there is none.
    """
    from ..layers.product import classifier, has_weights

    found = classifier({name: part for name, part in module.named_modules() if has_weights(part)})
    if not found:
        raise VidcompressError(
            "the model has no layer that gives its logits: leave out representation= and part=classifier"
        )
    return found
