"""Torch's own int8 layers, as `int8-dynamic` leaves them: opaque to whatever is not eager torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import VidcompressError

if TYPE_CHECKING:
    from ...models.model import Model

_HOME = "torch.ao.nn.quantized."


def refuse_packed(model: Model, runtime: str) -> None:
    """Raises VidcompressError where a layer's weights are in a format that `runtime` cannot read."""
    for name, part in model.module.named_modules():
        if type(part).__module__.startswith(_HOME):
            raise VidcompressError(
                f"runtime {runtime!r} cannot run model {model.name!r}: the weights of layer {name!r} are packed for"
                " torch's own int8 kernels; run it with --vc-runtime=torch, or measure int8-static instead"
            )
