"""How one run shares its work, by its options: the store, the engine, and the part that is its own."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ...errors import VidcompressError
from ..cache_folder import cache_folder
from .job import ClipRanges

if TYPE_CHECKING:
    from ..inputs import Inputs
    from ..options import Options
    from .predictions import SharedPredictions

NOT_IN_A_SHARD = ("vc-report", "vc-json", "vc-bundle", "vc-target", "vc-grid", "vc-sensitivity")
"""Options that ask for what only the whole run has."""


def refuse_in_a_shard(options: Options) -> None:
    """Refuses what a part of the clips says nothing of.

    Raises:
        VidcompressError: names the option.
    """
    if options.share is None:
        return
    if options.store is None:
        raise VidcompressError(
            f"--vc-shard={options.share}: its results need a place: give --vc-store=DIR, or a URL such as"
            " s3://bucket/folder"
        )
    asked = [name for name in NOT_IN_A_SHARD if options.typed.get(name)]
    if options.mode != "check":
        asked.append(f"vc-baseline={options.mode}")
    if asked:
        raise VidcompressError(
            f"--vc-shard={options.share}: a shard judges and times nothing, so that --{asked[0]} has nothing to show:"
            " give it to the run over all results"
        )


def ranges(options: Options, sample: int) -> ClipRanges:
    """Of a sample, those that this run looks at."""
    return ClipRanges.of(sample, options.share)


def shared_predictions(options: Options, inputs: Inputs) -> SharedPredictions | None:
    """Of a run that shares its work; None of one that computes alone and keeps nothing for others.

    Raises:
        VidcompressError: the store cannot be reached or written.
    """
    if options.store is None and options.engine is None and options.workers == 1:
        return None
    from ...measure.accelerator import accelerator
    from ...measure.machine import machine
    from ...runtimes.torch_eager import version
    from ..engines.engine import Setting
    from ..engines.registry import ENGINES
    from .predictions import SharedPredictions
    from .stores.open import begin, open_store

    # Without a name it lasts as long as the run, unless that is killed.
    lasting = options.store is not None
    store = open_store(str(options.store) if lasting else str(cache_folder(options.cache) / "jobs"))
    begin(store)
    here = machine(version(), accelerator=accelerator(inputs.device))
    name, address = options.engine or ("processes" if options.workers > 1 else "here", "")
    setting = Setting(
        store,
        here.computer,
        str(options.share or ""),
        options.workers,
        address,
        tuple(sys.path),
        str(inputs.device),
    )
    engine = ENGINES[name](setting)
    own = ranges(options, len(inputs.sample))
    return SharedPredictions(store, engine, own, options.began, here.computer, lasting)
