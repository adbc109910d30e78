"""Each file of the corpus gives its frames, or says what is wrong with it."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from pytest_vidcompress.clips.decode.decode import decode
from pytest_vidcompress.clips.faults import Fault, Undecodable
from tests.clips.decode.corpus import BAD, GOOD, Case, build


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return build(tmp_path_factory.mktemp("corpus"))


@pytest.mark.parametrize("case", GOOD, ids=lambda case: case.name)
def test_good_files_give_their_frames(case: Case, corpus: dict[str, Path]) -> None:
    for wanted in (range(len(case.levels)), [len(case.levels) - 1], [0, 0, len(case.levels) // 2]):
        decoded = decode(corpus[case.name], lambda count, fps, wanted=wanted: wanted)
        assert (decoded.count, decoded.pixels.shape[1:3]) == (len(case.levels), case.size)
        assert decoded.fps == pytest.approx(case.fps)
        greys = np.median(decoded.pixels, axis=(1, 2, 3))
        assert greys == pytest.approx([case.levels[index] for index in wanted], abs=5)


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.name)
def test_bad_files_say_what_is_wrong(case: Case, corpus: dict[str, Path]) -> None:
    with pytest.raises(Undecodable, match=case.reason or None) as caught:
        decode(corpus[case.name], lambda count, fps: range(count))
    assert caught.value.kind is case.fault
    # No file's name: reports put it before the reason.
    assert str(corpus[case.name].parent) not in str(caught.value)


def test_the_corpus_has_every_kind_of_fault() -> None:
    assert {case.fault for case in BAD} == set(Fault)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="nothing is forbidden to this user")
def test_a_file_that_may_not_be_read_says_so(corpus: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(corpus["clip.mp4"].read_bytes())
    path.chmod(0)
    with pytest.raises(Undecodable, match="permission") as caught:
        decode(path, lambda count, fps: [0])
    assert caught.value.kind is Fault.UNREADABLE


def test_a_fault_comes_back_whole_from_another_process() -> None:
    error = pickle.loads(pickle.dumps(Undecodable("cut off after 3 frames", Fault.TRUNCATED)))
    assert (str(error), error.kind) == ("cut off after 3 frames", Fault.TRUNCATED)
