"""A reference classifier as tests get it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from ..clips.profile import Profile, Views
from ..errors import VidcompressError

if TYPE_CHECKING:
    import torch
    from torch import nn

    from .learning_curve import LearningCurve
    from .publication import Publication


@dataclass(frozen=True)
class Model:
    """A video classifier: a module that maps pixels to logits, and what it expects and knows."""

    name: str
    """As given to `--vc-model`."""
    module: nn.Module
    """In eval mode, fp32; called with pixels as `profile` says, returns logits `(B, labels)` or an object
    with `.logits`."""
    profile: Profile
    labels: tuple[str, ...]
    """Label of every logit."""
    weights: Literal["trained", "random"] = "trained"
    notes: tuple[str, ...] = ()
    """What techniques decided on this machine."""
    published: Publication | None = None
    """The accuracy that was published of its weights, and under what protocol; None where that is not known."""
    curves: tuple[LearningCurve, ...] = ()
    """How techniques trained it, in their order."""

    def __repr__(self) -> str:
        return f"Model({self.name!r}, {self.weights} weights, {len(self.labels)} labels)"

    @property
    def device(self) -> torch.device:
        """What its module is on, and pixels for it."""
        from .device import device_of

        return device_of(self.module)

    def on(self, device: torch.device) -> Model:
        """The same model with its module moved to a device, in place.

        Raises:
            VidcompressError: it is for the CPU alone.
        """
        from .device import moved

        try:
            return replace(self, module=moved(self.module, device))
        except VidcompressError as error:
            raise VidcompressError(f"model {self.name!r}: {error}") from None

    def copy(self) -> Model:
        """The same model with a module of its own, to modify freely."""
        from .module_copy import module_copy

        return replace(self, module=module_copy(self.module))

    def shown(self, views: Views | Literal["published"] | None) -> Model:
        """The same model looking at other views of a clip; None leaves them as its profile says.

        Under `published` frames are also resized as the authors' code does it for these views.
        """
        if views is None:
            return self
        chosen = self.profile.published if views == "published" else views
        changed = replace(self.profile, views=chosen)
        if views == "published" and self.published is not None:
            changed = replace(changed, resize=self.published.profile.resize)
        return replace(self, profile=changed)
