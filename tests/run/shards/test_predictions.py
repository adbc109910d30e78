"""Whoever computed what, the logits are those of a run that computed all by itself, and nothing is computed twice."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from pytest_vidcompress.clips.clip import Clip
from pytest_vidcompress.clips.loader import Clips
from pytest_vidcompress.clips.pocket.packaged import pocket
from pytest_vidcompress.errors import SpoiledRunError, VidcompressError
from pytest_vidcompress.measure.accuracy.predict import predict
from pytest_vidcompress.models.model import Model
from pytest_vidcompress.run.engines.engine import Setting
from pytest_vidcompress.run.engines.here import Here
from pytest_vidcompress.run.shards.job import ClipRanges, Share
from pytest_vidcompress.run.shards.measurement import Measured
from pytest_vidcompress.run.shards.merge import merge
from pytest_vidcompress.run.shards.predictions import SharedPredictions
from pytest_vidcompress.run.shards.stores.open import open_store
from pytest_vidcompress.run.shards.stores.store import Store
from tests.run.shards.conftest import CLIPS, PIXELS, PROFILE, RANGE, Shared, clips_of, leisurely

LABELS = 16


def alone(model: Model, clips: Clips | None = None) -> torch.Tensor:
    return predict(model.module, clips or clips_of(), LABELS)[0]


def whole(shared: Shared, model: Model, store: Store | None = None) -> torch.Tensor:
    return shared(store=store)(model.module, clips_of(), LABELS, None, None, None)[0]


def part(shared: Shared, model: Model, share: Share, store: Store | None = None) -> torch.Tensor:
    return shared(share, store)(model.module, clips_of(share), LABELS, None, None, None)[0]


def count(counted: Any, of: Callable[[], object]) -> int:
    """Views that a module was shown, without the noise that names it."""
    before = len(counted.calls)
    of()
    return len(counted.calls) - before - 1


@pytest.mark.parametrize("of", [1, 2, 3, 5, 16])
def test_any_number_of_shards_gives_the_logits_of_one_run(
    of: int, shared: Shared, model: Model, counted: Any
) -> None:
    for number in range(1, of + 1):
        share = Share(number, of)
        own = share.numbers(CLIPS // RANGE)
        if own:
            assert count(counted, lambda share=share: part(shared, model, share)) == len(own) * RANGE
    expected = alone(model)
    assert count(counted, lambda: whole(shared, model)) == 0
    assert torch.equal(whole(shared, model), expected)


def test_targets_are_those_of_one_run(shared: Shared, model: Model) -> None:
    _, targets = shared()(model.module, clips_of(), LABELS, None, None, None)
    assert torch.equal(targets, predict(model.module, clips_of(), LABELS)[1])


def test_another_number_of_shards_goes_on_where_the_first_was(
    shared: Shared, model: Model, counted: Any
) -> None:
    part(shared, model, Share(1, 2))
    done = count(counted, lambda: [part(shared, model, Share(number, 4)) for number in (1, 2, 3, 4)])
    assert done + 1 - 4 == CLIPS // 2
    assert torch.equal(whole(shared, model), alone(model))


def test_a_duplicate_shard_computes_nothing(shared: Shared, model: Model, counted: Any) -> None:
    part(shared, model, Share(1, 2))
    assert count(counted, lambda: part(shared, model, Share(1, 2))) == 0


def test_what_is_missing_is_computed_by_the_run_over_all(shared: Shared, model: Model, counted: Any) -> None:
    part(shared, model, Share(2, 4))
    expected = alone(model)
    assert count(counted, lambda: whole(shared, model)) == CLIPS - RANGE
    assert torch.equal(whole(shared, model), expected)


def test_stores_of_shards_are_merged_into_the_same_logits(
    shared: Shared, model: Model, counted: Any, tmp_path: Path
) -> None:
    stores = [open_store(str(tmp_path / f"store{number}")) for number in (1, 2, 3)]
    for number, store in enumerate(stores, 1):
        part(shared, model, Share(number, 3), store)
    part(shared, model, Share(1, 3), stores[1])
    random.Random(0).shuffle(stores)
    merged = merge(stores, open_store(str(tmp_path / "all")))
    assert (merged.results, merged.missing, merged.twice) == (CLIPS // RANGE, [], 2)
    assert count(counted, lambda: whole(shared, model, open_store(str(tmp_path / "all")))) == 0
    assert torch.equal(whole(shared, model, open_store(str(tmp_path / "all"))), alone(model))


def test_the_order_of_stores_changes_no_byte(shared: Shared, model: Model, tmp_path: Path) -> None:
    stores = [open_store(str(tmp_path / f"store{number}")) for number in (1, 2)]
    for number, store in enumerate(stores, 1):
        part(shared, model, Share(number, 2), store)
        part(shared, model, Share(1, 1), store)
    for name, order in (("a", stores), ("b", stores[::-1])):
        merge(order, open_store(str(tmp_path / name)))
    a, b = (
        {
            path.relative_to(tmp_path / name): path.read_bytes()
            for path in (tmp_path / name / "results").rglob("*-*")
        }
        for name in ("a", "b")
    )
    assert len(a) == CLIPS // RANGE
    assert a == b


def test_what_is_enough_ends_it_after_the_same_clip(shared: Shared, model: Model) -> None:
    def until(number: int) -> Callable[[torch.Tensor], bool]:
        seen: list[torch.Tensor] = []
        return lambda row: seen.append(row) or len(seen) == number

    for number in (1, 3, 4, 7, 8):
        once, _ = predict(model.module, clips_of(), LABELS, enough=until(number))
        shares, targets = shared()(model.module, clips_of(), LABELS, None, until(number), None)
        assert torch.equal(once, shares)
        assert len(targets) == number


def test_a_damaged_result_is_computed_anew(
    shared: Shared, model: Model, counted: Any, tmp_path: Path
) -> None:
    whole(shared, model)
    expected = alone(model)
    (file, cut, *_) = sorted((tmp_path / "store" / "results").rglob("*-*"))
    file.write_bytes(file.read_bytes()[:-20])
    cut.write_bytes(b"")
    assert count(counted, lambda: whole(shared, model)) == 2 * RANGE
    assert torch.equal(whole(shared, model), expected)


def test_what_answers_otherwise_than_its_content_says_is_not_believed(
    shared: Shared, model: Model, counted: Any
) -> None:
    whole(shared, model)
    counted.shift = 1
    assert torch.equal(whole(shared, model), alone(model))


def test_clips_that_cannot_be_used_are_known_without_decoding(
    shared: Shared, model: Model, counted: Any, tmp_path: Path
) -> None:
    def spoilt() -> Clips:
        clips = clips_of()
        gone = [
            tmp_path / "gone.mp4" if place in (1, 4, 5) else each.path
            for place, each in enumerate(clips.sample)
        ]
        sample = [Clip(each.id, each.label, path) for each, path in zip(clips.sample, gone, strict=True)]
        return Clips(sample, clips.labels, {name: i for i, name in enumerate(clips.labels)}, clips.profile)

    expected = alone(model, once := spoilt())
    for _ in range(2):
        again = spoilt()
        logits, _ = shared()(model.module, again, LABELS, None, None, None)
        assert torch.equal(logits, expected)
        assert [each.clip.id for each in again.skipped] == [each.clip.id for each in once.skipped]
        assert [each.reason for each in again.skipped] == [each.reason for each in once.skipped]
    assert len(expected) == CLIPS - 3


def test_a_store_that_forgets_is_refused(shared: Shared, model: Model) -> None:
    class Forgetful:
        place = "nowhere"

        def __getattr__(self, name: str) -> Callable[..., Any]:
            return lambda *_: {} if name == "entries" else None

    with pytest.raises(VidcompressError, match="does not give back what was written"):
        whole(shared, model, Forgetful())  # type: ignore[arg-type]


def test_a_store_that_is_full_ends_the_run_and_loses_nothing(
    shared: Shared, model: Model, counted: Any, tmp_path: Path
) -> None:
    store, written = open_store(str(tmp_path / "store")), []
    real = store.write

    def write(name: str, content: bytes) -> None:
        if name.startswith("results") and len(written) == 2:
            raise SpoiledRunError("the store is full")
        written.append(name)
        real(name, content)

    predictions = shared(store=store)
    written.clear()
    store.write = write  # type: ignore[method-assign]
    with pytest.raises(SpoiledRunError, match="the store is full"):
        predictions(model.module, clips_of(), LABELS, None, None, None)
    assert count(counted, lambda: whole(shared, model)) == CLIPS - 2 * RANGE


def test_a_slow_store_changes_nothing(shared: Shared, model: Model, tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store"))

    class Slow:
        def __getattr__(self, name: str) -> Any:
            time.sleep(0.02)
            return getattr(store, name)

    expected = alone(model)
    for _ in range(2):
        assert torch.equal(whole(shared, model, Slow()), expected)  # type: ignore[arg-type]


def test_two_drivers_share_the_ranges(small_ranges: None, tmp_path: Path, counted: Any) -> None:
    """Each computes what the other has not: hardly more is computed twice than what both chose at one moment."""
    clips, ranges = 96, 96 // RANGE

    inner = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(PIXELS, LABELS))
    module, found = leisurely(counted, 0.005)(inner).eval(), list[torch.Tensor]()
    model = Model("dense", module, PROFILE, pocket().labels)

    def drive() -> None:
        store = open_store(str(tmp_path / "store"))
        engine = Here(Setting(store, "a-cpu"))
        own = SharedPredictions(store, engine, ClipRanges.of(clips), time.time() + 1, "a-cpu")
        predictions = own.of(Measured(module, model, "small", "test 1"))
        assert predictions is not None
        found.append(predictions(module, clips_of(number=clips), LABELS, None, None, None)[0])

    expected, before = predict(module, clips_of(number=clips), LABELS)[0], len(counted.calls)
    drivers = [threading.Thread(target=drive) for _ in range(2)]
    for driver in drivers:
        driver.start()
    for driver in drivers:
        driver.join()
    assert [torch.equal(each, expected) for each in found] == [True, True]
    computed = (len(counted.calls) - before - 2) / RANGE
    assert ranges <= computed <= 1.4 * ranges


def test_a_bar_goes_to_its_end(shared: Shared, model: Model) -> None:
    told: list[tuple[str, int, int]] = []
    for _ in range(2):
        shared()(model.module, clips_of(), LABELS, lambda *what: told.append(what), None, None)
        assert told[-1] == ("clips", CLIPS, CLIPS)
        assert [done for _, done, _ in told] == sorted({done for _, done, _ in told})
        told.clear()
