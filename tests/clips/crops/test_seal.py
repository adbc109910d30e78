"""A cache that somebody else wrote, or wrote into, is not believed."""

from __future__ import annotations

import hashlib
import hmac
import stat
import threading
from pathlib import Path

import pytest
import torch

from pytest_vidcompress.clips.crops import cached, seal
from pytest_vidcompress.clips.crops.cached import cached_crop
from pytest_vidcompress.clips.crops.crops import crops_of
from pytest_vidcompress.clips.crops.disk_cache import Shelf
from pytest_vidcompress.clips.profile import CropSpec
from tests.clips.decode.footage import film, greys

SPEC = CropSpec(4, 1, 32, sampling="even")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's data folder without a key; none is given in the environment."""
    monkeypatch.delenv(seal.VARIABLE)
    monkeypatch.setattr("platformdirs.user_data_path", lambda name: tmp_path / "data" / name)
    seal._secret.cache_clear()
    return tmp_path / "data" / "pytest-vidcompress"


@pytest.fixture(autouse=True)
def _forget() -> object:
    yield
    seal._secret.cache_clear()


def test_a_seal_is_an_hmac_of_the_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(seal.VARIABLE, "secret")
    key = hashlib.sha256(b"secret").digest()
    assert seal.sealed(b"ab", memoryview(b"c")) == hmac.digest(key, b"abc", "sha256")
    assert len(seal.sealed()) == seal.SEAL_BYTES
    monkeypatch.setenv(seal.VARIABLE, "another")
    assert seal.sealed(b"abc") != hmac.digest(key, b"abc", "sha256")


def test_the_secret_is_made_once_and_the_owners_alone(home: Path) -> None:
    first = seal.sealed(b"x")
    (key,) = home.iterdir()
    assert (len(key.read_bytes()), stat.S_IMODE(key.stat().st_mode)) == (32, 0o600)
    seal._secret.cache_clear()
    assert seal.sealed(b"x") == first
    key.write_bytes(bytes(32))
    seal._secret.cache_clear()
    assert seal.sealed(b"x") == hmac.digest(bytes(32), b"x", "sha256")


def test_who_makes_it_is_waited_for(home: Path) -> None:
    home.mkdir(parents=True)
    (home / "cache.key").touch()
    threading.Timer(0.1, (home / "cache.key").write_bytes, [b"k" * 32]).start()
    assert seal.sealed(b"x") == hmac.digest(b"k" * 32, b"x", "sha256")


def test_where_no_secret_can_be_kept_nothing_is_found_again_and_that_is_said(home: Path) -> None:
    home.parent.mkdir()
    home.write_text("no folder")
    with pytest.warns(
        UserWarning, match=r"of no use to the next: .*cache.key .* set PYTEST_VIDCOMPRESS_CACHE_KEY"
    ):
        first = seal.sealed(b"x")
    assert seal.sealed(b"x") == first
    seal._secret.cache_clear()
    with pytest.warns(UserWarning, match="of no use to the next"):
        assert seal.sealed(b"x") != first


def test_a_forged_entry_is_not_taken(tmp_path: Path) -> None:
    video, folder = film(tmp_path / "clip.mp4", greys(range(0, 200, 20), noise=9)), tmp_path / "cache"
    true = cached_crop(video, SPEC, Shelf(folder, 10**9))
    (entry,) = folder.iterdir()
    key, forged = entry.name.removesuffix(".crops"), torch.zeros_like(true).numpy().tobytes()
    for sealing in (
        hashlib.sha256(key.encode() + forged).digest(),
        entry.read_bytes()[:32],
        hmac.digest(b"", key.encode() + forged, "sha256"),
    ):
        entry.write_bytes(sealing + forged)
        assert torch.equal(cached_crop(video, SPEC, Shelf(folder, 10**9)), true)


def test_a_cache_under_another_secret_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    video, folder = film(tmp_path / "clip.mp4", greys([9] * 5)), tmp_path / "cache"
    decoded: list[Path] = []

    def spy(source: Path, spec: CropSpec) -> torch.Tensor:
        decoded.append(source)
        return crops_of(source, spec)

    monkeypatch.setattr(cached, "crops_of", spy)
    for secret, times in (("ours", 1), ("theirs", 2), ("ours", 2), ("theirs", 2)):
        monkeypatch.setenv(seal.VARIABLE, secret)
        cached_crop(video, SPEC, Shelf(folder, 10**9))
        assert len(decoded) == times
    assert len(list(folder.iterdir())) == 2
