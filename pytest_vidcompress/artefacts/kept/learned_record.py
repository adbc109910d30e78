"""`learning.json` of a kept variant: what decided it, what it was made with, and how its training went. Light."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...errors import VidcompressError
from ...models.learning_curve import LearningCurve
from ...untrusted import Malformed, json_object, mapping, objects, read_json, text, texts
from ..folder import MOST_BYTES

FILE = "learning.json"
"""Beside the files of the artefact, and stamped as they are."""


@dataclass(frozen=True)
class LearnedRecord:
    """Beside the artefact of a kept variant."""

    facts: Mapping[str, str]
    """What decided it, by name: recipe, digests of models and clips, seed."""
    versions: Mapping[str, str]
    """Of what it was made with."""
    curves: tuple[LearningCurve, ...] = ()
    halves: tuple[str, ...] = field(default=())
    """Names of tensors that are stored as halves, and were of 32 bits when it was measured."""

    @property
    def seconds(self) -> float:
        """Of training."""
        return sum(curve.seconds for curve in self.curves)

    def differences(self, facts: Mapping[str, str]) -> list[str]:
        """Names of what decided it that is not as in `facts`."""
        return [name for name, value in facts.items() if self.facts.get(name) != value]

    def other_versions(self, here: Mapping[str, str]) -> str:
        """`torch 2.12.0, here is 2.13.0`: what it was made with, where that is another here; empty where none is."""
        others = (name for name, version in here.items() if self.versions.get(name, version) != version)
        return "; ".join(f"{name} {self.versions[name]}, here is {here[name]}" for name in others)

    def content(self) -> bytes:
        """Of its file."""
        document: dict[str, Any] = {
            "facts": dict(self.facts),
            "versions": dict(self.versions),
            "curves": [curve.as_json() for curve in self.curves],
            "halves": list(self.halves),
        }
        return (json.dumps(document, indent=1, sort_keys=True) + "\n").encode()


def read_record(folder: Path) -> LearnedRecord | None:
    """What lies in the folder of a kept variant; None where there is no such file.

    Raises:
        VidcompressError: it is damaged.
    """
    try:
        document = json_object(read_json(folder / FILE, MOST_BYTES), FILE)
        facts, versions = mapping(document, "facts"), mapping(document, "versions")
        return LearnedRecord(
            {name: text(facts, name) for name in facts},
            {name: text(versions, name) for name in versions},
            tuple(map(LearningCurve.from_json, objects(document, "curves"))),
            texts(document, "halves"),
        )
    except FileNotFoundError:
        return None
    except (OSError, Malformed) as error:
        raise VidcompressError(
            f"{folder / FILE} is damaged ({error}): delete the folder, and it is made anew"
        ) from None
