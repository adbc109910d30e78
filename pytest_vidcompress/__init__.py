"""A pytest plugin that keeps compressed video-classification models honest.

Tests get fixtures (`vc_model`, `vc_clips`, `vc_variant`, `vc_measure`, `vc_baseline`); the names in
`__all__` are for annotations and for plugins that add models, clip sets and techniques; `load` reads a saved
variant again. They are imported on first use, because pytest loads this package in every run.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .artefacts.load import Artefact as Artefact
    from .artefacts.load import load as load
    from .clips.clip import Clip as Clip
    from .clips.clip import ClipSet as ClipSet
    from .clips.profile import Profile as Profile
    from .compress.technique import Technique as Technique
    from .errors import VidcompressError as VidcompressError
    from .measure.interval import Estimate as Estimate
    from .measure.report import Report as Report
    from .models.model import Model as Model

__version__ = "0.1.0"

_HOMES = {
    "Artefact": "artefacts.load",
    "Clip": "clips.clip",
    "ClipSet": "clips.clip",
    "Estimate": "measure.interval",
    "Model": "models.model",
    "Profile": "clips.profile",
    "Report": "measure.report",
    "Technique": "compress.technique",
    "VidcompressError": "errors",
    "load": "artefacts.load",
}

__all__ = [
    "Artefact",
    "Clip",
    "ClipSet",
    "Estimate",
    "Model",
    "Profile",
    "Report",
    "Technique",
    "VidcompressError",
    "load",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
