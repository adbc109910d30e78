"""Recipes that are trained by other processes, one each: here side by side, or on the nodes of a cluster."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ...clips.clip_set import PACKAGED
from ...errors import VidcompressError
from ..options import Options
from ..options.row import Option

_PREFIX = "vc-"
_GIVEN = (
    *(Options.clips, Options.sample, Options.seed, Options.calibration),
    *(Options.learned, Options.cache, Options.store),
)


def is_elsewhere(options: Options) -> bool:
    """Do `--vc-engine` and `--vc-workers` name others?"""
    return _engine(options)[0] != "here"


def learn_elsewhere(options: Options, model: str, recipes: Sequence[str], module: str) -> Iterator[str]:
    """Trains them as `--vc-engine` and `--vc-workers` say; yields each when it is done.

    It is in the cache then, or in the store that all share, where whoever wants it finds it.

    Args:
        module: whose `main` is the console.

    Raises:
        VidcompressError: one cannot be trained, or there is no place that all share.
    """
    name, address = _engine(options)
    if name == "ray" and options.store is None:
        raise VidcompressError(
            "--vc-engine=ray: what nodes learn needs a place that all reach: give --vc-store=DIR, or a URL"
        )
    import torch

    from ..engines.registry import VERBS
    from ..engines.verbs import Verbs

    arguments = [tuple(_arguments(options, model, recipe)) for recipe in recipes]
    threads = max(1, torch.get_num_threads() // options.workers)
    paths = tuple(sys.path)
    verbs = Verbs(module, arguments, threads, options.workers, address, paths, str(Path.cwd()))
    for ended in VERBS[name](verbs):
        recipe = recipes[ended.number]
        if ended.exit_code:
            raise VidcompressError(f"{recipe} of {model}: {_reason(ended.errors)}")
        yield recipe


def _engine(options: Options) -> tuple[str, str]:
    return options.engine or ("processes" if options.workers > 1 else "here", "")


def _arguments(options: Options, model: str, recipe: str) -> Iterator[str]:
    """Of the verb that trains one."""
    yield from ("learn", model, recipe, "--only-keep")
    for row in _GIVEN:
        value = row.__get__(options)
        if value is not None:
            yield f"--{row.name.removeprefix(_PREFIX)}={_everywhere(row, value)}"
    if options.learn == "again":
        yield "--again"


def _everywhere(row: Option[Any], value: Any) -> str:
    """A value as it must be given in another folder."""
    if isinstance(value, Path) or (row is Options.clips and value not in PACKAGED and Path(value).exists()):
        return str(Path(value).absolute())
    return str(value)


def _reason(errors: str) -> str:
    lines = [*filter(None, map(str.strip, errors.splitlines()))] or ["it ended without a word"]
    return lines[-1].removeprefix("vidcompress: ")
