"""The command lines that the options make: what to type to see a result again, and the run of another commit."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Sequence
from pathlib import Path

from . import OPTIONS, Options


def as_typed(options: Options) -> str:
    """The options that decide what is measured and how it is judged, as they must be typed to do it again."""
    given = {row: options.typed[row.name] for row in OPTIONS if row.repeats and row.name in options.typed}
    return " ".join(_quoted(word) for row, value in given.items() for word in row.arguments(value))


def of_another_commit(options: Options, models: Sequence[str], clip_sets: Collection[str]) -> tuple[str, ...]:
    """The options that decide what is built, wherever they were given, for a run in another folder.

    Args:
        models: in use, also those by default.
        clip_sets: names of clip sets, which are no paths.
    """
    values = {row: row.__get__(options) for row in OPTIONS if row.builds}
    values[Options.models] = models
    # Nothing is written there, and no third commit built, whatever that commit's ini says.
    values |= {Options.reports: (), Options.against: None}
    for row in (Options.device, Options.learn):
        if row.__get__(options) == row.default:
            # An older commit does not know the option, and has no other device.
            del values[row]
    if options.clips not in clip_sets:
        values[Options.clips] = str(Path(options.clips).expanduser().absolute())
    return tuple(word for row, value in values.items() for word in row.arguments(value))


def _quoted(argument: str) -> str:
    """Only the value is quoted, where it must be: `--vc-model='my model'`."""
    name, equals, value = argument.partition("=")
    return name + equals + (shlex.quote(value) if equals else "")
