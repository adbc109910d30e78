"""What torch is set to is put to use as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch

from pytest_vidcompress.measure.resume.torch_settings import environment, settings, use

CHANGES: dict[str, Callable[[], Any]] = {
    "precision": lambda: torch.set_float32_matmul_precision("medium"),
    "mkldnn": lambda: setattr(torch.backends.mkldnn, "deterministic", True),
    "deterministic": lambda: torch.use_deterministic_algorithms(True),
    "autocast": lambda: torch.set_autocast_enabled("cpu", True),
    "cudnn": lambda: setattr(torch.backends.cudnn, "benchmark", True),
    "dtype": lambda: torch.set_default_dtype(torch.float64),
}


@pytest.fixture
def before() -> Iterator[dict[str, Any]]:
    found = settings("cpu")
    yield found
    use(found, "cpu")


@pytest.mark.parametrize("name", CHANGES)
def test_a_setting_goes_there_and_back(name: str, before: dict[str, Any]) -> None:
    CHANGES[name]()
    changed = settings("cpu")
    assert changed[name] != before[name]
    use(before, "cpu")
    assert settings("cpu") == before
    use(changed, "cpu")
    assert settings("cpu") == changed


def test_of_the_environment_only_what_tells_libraries_how_to_compute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "AVX2")
    monkeypatch.setenv("SECRET", "none of it")
    assert environment()["ONEDNN_MAX_CPU_ISA"] == "AVX2"
    assert "SECRET" not in environment()
