"""Which machine class a baseline file is of, and which of those that are stored comes nearest to this one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ...errors import VidcompressError
from ...untrusted import Malformed, json_object, mapping, read_json

Facts = Mapping[str, str | int]
"""What a machine class is, by name, as `Machine.facts` says it."""


@dataclass(frozen=True)
class Nearest:
    """Another machine class, of which something is stored."""

    file: str
    """Its name."""
    differs: tuple[str, ...]
    """In words, a fact each; never empty."""


def differences(there: Facts, here: Facts) -> tuple[str, ...]:
    """What tells two machine classes apart, in words."""
    names = dict.fromkeys((*here, *there))
    return tuple(
        f"{name} {there.get(name, 'not said')!s} there, {here.get(name, 'not known')!s} here"
        for name in names
        if there.get(name) != here.get(name)
    )


def check_class(path: Path, here: Facts) -> None:
    """Raises VidcompressError where a file that bears the name of this machine class is of another."""
    apart = differences(facts_of(path) or here, here)
    if apart:
        raise VidcompressError(
            f"baseline {path} bears the name of this machine class and is of another ({'; '.join(apart)}); give it"
            " its own name back, or delete it and run with --vc-baseline=create"
        )


def nearest(path: Path, here: Facts) -> Nearest | None:
    """Beside the file of this machine class, the one of another that has most in common; None where there is none."""
    own, stem = path.name, path.name.partition(".")[0]
    found: list[tuple[int, str, tuple[str, ...]]] = []
    for other in sorted(path.parent.glob(f"{stem}.*.json")):
        facts = None if other.name == own else facts_of(other)
        apart = differences(facts, here) if facts else ()
        if apart:
            found.append((len(apart), other.name, apart))
    return Nearest(*min(found)[1:]) if found else None


def facts_of(path: Path) -> Facts | None:
    """What a file says of its machine class; None where it is absent, says nothing, or cannot be read."""
    try:
        return mapping(json_object(read_json(path), "a baseline"), "machine")
    except (OSError, Malformed):
        return None
