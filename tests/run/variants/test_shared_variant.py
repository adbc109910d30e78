"""A learned variant is trained by one of the runs that share a store, and is the same for all."""

from __future__ import annotations

import io
import json
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from pytest_vidcompress.artefacts.kept.learned_origin import Origin
from pytest_vidcompress.errors import UntrainedError
from pytest_vidcompress.processes.clock import today_s
from pytest_vidcompress.run.shards.stores.open import open_store
from pytest_vidcompress.run.variants import shared_variant
from pytest_vidcompress.run.variants.shared_variant import SharedVariant
from tests.run.variants.test_learned_models import Run, Taught

NAME = "teach of videomae"


@pytest.fixture
def taught() -> Taught:
    return Taught()


@pytest.fixture
def on_machine(taught: Taught, tmp_path: Path) -> Callable[..., Run]:
    """A run on a machine with a cache of its own, over the store of all."""

    def begun(name: str, **options: Any) -> Run:
        places = {
            "vc_cache": tmp_path / name,
            "vc_learned": tmp_path / "learned",
            "vc_store": tmp_path / "store",
        }
        return Run(taught, **{**places, **options})

    return begun


def of_store(tmp_path: Path) -> Path:
    (file,) = [each for each in (tmp_path / "store" / "learned").iterdir() if not each.suffix]
    return file


def test_another_machine_takes_what_one_has_trained(on_machine: Callable[..., Run], taught: Taught) -> None:
    trained = on_machine("one").build()
    second = on_machine("two")
    assert second.trainings() == []
    assert torch.equal(second.build(), trained)
    assert second.origins == {NAME: Origin.CACHE}
    assert taught.times == 1


def test_what_was_trained_before_goes_to_the_store(on_machine: Callable[..., Run], taught: Taught) -> None:
    kept = on_machine("one", vc_store=None).build()
    assert torch.equal(on_machine("one").build(), kept)
    assert torch.equal(on_machine("two").build(), kept)
    assert taught.times == 1


def test_what_the_store_has_goes_before_what_the_cache_has(
    on_machine: Callable[..., Run], taught: Taught
) -> None:
    own = on_machine("one", vc_store=None).build()
    others = on_machine("two").build()
    assert not torch.equal(own, others)
    assert torch.equal(on_machine("one").build(), others)
    assert taught.times == 2


def test_two_at_once_train_it_once(
    on_machine: Callable[..., Run], taught: Taught, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_variant, "_LOOK_S", 0.05)
    runs, found = [on_machine("one"), on_machine("two")], list[torch.Tensor]()
    threads = [threading.Thread(target=lambda run=run: found.append(run.build())) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert torch.equal(*found)
    assert taught.times == 1


def test_never_takes_what_the_store_has(on_machine: Callable[..., Run], taught: Taught) -> None:
    with pytest.raises(UntrainedError):
        on_machine("one", vc_learn="never").build()
    trained = on_machine("one").build()
    assert torch.equal(on_machine("two", vc_learn="never").build(), trained)
    assert taught.times == 1


def test_again_puts_a_new_one_there(on_machine: Callable[..., Run], taught: Taught) -> None:
    first = on_machine("one").build()
    second = on_machine("one", vc_learn="again").build()
    assert not torch.equal(first, second)
    assert torch.equal(on_machine("two").build(), second)
    assert taught.times == 2


def a_tar(**files: bytes) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(name.replace("__", "/"))
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text))
    return content.getvalue()


@pytest.mark.parametrize("content", [b"", b"nothing", a_tar(a=b"x"), a_tar(__tmp__x=b"x")])
def test_what_is_damaged_is_trained_anew(
    content: bytes, on_machine: Callable[..., Run], taught: Taught, tmp_path: Path
) -> None:
    on_machine("one").build()
    of_store(tmp_path).write_bytes(content)
    second = on_machine("two")
    with pytest.warns(
        UserWarning, match=r"^a learned variant is not taken, .*store/learned/.* is damaged \("
    ):
        logits = second.build()
    assert taught.times == 2
    assert torch.equal(on_machine("three").build(), logits)


def test_whoever_was_not_heard_of_is_waited_for_no_more(
    on_machine: Callable[..., Run], taught: Taught, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_variant, "_LOOK_S", 0.05)
    store = open_store(str(tmp_path / "store"))
    on_machine("one").build()
    name = f"learned/{of_store(tmp_path).name}"
    store.remove(name)
    now = {"by": "another", "last_s": today_s() - shared_variant.SILENT_S + 1}
    store.replace(f"{name}.training", json.dumps(now).encode())
    second = on_machine("two")
    second.build()
    assert any(said.startswith("waiting for another run that trains teach") for said in second.said)
    assert taught.times == 2
    assert store.read(f"{name}.training") is None


def test_whoever_trains_is_heard_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_variant, "HEARD_S", 0.01)
    store = open_store(str(tmp_path))
    shared = SharedVariant.of(store, {"recipe": "teach"}, {})
    with shared.claimed():
        first = store.read(f"{shared.name}.training")
        until = threading.Event()
        for _ in range(500):
            if store.read(f"{shared.name}.training") != first:
                break
            until.wait(0.01)
        assert store.read(f"{shared.name}.training") != first
    assert store.read(f"{shared.name}.training") is None
