"""`vidcompress merge`: stores of shards become one, or are looked at whether all is there."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator

from ..present.printable import printable
from ..present.wording import count
from ..run.shards.job import SIZE
from ..run.shards.merge import Merged, merge
from ..run.shards.stores.open import existing_store, open_store
from .verb import Answer, Named, Verb

_SHOWN = 10
"""Measurements that lack something, and ranges of each."""


def _declare(parser: ArgumentParser) -> None:
    parser.add_argument(
        "stores", metavar="STORE", nargs="+", help="what --vc-store named: a folder, or a URL"
    )
    parser.add_argument(
        "--into", metavar="STORE", help="store that takes everything; without it nothing is written"
    )


def _run(given: Namespace, named: Named) -> Answer:
    stores = [existing_store(place) for place in dict.fromkeys(given.stores)]
    into = open_store(given.into) if given.into else None
    merged = merge(stores, into)
    lines = [printable(line) for line in _lines(merged, given.into or given.stores[0], len(stores))]
    return Answer(lines, 1 if merged.missing or merged.absent or merged.damaged else 0)


def _lines(merged: Merged, place: str, stores: int) -> Iterator[str]:
    yield (
        f"{count(merged.results, 'result')} of {count(merged.clips, 'clip')} in {count(stores, 'store')},"
        f" {merged.twice:,} of them in several"
    )
    if len(merged.machines) > 1:
        yield f"computed on {len(merged.machines)} classes of machines: {', '.join(sorted(merged.machines))}"
    for each in merged.damaged[:_SHOWN]:
        yield f"damaged, and left out: {each}"
    if merged.absent:
        yield f"shards that have not ended: {', '.join(merged.absent)}"
    for about, left in merged.missing[:_SHOWN]:
        shown = ", ".join(map(str, left[:_SHOWN])) + (", ..." if len(left) > _SHOWN else "")
        yield f"missing of {about}: {len(left)} of {about.ranges} ranges of {SIZE} clips ({shown})"
    if len(merged.missing) > _SHOWN:
        yield f"and of {count(len(merged.missing) - _SHOWN, 'more measurement')}"
    if merged.missing or merged.absent or merged.damaged:
        yield "what is missing is computed by the shard that was to, run again, or by the run over all results"
    yield f"the run over all results: the shards' command, without --vc-shard and with --vc-store={place}"


VERB = Verb(
    "merge",
    "stores of shards become one",
    "Reads every result in stores that --vc-shard filled, checks that it is whole and that shards ran the same code\n"
    "on the same clips, and with --into=STORE puts them together. Exit code 0 where nothing is missing, 1 where\n"
    "something is.",
    _declare,
    _run,
)
