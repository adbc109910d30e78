"""Files and functions that give frames as an array."""

from __future__ import annotations

import os
import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from pytest_vidcompress.clips.decode.decode import decode
from pytest_vidcompress.clips.faults import Fault, Undecodable

FRAMES = np.random.default_rng(0).integers(0, 256, (7, 12, 16, 3), dtype=np.uint8)


def every(count: int, fps: float) -> Sequence[int]:
    return range(count)


def save(path: Path, array: Any) -> Path:
    if path.suffix == ".npy":
        np.save(path, array)
    else:
        torch.save(torch.from_numpy(array) if isinstance(array, np.ndarray) else array, path)
    return path


@pytest.mark.parametrize("name", ["clip.npy", "clip.pt", "clip.PTH"])
def test_a_file_gives_its_frames(name: str, tmp_path: Path) -> None:
    decoded = decode(save(tmp_path / name, FRAMES), lambda count, fps: (count - 1, 0, 0))
    assert np.array_equal(decoded.pixels, FRAMES[[6, 0, 0]])
    assert (decoded.count, decoded.fps) == (7, 30.0)


@pytest.mark.parametrize(
    "make", [lambda: FRAMES, lambda: torch.from_numpy(FRAMES), lambda: torch.from_numpy(FRAMES).clone()[:]]
)
def test_a_function_gives_its_frames(make) -> None:
    assert np.array_equal(decode(make, every).pixels, FRAMES)


class Mine:
    """Runs code where it is unpickled."""

    def __init__(self, witness: Path) -> None:
        self.witness = witness

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.witness),)


@pytest.mark.parametrize("name", ["clip.npy", "clip.pt"])
def test_nothing_in_a_file_is_run(name: str, tmp_path: Path) -> None:
    witness = tmp_path / "ran"
    if name == "clip.npy":
        np.save(tmp_path / name, np.array([Mine(witness)], dtype=object), allow_pickle=True)
    else:
        torch.save(Mine(witness), tmp_path / name)
    with pytest.raises(Undecodable, match="without running code") as caught:
        decode(tmp_path / name, every)
    assert caught.value.kind is Fault.NOT_A_VIDEO
    assert not witness.exists()
    pickle.loads(pickle.dumps(Mine(witness)))
    assert witness.exists(), "it would have"


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (
            FRAMES.astype(np.float32),
            r"its array is float32 \(7, 12, 16, 3\), expected uint8 \(frames, height",
        ),
        (FRAMES.transpose(0, 3, 1, 2), r"uint8 \(7, 3, 12, 16\), expected"),
        (FRAMES[0], r"uint8 \(12, 16, 3\), expected"),
        (FRAMES[:, :0], r"uint8 \(7, 0, 16, 3\), expected"),
    ],
)
@pytest.mark.parametrize("name", ["clip.npy", "clip.pt", ""])
def test_other_arrays_are_refused_with_their_shape(array: Any, said: str, name: str, tmp_path: Path) -> None:
    array = np.ascontiguousarray(array)
    with pytest.raises(Undecodable, match=said) as caught:
        decode(save(tmp_path / name, array) if name else lambda: array, every)
    assert caught.value.kind is Fault.NOT_A_VIDEO


@pytest.mark.parametrize("content", [{"frames": torch.zeros(2, 4, 4, 3)}, [1, 2]])
def test_what_is_no_tensor_is_refused(content: Any, tmp_path: Path) -> None:
    with pytest.raises(Undecodable, match=rf"its array is {type(content).__name__} \(\), expected"):
        decode(save(tmp_path / "clip.pt", content), every)


def test_no_frames_are_too_short() -> None:
    with pytest.raises(Undecodable, match="no frames") as caught:
        decode(lambda: FRAMES[:0], every)
    assert caught.value.kind is Fault.TOO_SHORT


@pytest.mark.parametrize("name", ["clip.npy", "clip.pt"])
@pytest.mark.parametrize(
    ("spoil", "kind"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:-400]), Fault.NOT_A_VIDEO),
        (lambda path: path.write_bytes(b""), Fault.EMPTY),
        (lambda path: path.write_text("<html>"), Fault.NOT_A_VIDEO),
        (lambda path: path.unlink(), Fault.MISSING),
        (lambda path: (path.unlink(), os.mkfifo(path)), Fault.UNREADABLE),
    ],
)
def test_damaged_files_are_refused(name: str, spoil, kind: Fault, tmp_path: Path) -> None:
    path = save(tmp_path / name, FRAMES)
    spoil(path)
    with pytest.raises(Undecodable) as caught:
        decode(path, every)
    assert caught.value.kind is kind


def test_an_array_may_claim_any_size_and_costs_what_is_wanted(tmp_path: Path) -> None:
    huge = torch.zeros(1, 1, 1, 3, dtype=torch.uint8).expand(3, 8000, 8000, 3)
    torch.save(huge, tmp_path / "clip.pt")
    with pytest.raises(Undecodable, match="8000 x 8000 pixels are too large") as caught:
        decode(tmp_path / "clip.pt", every)
    assert caught.value.kind is Fault.TOO_LARGE


def test_what_a_function_raises_is_said() -> None:
    def lost() -> Any:
        raise KeyError("clip 7")

    with pytest.raises(Undecodable, match="its function raised KeyError: 'clip 7'") as caught:
        decode(lost, every)
    assert caught.value.kind is Fault.UNREADABLE
