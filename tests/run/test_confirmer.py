"""The fresh processes of a session: started when first needed, replaced when they died, ended with it."""

import os
import signal
import sys
import tempfile

import pytest
import torch

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.run.confirmer import Confirmer, Trial

PIXELS = torch.zeros(1, 2, 3, 8, 8)
HERE = sys.modules[__name__]
SLOW_S = 2.0


@pytest.fixture
def confirmer(tmp_path, monkeypatch):
    """With a folder of its own for the lock that timings take turns by."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    confirmer = Confirmer(600, tuple(sys.path))
    yield confirmer
    confirmer.close()


def reference(pixels):
    return pixels.flatten(1)


def noting(file):
    """An arm that notes the process whose child it runs in."""

    def arm(pixels):
        file.write_text(str(os.getppid()))
        return pixels.flatten(1)

    return arm


def trial(arm):
    return Trial(arm, PIXELS, SLOW_S, HERE)


def enough(seen):
    return len(seen.turns) >= 2


def test_one_process_serves_a_session(confirmer, tmp_path):
    served = []
    for name in ("one", "two"):
        seen = confirmer.beside_reference(trial(noting(tmp_path / name)), reference, enough)
        assert len(seen.turns) == 2
        served.append((tmp_path / name).read_text())
    assert len({*served, str(os.getpid())}) == 2


def killing(pixels):
    os.kill(os.getppid(), signal.SIGKILL)
    return pixels.flatten(1)


def test_a_process_that_died_is_replaced(confirmer, tmp_path):
    with pytest.raises(VidcompressError, match="stopped: the process was killed by SIGKILL"):
        confirmer.beside_reference(trial(killing), reference, enough)
    seen = confirmer.beside_reference(trial(noting(tmp_path / "note")), reference, enough)
    assert len(seen.turns) == 2


def test_none_outlives_the_session(confirmer, tmp_path):
    confirmer.beside_reference(trial(noting(tmp_path / "note")), reference, enough)
    server = int((tmp_path / "note").read_text())
    os.kill(server, 0)
    confirmer.close()
    with pytest.raises(ProcessLookupError):
        os.kill(server, 0)


def test_the_time_is_kept_and_progress_told(confirmer):
    told = []
    confirmer.longest_s = 0
    confirmer.progress = lambda what, done, total: told.append((what, done, total))
    seen = confirmer.beside_reference(trial(reference), reference, lambda seen: False)
    assert (len(seen.turns), seen.spent) == (1, (1.0,))
    assert told == [("timing in fresh processes", 100, 100)]
