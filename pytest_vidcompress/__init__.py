"""A pytest plugin that keeps compressed video-classification models honest.

Tests get fixtures (`vc_model`, `vc_clips`, `vc_variant`, `vc_measure`, `vc_baseline`, `vc_grid`); the names in
`__all__` are for annotations and for plugins that add models, clip sets, techniques, runtimes and summary tables;
`load` reads a saved variant again, and `policy_of` says what `va-red` decides. They are imported on first use,
because pytest loads this package in every run.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .artefacts.load import Artefact as Artefact
    from .artefacts.load import load as load
    from .artefacts.variant import Variant as Variant
    from .clips.clip import Clip as Clip
    from .clips.clip import ClipSet as ClipSet
    from .clips.profile import Profile as Profile
    from .clips.profile import Views as Views
    from .compress.technique import Technique as Technique
    from .compress.va_red.policy import policy_of as policy_of
    from .errors import VidcompressError as VidcompressError
    from .gate.verdict import Result as Result
    from .gate.verdict import Verdict as Verdict
    from .learn.kept_features import kept_features as kept_features
    from .learn.lessons import Lessons as Lessons
    from .learn.loop import Training as Training
    from .learn.loop import train as train
    from .measure.interval import Estimate as Estimate
    from .measure.report import Report as Report
    from .models.frame_features.frame_classifier import frame_classifier as frame_classifier
    from .models.model import Model as Model
    from .runtimes.operator_time import OperatorTime as OperatorTime
    from .runtimes.runtime import Runtime as Runtime
    from .search.embedding import embedding_model as embedding_model

__version__ = "0.1.0"

_HOMES = {
    "Artefact": "artefacts.load",
    "Clip": "clips.clip",
    "ClipSet": "clips.clip",
    "Estimate": "measure.interval",
    "Lessons": "learn.lessons",
    "Model": "models.model",
    "OperatorTime": "runtimes.operator_time",
    "Profile": "clips.profile",
    "Report": "measure.report",
    "Result": "gate.verdict",
    "Runtime": "runtimes.runtime",
    "Technique": "compress.technique",
    "Training": "learn.loop",
    "Variant": "artefacts.variant",
    "Verdict": "gate.verdict",
    "VidcompressError": "errors",
    "Views": "clips.profile",
    "embedding_model": "search.embedding",
    "frame_classifier": "models.frame_features.frame_classifier",
    "kept_features": "learn.kept_features",
    "load": "artefacts.load",
    "policy_of": "compress.va_red.policy",
    "train": "learn.loop",
}

__all__ = [
    "Artefact",
    "Clip",
    "ClipSet",
    "Estimate",
    "Lessons",
    "Model",
    "OperatorTime",
    "Profile",
    "Report",
    "Result",
    "Runtime",
    "Technique",
    "Training",
    "Variant",
    "Verdict",
    "VidcompressError",
    "Views",
    "embedding_model",
    "frame_classifier",
    "kept_features",
    "load",
    "policy_of",
    "train",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
