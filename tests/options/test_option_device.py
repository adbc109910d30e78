"""--vc-device: refused in a line where it cannot be; and the CPU is what it was without the option."""

from __future__ import annotations

import pytest

from pytest_vidcompress.models.device import Accelerators
from tests.conftest import HOLDS
from tests.project import Project

ABSENT = next(kind for kind in ("cuda", "xpu") if kind != Accelerators.here().kind)
CREATE = ("--vc-baseline=create", "--benchmark-disable")


@pytest.mark.parametrize(
    ("device", "said"),
    [
        (
            ABSENT,
            rf"--vc-device={ABSENT}: this torch has no {ABSENT.upper()}; it has cpu.*, and nothing needs another$",
        ),
        ("gpu", r"--vc-device=gpu: torch knows no such device; it has cpu"),
        (
            "gpu 0",
            r"--vc-device=gpu 0: expected cpu, or what torch calls a device, such as cuda, cuda:1 or mps$",
        ),
    ],
)
def test_a_device_that_is_not_there(project: Project, device: str, said: str) -> None:
    project.write(test_holds=HOLDS)
    assert project.run(f"--vc-device={device}").refused(said)


def test_the_cpu_by_name_measures_and_stores_the_same(project: Project) -> None:
    project.write(test_holds=HOLDS)
    assert project.run(*CREATE, "--vc-baselines=usual").passed(1)
    assert project.run(*CREATE, "--vc-baselines=named", "--vc-device=cpu").passed(1)
    usual, named = (sorted((project.folder / each).rglob("*.json")) for each in ("usual", "named"))
    assert [path.name for path in usual] == [path.name for path in named]
    assert [path.read_bytes() for path in usual] == [path.read_bytes() for path in named]
