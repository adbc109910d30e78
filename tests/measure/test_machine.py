from __future__ import annotations

import platform
import re
from dataclasses import replace
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.measure.accelerator import Accelerator
from pytest_vidcompress.measure.cpu import Cpu
from pytest_vidcompress.measure.machine import Machine, machine

EPYC = Machine("AMD EPYC 9454P 48-Core Processor", "avx512", 2, "torch2.13")


@pytest.mark.parametrize(
    ("cpu", "slug"),
    [
        (EPYC.cpu, "amd-epyc-9454p-48-core-avx512-2t-torch2.13"),
        ("Intel(R) Xeon(R) Platinum 8370C CPU @ 2.80GHz", "intel-xeon-platinum-8370c-avx512-2t-torch2.13"),
        ("Apple M2", "apple-m2-avx512-2t-torch2.13"),
    ],
)
def test_slugs_are_names_of_files(cpu: str, slug: str) -> None:
    assert replace(EPYC, cpu=cpu).slug == slug


XEON = Machine("Intel(R) Xeon(R) Processor", "avx512", 2, "torch2.13", "6.85.7", ("avx2", "avx512", "vnni"))


def test_a_slug_says_what_tells_cpus_of_one_name_apart() -> None:
    assert XEON.slug == "intel-xeon-6.85.7-avx512-vnni-2t-torch2.13"
    assert replace(XEON, isa="avx2").slug == "intel-xeon-6.85.7-avx2-avx512-vnni-2t-torch2.13"
    assert replace(XEON, isa_limit="avx2").slug == "intel-xeon-6.85.7-avx512-vnni-max-avx2-2t-torch2.13"
    assert replace(XEON, bf16="amx_bf16").slug == "intel-xeon-6.85.7-avx512-vnni-2t-torch2.13-amx-bf16"


@pytest.mark.parametrize(
    "change",
    [
        {"model": "6.207.2"},
        {"model": "6.85.6"},
        {"model": ""},
        {"features": ("amx", "avx2", "avx512", "vnni")},
        {"features": ("avx2", "avx512")},
        {"features": ()},
        {"isa": "avx2"},
        {"isa_limit": "avx2"},
        {"bf16": "avx512_bf16"},
        {"threads": 4},
        {"runtime": "torch2.12"},
        {"cpu": "Intel(R) Xeon(R) Platinum"},
    ],
)
def test_another_class_has_another_file(change: dict[str, Any]) -> None:
    other = replace(XEON, **change)
    assert other.slug != XEON.slug
    assert other.facts() != XEON.facts()


def test_what_is_not_known_is_not_said() -> None:
    assert EPYC.facts() == {"cpu": EPYC.cpu, "isa": "avx512", "threads": 2, "runtime": "torch2.13"}


def test_what_keeps_kernels_from_the_best_is_another_class(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ONEDNN_MAX_CPU_ISA", raising=False)
    here = machine("torch2.13")
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "AVX2")
    assert machine("torch2.13") == replace(here, isa_limit="avx2")


def test_machines_of_one_name_are_of_two_classes() -> None:
    one, other = (
        machine("torch2.13", Cpu("Xeon", "6.85.7", features)) for features in (("vnni",), ("amx", "vnni"))
    )
    assert one.slug != other.slug


@given(st.text(), st.integers(1, 999))
def test_any_slug_is_a_name_of_a_file(cpu: str, threads: int) -> None:
    assert re.fullmatch(r"[a-z0-9][a-z0-9.-]*", Machine(cpu, "avx2", threads, "torch2.13").slug)


def test_this_machine_is_the_same_each_time() -> None:
    here = machine("torch2.13")
    assert here == machine("torch2.13")
    assert here.cpu
    assert here.threads == torch.get_num_threads()
    assert {"cpu", "isa", "threads", "runtime"} <= here.facts().keys()
    assert here.facts().keys() <= {"cpu", "model", "isa", "features", "isa_limit", "threads", "runtime"}


def test_what_computes_in_bf16_is_another_class_by_its_kernels() -> None:
    wide, avx512, amx = (machine("torch2.13", bf16=kernels) for kernels in ("", "avx512_bf16", "amx_bf16"))
    assert len({wide.slug, avx512.slug, amx.slug}) == 3
    assert "bf16" not in wide.facts()
    assert amx.facts() == {**wide.facts(), "bf16": "amx_bf16"}


def test_every_runtime_has_a_class_of_its_own() -> None:
    torch, other = machine("torch2.13"), machine("openvino2026.4")
    assert other == replace(torch, runtime="openvino2026.4")
    assert torch.slug.removesuffix("torch2.13") == other.slug.removesuffix("openvino2026.4")


def test_what_changes_from_day_to_day_is_not_in_it() -> None:
    told = " ".join(map(str, machine("torch2.13").facts().values()))
    assert platform.node() not in told
    assert platform.release() not in told


def test_threads_make_another_class() -> None:
    before = torch.get_num_threads()
    here = machine("torch2.13")
    torch.set_num_threads(before + 1)
    try:
        assert machine("torch2.13") == replace(here, threads=before + 1)
    finally:
        torch.set_num_threads(before)


H100 = Accelerator("NVIDIA H100 80GB HBM3", "sm90", "cuda12.8")


def test_a_device_makes_a_class_of_its_own_beside_its_cpu() -> None:
    there = replace(XEON, accelerator=H100)
    assert there.slug == XEON.slug + "-nvidia-h100-80gb-hbm3-sm90-cuda12.8"
    assert there.facts() == {
        **XEON.facts(),
        "device": "NVIDIA H100 80GB HBM3",
        "architecture": "sm90",
        "driver": "cuda12.8",
    }


@pytest.mark.parametrize(
    "change", [{"name": "NVIDIA H200"}, {"architecture": "sm100"}, {"driver": "cuda13.0"}]
)
def test_another_device_or_driver_is_another_class(change: dict[str, str]) -> None:
    one, other = (replace(XEON, accelerator=each) for each in (H100, replace(H100, **change)))
    assert one.slug != other.slug
    assert one.facts() != other.facts()


def test_without_a_device_a_class_is_called_as_before() -> None:
    assert machine("torch2.13", accelerator=None) == machine("torch2.13")
    assert not {"device", "architecture", "driver"} & machine("torch2.13").facts().keys()
