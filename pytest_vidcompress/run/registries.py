"""Everything that can be named: ours, and what hooks of conftests and packages add."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from ..clips.clip import ClipSet
from ..clips.clip_set import PACKAGED
from ..compress.registry import TECHNIQUES
from ..compress.technique import Technique, as_technique
from ..errors import VidcompressError
from ..models.catalog import CATALOG
from ..models.load import Factory
from ..runtimes.registry import RUNTIMES
from ..runtimes.runtime import Executable, Runtime, as_runtime

T = TypeVar("T")


@dataclass(frozen=True)
class Registries:
    """Name -> what is named."""

    models: Mapping[str, Factory]
    clip_sets: Mapping[str, Callable[[], ClipSet]]
    techniques: Mapping[str, Technique]
    runtimes: Mapping[str, Runtime]
    refused: tuple[str, ...] = ()
    """Why what a hook gave is of no use."""

    @property
    def clip_set_names(self) -> frozenset[str]:
        """Of all clip sets that are no paths."""
        return frozenset({*PACKAGED, *self.clip_sets})

    def is_catalogued(self, model: str) -> bool:
        """Does this name mean one of the models that we know?"""
        return model in CATALOG and model not in self.models

    def refuse_unpublished(self, model: str) -> None:
        """Of `--published`.

        Raises:
            VidcompressError: nothing is known to be published under this name.
        """
        if not self.is_catalogued(model):
            raise VidcompressError(
                f"--published is for models that are known by name, which {model!r} is not"
            )

    @classmethod
    def merge(
        cls,
        models: Iterable[Mapping[str, Factory]],
        clip_sets: Iterable[Mapping[str, Callable[[], ClipSet]]],
        techniques: Iterable[Mapping[str, Technique]],
        runtimes: Iterable[Mapping[str, Runtime | Callable[[Any], Executable]]],
    ) -> Registries:
        execute, refused = dict(RUNTIMES), list[str]()
        apply = dict(TECHNIQUES)
        for name, given in _merged(runtimes).items():
            try:
                execute[name] = as_runtime(name, given)
            except VidcompressError as error:
                refused.append(str(error))
        for name, given in _merged(techniques).items():
            try:
                apply[name] = as_technique(name, given)
            except VidcompressError as error:
                refused.append(str(error))
        return cls(
            _merged(models),
            _merged(clip_sets),
            apply,
            execute,
            tuple(refused),
        )


def _merged(mappings: Iterable[Mapping[str, T]]) -> dict[str, T]:
    return {name: value for mapping in mappings for name, value in mapping.items()}
