"""What is measured, by content: the same name on two machines or days if it is the same module, code and input.

Where it is computed is no part of it: machines of several kinds may share the work, and what they say of the same
clips differs in the last digits. What a module answers to noise goes with every result, so that one which says
something else is seen.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import torch
from torch import nn

from ...clips.profile import Profile
from ...measure.resume.fingerprint import fingerprint
from ...measure.resume.predictions import answer_to_noise
from ...measure.resume.source_files import loaded_source, own_source, versions
from ...measure.resume.torch_settings import settings
from ...models.model import Model

FORMAT = 1
"""Raise it when a result means something else than before."""
CLOSE = 0.01
"""Of the span of a module's answer to noise: machines differ by less, another module by more."""
_ELSEWHERE = ("openvino", "onnxruntime", "onnx")
"""Packages that compute, or decide what does, where torch does not."""
_OF_NO_PIXEL = ("modules", "published")
"""Fields of a profile."""


@dataclass(frozen=True)
class Measurement:
    """One of a run."""

    digest: str
    """Forty hexadecimal digits."""
    about: Mapping[str, Any]
    """For people: its name, model and test, what it computes with."""
    answer: str
    """What it says to noise, float32 hexadecimal."""


@dataclass(frozen=True)
class Measured:
    """A module and where it is measured."""

    run: Callable[[torch.Tensor], Any]
    model: Model
    """The uncompressed one."""
    name: str = "reference"
    test: str = ""
    """Which of all measurements this is, the same in every run; empty of a reference."""
    runtime: str = "torch"
    recipe: str = ""
    stored: nn.Module | None = None
    """What another runtime than torch was given."""


def identify(measured: Measured, began: float) -> Measurement | None:
    """Its content; None where that cannot be told, so that nobody else can compute it.

    Args:
        began: when this process began to load code, seconds since the epoch.
    """
    module, source = fingerprint(measured.run, began), own_source(began)
    if module is None and measured.recipe and measured.stored is not None:
        # A runtime makes the same of the same module.
        module = fingerprint(measured.stored, began)
    loaded = loaded_source(began) if measured.test else ""
    if module is None or source is None or loaded is None:
        return None
    answer = answer_to_noise(measured.run, measured.model)
    if answer is None:
        return None
    model = measured.model
    facts = {
        "format": FORMAT,
        "module": module,
        "source": source,
        "loaded": loaded,
        "test": measured.test,
        "runtime": measured.runtime,
        "recipe": measured.recipe if measured.runtime != "torch" else "",
        "labels": model.labels,
        "profile": _pixels(model.profile),
        "versions": _versions(measured.runtime),
        "settings": {
            name: each for name, each in settings(model.device.type).items() if name != "environment"
        },
    }
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:40]
    about = {"name": measured.name, "model": model.name, "test": measured.test, "code": source[:12]}
    return Measurement(digest, about, answer)


def same_answer(one: str, other: str) -> bool:
    """Do two answers to noise come of one module, on whatever machine?"""
    if one == other:
        return True
    if len(one) != len(other) or len(one) % 8:
        return False
    with suppress(ValueError):
        rows = [struct.unpack(f"<{len(each) // 8}f", bytes.fromhex(each)) for each in (one, other)]
        span = max(rows[0]) - min(rows[0])
        return all(abs(a - b) <= CLOSE * span for a, b in zip(*rows, strict=True))
    return False


def _pixels(profile: Profile) -> dict[str, str]:
    return {
        each.name: repr(getattr(profile, each.name))
        for each in fields(profile)
        if each.name not in _OF_NO_PIXEL
    }


def _versions(runtime: str) -> dict[str, str]:
    found = {**versions(), "av": version("av")}
    for name in _ELSEWHERE if runtime != "torch" else ():
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found
