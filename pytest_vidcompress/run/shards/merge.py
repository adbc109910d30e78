"""Stores of shards -> one: every result is read and checked, in no order that matters, and none is believed blindly.

merged = merge([store_1, store_2], into=store)
merged.missing      what is still to be computed
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from heapq import merge as in_order
from itertools import groupby

from ...errors import VidcompressError
from .job import ABOUT, RESULTS, number_of, result_name
from .result import DamagedError, Result
from .shard import SHARDS, ShardRecord, records
from .standing import About, read_abouts
from .stores.open import begin
from .stores.store import Store
from .tally import WORKERS

_AT_ONCE = 256
"""Results that are held in memory."""


@dataclass
class Merged:
    """What came together."""

    results: int = 0
    clips: int = 0
    twice: int = 0
    """Results that were there in several stores."""
    damaged: list[str] = field(default_factory=list[str])
    """Files that are no whole result, each with its store."""
    missing: list[tuple[About, Sequence[int]]] = field(default_factory=list[tuple[About, Sequence[int]]])
    """Measurements with the ranges that nobody has computed."""
    machines: set[str] = field(default_factory=set[str])
    absent: tuple[str, ...] = ()
    """Shards that have not ended."""


def merge(stores: Sequence[Store], into: Store | None = None) -> Merged:
    """Reads all results, and puts them into one store.

    Args:
        into: None only looks whether all is there.

    Raises:
        VidcompressError: shards ran different code or clips, or one result is there twice and says different things.
    """
    merged = Merged(absent=_check_shards(stores))
    if into is not None:
        begin(into)
    abouts = {digest: about for store in stores for digest, about in read_abouts(store).items()}
    for measurement, found in _by_measurement(stores):
        numbers = set[int]()
        for name, copies in _read(measurement, found):
            number = number_of(name)
            if number is not None and _take(result_name(measurement, name), copies, merged, into):
                numbers.add(number)
        about = abouts.get(measurement)
        if about is None:
            continue
        if left := [number for number in range(about.ranges) if number not in numbers]:
            merged.missing.append((about, left))
    if into is not None:
        _copy(stores, into)
    return merged


def _check_shards(stores: Sequence[Store]) -> tuple[str, ...]:
    """Refuses what does not belong together; returns the shards that have not ended."""
    ran = [(store, record) for store in stores for record in records(store)]
    for store, record in ran[1:]:
        _refuse_other(*ran[0], store, record)
    ended = {record.share for _, record in ran if record.ended}
    # Shards of several numbers cover the clips each by itself: one complete set is enough.
    sets: dict[int, list[str]] = {}
    for _, record in ran:
        of = int(record.share.partition("/")[2] or 0)
        sets[of] = [f"{number}/{of}" for number in range(1, of + 1) if f"{number}/{of}" not in ended]
    return () if not sets or not all(sets.values()) else tuple(min(sets.values(), key=len))


def _refuse_other(first: Store, one: ShardRecord, second: Store, other: ShardRecord) -> None:
    differing = (
        ("code of pytest-vidcompress", f"{one.version} {one.code}", f"{other.version} {other.code}"),
        ("tests or conftest", one.tests_code, other.tests_code),
        ("libraries", one.libraries, other.libraries),
        ("clips", f"{one.clips} {one.sample}", f"{other.clips} {other.sample}"),
    )
    for what, its, others in differing:
        if its != others:
            raise VidcompressError(
                f"shard {other.share} in {second.place} ran with other {what} than shard {one.share} in {first.place}"
                f" ({others or 'edited while it ran'} against {its or 'edited while it ran'}): run it again as the"
                " others, into a new store, or leave it out"
            )


def _by_measurement(stores: Sequence[Store]) -> Iterator[tuple[str, Mapping[str, list[Store]]]]:
    """Measurement after measurement: the names of its results, and the stores that have each."""
    listed = in_order(*map(_listed, stores), key=lambda each: each[:2])
    for measurement, group in groupby(listed, key=lambda each: each[0]):
        found: dict[str, list[Store]] = {}
        for _, _, names, store in group:
            for name in names:
                found.setdefault(name, []).append(store)
        yield measurement, found


def _listed(store: Store) -> Iterator[tuple[str, str, Sequence[str], Store]]:
    return ((measurement, store.place, names, store) for measurement, names in store.folders(RESULTS))


def _read(
    measurement: str, found: Mapping[str, Sequence[Store]]
) -> Iterator[tuple[str, Sequence[tuple[Store, bytes | None]]]]:
    """The content of each result in each store that has it, in order; few of them are held at once."""
    ordered = sorted(found)
    for names in (ordered[first : first + _AT_ONCE] for first in range(0, len(ordered), _AT_ONCE)):
        wanted: dict[Store, list[str]] = {}
        for name in names:
            for store in found[name]:
                wanted.setdefault(store, []).append(result_name(measurement, name))
        contents = {store: store.read_many(own) for store, own in wanted.items()}
        for name in names:
            yield name, [(store, next(contents[store])) for store in found[name]]


def _take(
    name: str, copies: Sequence[tuple[Store, bytes | None]], merged: Merged, into: Store | None
) -> bool:
    """One result, of one or several stores; returns whether any of them is whole."""
    read: list[tuple[Store, bytes, Result]] = []
    for store, content in copies:
        try:
            read.append((store, content or b"", Result.from_bytes(content or b"")))
        except DamagedError as error:
            merged.damaged.append(f"{store.place}/{name}: {error}")
    if not read:
        return False
    store, content, result = read[0]
    if len(read) > 1:
        _refuse_contradiction(name, [(store, result) for store, _, result in read])
        # Whichever store is named first, the same one is taken.
        store, content, result = min(read, key=lambda each: (blake2b(each[2].rows).digest(), each[1]))
    merged.results += 1
    merged.clips += result.clips
    merged.twice += len(read) > 1
    merged.machines.add(result.made.machine)
    if into is not None:
        into.copy(name, content, store)
    return True


def _refuse_contradiction(name: str, found: Sequence[tuple[Store, Result]]) -> None:
    """Machines of one class say the same, bit for bit; of several, something close."""
    first, one = found[0]
    for store, other in found[1:]:
        same_class = (one.made.machine, one.made.threads) == (other.made.machine, other.made.threads)
        if one != other and (same_class or one.skipped != other.skipped):
            raise VidcompressError(
                f"{first.place} and {store.place} have different results of one job ({name}), by {one.made.by} and"
                f" {other.made.by}: find out which machine is wrong, and leave its store out"
            )


def _copy(stores: Sequence[Store], into: Store) -> None:
    """What is said about measurements, shards and workers."""
    for store in stores:
        for folder in (ABOUT, SHARDS, WORKERS):
            for name in store.entries(folder):
                content = store.read(f"{folder}/{name}")
                if content is not None:
                    into.write(f"{folder}/{name}", content)
