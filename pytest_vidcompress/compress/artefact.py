"""`artefact`: the model of a saved artefact in the place of the uncompressed one.

    artefact:path=out/small+fuse+int8-static

It comes first; what follows works on the tensors that are stored there. The folder is read in a later room, by
`artefacts.starting_point`; here is what a recipe says of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from ..errors import VidcompressError
from .technique import Technique

if TYPE_CHECKING:
    from ..clips.loader import Clips
    from ..models.model import Model
    from .recipe import Recipe


@dataclass(frozen=True)
class FromArtefact:
    path: str = ""
    """The folder that an artefact was saved into, from the current one. What a recipe cannot hold, `,` and `+` and an
    `@` before its last word, is written as in a URL: `%2C`, `%2B` and `%40`, and `%` itself as `%25`."""

    def __post_init__(self) -> None:
        if not self.path:
            raise VidcompressError("it needs the folder of an artefact: artefact:path=DIR")

    @property
    def folder(self) -> Path:
        """Where the artefact is."""
        return Path(unquote(self.path)).expanduser()


def folder_of(recipe: Recipe) -> Path | None:
    """The folder of the artefact that a recipe begins with; None where it begins with the uncompressed model."""
    parameters = recipe.steps[0].parameters if recipe.steps else None
    return parameters.folder if isinstance(parameters, FromArtefact) else None


def apply(model: Model, parameters: FromArtefact, clips: Clips) -> Model:
    raise VidcompressError(
        f"artefact:path={parameters.path} is opened before techniques are applied: build the variant with"
        " vc_variant, `vidcompress compress` or artefacts.variant.build"
    )


ARTEFACT = Technique("the model of a saved artefact, for others to work on", apply, FromArtefact, first=True)
TECHNIQUES = {"artefact": ARTEFACT}
