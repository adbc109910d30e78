"""What an artefact's tensors are put into: the module as it was before techniques changed it, without data."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from torch import nn

from ..compress.exits.staged_module import TwoStages
from ..errors import VidcompressError
from ..models.checkpoint.configuration import geometry, is_video_classifier
from ..models.checkpoint.geometry_limits import refuse_beyond_tensors
from ..models.checkpoint.skeleton import skeleton
from . import tensor_files


def uncompressed(folder: Path, numels: Collection[int]) -> nn.Module:
    """By the configuration of an artefact; of a cascade both stages.

    Args:
        numels: of the tensors that are there: what is built is no larger.

    Raises:
        VidcompressError: it is damaged, or transformers knows no such model.
    """
    try:
        config = tensor_files.read_config(folder)
        stages = tensor_files.stage_configurations(config)
        if not stages:
            return _skeleton(config, numels)
        first, then = (_skeleton(each, numels) for each in stages)
        return TwoStages(first, then)
    except VidcompressError as error:
        raise VidcompressError(f"{error}; a model of your own is given to load() with module=") from error


def built(build: Callable[[], Any]) -> nn.Module:
    """By a function of the user's.

    Raises:
        VidcompressError: it is none, or builds something else.
    """
    # A module may be called as well, but not without pixels.
    given: Any = build if isinstance(build, nn.Module) else build()
    if given is build or not isinstance(given, nn.Module):
        what = "the module itself" if given is build else f"a function that returned a {type(given).__name__}"
        raise VidcompressError(
            f"module= is {what}; expected a function that builds the uncompressed nn.Module"
        )
    return given


def _skeleton(config: Mapping[str, Any], numels: Collection[int]) -> nn.Module:
    if is_video_classifier(config.get("model_type")):
        refuse_beyond_tensors(geometry(config), numels)
    return skeleton(config)
