"""`vidcompress status`: how far the work in a store is."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence

from ..present.printable import printable
from ..present.wording import count
from ..run.shards.job import SIZE
from ..run.shards.standing import Standing, standing
from ..run.shards.stores.open import existing_store
from .verb import Named, Verb

_SHOWN = 20
"""Measurements, and workers."""


def _declare(parser: ArgumentParser) -> None:
    parser.add_argument("store", metavar="STORE", help="what --vc-store named: a folder, or a URL")


def _run(given: Namespace, named: Named) -> Sequence[str]:
    return [printable(line) for line in _lines(standing(existing_store(given.store)))]


def _lines(now: Standing) -> Iterator[str]:
    total = now.done + now.left
    yield (
        f"{now.done:,} of {total:,} ranges of up to {SIZE} clips are done,"
        f" of {count(len(now.measurements), 'measurement')} that have begun"
    )
    if now.unknown:
        yield f"{now.unknown:,} more results are of measurements that say nothing of themselves"
    yield from _left(now)
    yield from _workers(now)
    if now.shards:
        ended = sorted({each.share for each in now.shards if each.ended})
        others = sorted({each.share for each in now.shards} - set(ended))
        yield f"shards that ended: {', '.join(ended) or 'none'}; that have not: {', '.join(others) or 'none'}"
    if now.left_s is not None:
        yield f"about {_duration(now.left_s)} left for the {len(now.at_work)} that were heard of in ten minutes"


def _left(now: Standing) -> Iterator[str]:
    unfinished = sorted((each for each in now.measurements if each.left), key=lambda each: -len(each.left))
    for each in unfinished[:_SHOWN]:
        yield f"  left of {each.about}: {len(each.left):,} of {each.about.ranges:,}"
    if len(unfinished) > _SHOWN:
        yield f"  and of {count(len(unfinished) - _SHOWN, 'more measurement')}"


def _workers(now: Standing) -> Iterator[str]:
    if not now.workers:
        return
    yield "by whom:"
    shown = sorted(now.workers, key=lambda each: -each.clips)[:_SHOWN]
    width = max(len(each.name) for each in shown)
    for each in shown:
        rate = each.clips / each.seconds if each.seconds else 0.0
        shard = f", shard {each.shard}" if each.shard else ""
        ago = _duration(max(0.0, now.asked_s - each.last_s))
        what = f"{each.jobs:7,} ranges {rate:9.1f} clips/s, last {ago} ago"
        yield f"  {each.name:{width}} {what}, {each.machine}{shard}"
    if len(now.workers) > _SHOWN:
        yield f"  and {count(len(now.workers) - _SHOWN, 'more worker')}"


def _duration(seconds: float) -> str:
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


VERB = Verb(
    "status",
    "how far the work in a store is",
    "Shows of a store that shards or several machines fill what is done, by whom, how fast, and what is left. It\n"
    "opens no result.",
    _declare,
    _run,
)
