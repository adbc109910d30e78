"""A learned variant in the cache: sealed, whole or not there, and one training at a time."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from pytest_vidcompress.artefacts.kept.cache_entry import OLDEST_DAYS, CacheEntry
from pytest_vidcompress.artefacts.kept.learned_record import FILE
from pytest_vidcompress.clips.crops.seal import VARIABLE
from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.models.model import Model
from tests.artefacts.kept.lessons_learned import FACTS, KNOWN, learned, recipe, record
from tests.models import small


@pytest.fixture(scope="module")
def model() -> Model:
    return small.model("videomae")


@pytest.fixture
def entry(tmp_path: Path) -> CacheEntry:
    return CacheEntry.of(tmp_path, FACTS)


def written(entry: CacheEntry, model: Model) -> Model:
    made = learned(model)
    entry.write(made, recipe(), record())
    return made


def test_what_was_written_is_read_bit_for_bit(entry: CacheEntry, model: Model) -> None:
    assert entry.read(model, KNOWN) is None
    made = written(entry, model)
    read = entry.read(model, KNOWN)
    assert read is not None
    assert torch.equal(small.logits(read.module), small.logits(made.module))


@pytest.mark.parametrize("name", FACTS)
def test_whatever_decides_it_leads_to_another_entry(entry: CacheEntry, name: str) -> None:
    assert CacheEntry.of(entry.folder, {**FACTS, name: "other"}).place != entry.place
    assert CacheEntry.of(entry.folder, dict(reversed(FACTS.items()))).place == entry.place


def test_without_the_secret_nothing_is_found(
    entry: CacheEntry, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(entry, model)
    monkeypatch.setenv(VARIABLE, "another")
    assert CacheEntry.of(entry.folder, FACTS).read(model, KNOWN) is None


def test_one_whose_use_cannot_be_noted_is_read_all_the_same(
    entry: CacheEntry, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(entry, model)

    def read_only(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(os, "utime", read_only)
    assert entry.read(model, KNOWN) is not None


def flipped(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


DAMAGES: dict[str, Callable[[CacheEntry], object]] = {
    "a tensor": lambda entry: flipped(entry.place / "artefact" / "model.safetensors"),
    "what decided it": lambda entry: flipped(entry.place / "artefact" / FILE),
    "the manifest": lambda entry: (entry.place / "artefact" / "recipe.json").write_text("{}"),
    "no manifest": lambda entry: (entry.place / "artefact" / "recipe.json").unlink(),
    "no seal": lambda entry: (entry.place / "seal").unlink(),
    "a seal of somebody else's": lambda entry: (entry.place / "seal").write_bytes(bytes(32)),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=[*DAMAGES])
def test_a_damaged_one_is_not_taken_and_it_is_said(
    entry: CacheEntry, model: Model, damage: Callable[[CacheEntry], object]
) -> None:
    written(entry, model)
    damage(entry)
    with pytest.warns(UserWarning, match=r"a kept variant is not taken, .* is damaged"):
        assert entry.read(model, KNOWN) is None
    made = written(entry, model)
    read = entry.read(model, KNOWN)
    assert read is not None
    assert torch.equal(small.logits(read.module), small.logits(made.module))


def test_an_entry_put_in_the_place_of_another_is_not_taken(entry: CacheEntry, model: Model) -> None:
    written(entry, model)
    other = CacheEntry.of(entry.folder, {**FACTS, "seed": "1"})
    shutil.copytree(entry.place, other.place)
    with pytest.warns(UserWarning, match="its seal is not of this cache's secret"):
        assert other.read(model, KNOWN) is None


def test_the_checkpoints_go_when_the_variant_is_there(entry: CacheEntry, model: Model) -> None:
    entry.checkpoints.mkdir(parents=True)
    (entry.checkpoints / "1.checkpoint").write_bytes(b"state")
    written(entry, model)
    assert not entry.checkpoints.exists()


def test_checkpoints_of_before_a_moment_are_forgotten(entry: CacheEntry) -> None:
    entry.forget_checkpoints(time.time())
    entry.checkpoints.mkdir(parents=True)
    old, new = (entry.checkpoints / f"{number}.checkpoint" for number in (1, 2))
    for file in (old, new):
        file.write_bytes(b"state")
    os.utime(old, (1000, 1000))
    entry.forget_checkpoints(2000)
    assert [*entry.checkpoints.iterdir()] == [new]


def test_a_checkpoint_that_cannot_be_removed_is_named(entry: CacheEntry) -> None:
    (entry.checkpoints / "1.checkpoint").mkdir(parents=True)
    with pytest.raises(VidcompressError, match=r"1\.checkpoint is the checkpoint .* cannot be removed"):
        entry.forget_checkpoints(time.time() + 60)


def test_where_it_cannot_be_written_what_was_there_stays_and_so_do_the_checkpoints(
    entry: CacheEntry, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = written(entry, model)
    entry.checkpoints.mkdir()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("safetensors.torch.save_file", full)
    with pytest.raises(VidcompressError, match="No space left on device"):
        written(entry, model)
    monkeypatch.undo()
    read = entry.read(model, KNOWN)
    assert read is not None
    assert torch.equal(small.logits(read.module), small.logits(made.module))
    assert entry.checkpoints.exists()
    assert not entry.place.with_suffix(".new").exists()


def test_when_it_was_made(entry: CacheEntry, model: Model) -> None:
    assert not entry.made_since(0)
    before = time.time() - 1
    written(entry, model)
    assert entry.made_since(before)
    assert not entry.made_since(time.time() + 60)


def test_the_second_waits_for_the_first_and_then_reads(entry: CacheEntry, model: Model) -> None:
    trained: list[Model] = []
    is_waiting = threading.Event()

    def take_or_train() -> Model:
        with entry.locked("it", is_waiting.set):
            read = entry.read(model, KNOWN)
            if read is None:
                trained.append(model)
                assert is_waiting.wait(30)
                return written(entry, model)
            return read

    first = threading.Thread(target=take_or_train)
    second = threading.Thread(target=take_or_train)
    first.start()
    second.start()
    first.join()
    second.join()
    assert len(trained) == 1


def test_what_nobody_used_for_long_goes_when_another_is_written(entry: CacheEntry, model: Model) -> None:
    old, used = (CacheEntry.of(entry.folder, {**FACTS, "seed": seed}) for seed in ("1", "2"))
    long_ago = time.time() - (OLDEST_DAYS + 1) * 86400
    for each in (old, used):
        written(each, model)
        for path in (each.place, each.place / "seal"):
            os.utime(path, (long_ago, long_ago))
    others = entry.folder / "somebody-else-s"
    others.mkdir()
    lock = old.place.with_suffix(".lock")
    lock.mkdir()
    for path in (others, lock):
        os.utime(path, (long_ago, long_ago))
    assert used.read(model, KNOWN) is not None
    written(entry, model)
    assert not old.place.exists()
    assert used.place.exists()
    assert others.exists()
    assert lock.exists(), "whoever removes it may remove it under somebody's hand"


def test_a_folder_that_cannot_be_made_is_refused_by_its_option(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(VidcompressError, match=r"cannot be made .*see --vc-cache"):
        CacheEntry.of(tmp_path / "file" / "variants", FACTS).locked("it")
