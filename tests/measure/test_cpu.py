from __future__ import annotations

import pytest

from pytest_vidcompress.measure.cpu import Cpu, cpu, from_cpuinfo, from_identifier, from_sysctl

INTEL = """processor\t: 0
vendor_id\t: GenuineIntel
cpu family\t: 6
model\t\t: {model}
model name\t: Intel(R) Xeon(R) Processor
stepping\t: {stepping}
flags\t\t: fpu sse4_2 avx2 avx512f {flags}

processor\t: 1
vendor_id\t: GenuineIntel
cpu family\t: 6
model\t\t: {model}
model name\t: Intel(R) Xeon(R) Processor
stepping\t: {stepping}
flags\t\t: fpu sse4_2 avx2 avx512f {flags}
"""
CASCADE_LAKE = INTEL.format(model=85, stepping=7, flags="avx512_vnni")
EMERALD_RAPIDS = INTEL.format(
    model=207, stepping=2, flags="avx_vnni avx512_bf16 avx512_vnni amx_bf16 amx_tile amx_int8 avx512_fp16"
)
GRAVITON = """processor\t: 0
BogoMIPS\t: 2100.00
Features\t: fp asimd evtstrm aes asimdhp asimddp sve i8mm bf16
CPU implementer\t: 0x41
CPU architecture: 8
CPU variant\t: 0x1
CPU part\t: 0xd40
CPU revision\t: 1
"""
BIG_LITTLE = f"{GRAVITON}\n{GRAVITON.replace('0xd40', '0xd46')}"


def test_cpus_of_one_name_are_told_apart() -> None:
    lake, rapids = from_cpuinfo(CASCADE_LAKE), from_cpuinfo(EMERALD_RAPIDS)
    assert lake == Cpu("Intel(R) Xeon(R) Processor", "6.85.7", ("avx2", "avx512", "vnni"))
    assert rapids == Cpu(
        "Intel(R) Xeon(R) Processor",
        "6.207.2",
        ("amx", "amxbf16", "avx2", "avx512", "avxvnni", "bf16", "fp16", "vnni"),
    )


def test_arm_linux_says_no_name_but_who_made_which_part() -> None:
    assert from_cpuinfo(GRAVITON) == Cpu("Arm 0xd40", "r1p1", ("bf16", "dotprod", "fp16", "i8mm", "sve"))
    assert from_cpuinfo(BIG_LITTLE).name == "Arm 0xd40+Arm 0xd46"
    assert from_cpuinfo(GRAVITON.replace("0xd40", "0xd4f")) != from_cpuinfo(GRAVITON)
    assert from_cpuinfo(GRAVITON.replace("0x41", "0x99")).name == "0x99 0xd40"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("processor\t: 0\ncpu\t\t: POWER9, altivec supported\n", Cpu("POWER9, altivec supported")),
        ("processor\t: 0\nhart\t\t: 0\nuarch\t\t: sifive,u74-mc\n", Cpu("sifive,u74-mc")),
        ("", Cpu("")),
        ("no colon\n\n\n", Cpu("")),
    ],
)
def test_others_say_what_they_say(text: str, found: Cpu) -> None:
    assert from_cpuinfo(text) == found


def test_apple_s_own_have_a_number_each() -> None:
    m2 = """machdep.cpu.brand_string: Apple M2
hw.cpufamily: 3660830781
hw.cpusubfamily: 2
hw.optional.arm.FEAT_DotProd: 1
hw.optional.arm.FEAT_I8MM: 1
hw.optional.arm.FEAT_BF16: 1
hw.optional.arm.FEAT_FP16: 1
hw.optional.arm.FEAT_SME: 0
"""
    found = from_sysctl(m2)
    assert found == Cpu("Apple M2", "3660830781.2", ("bf16", "dotprod", "fp16", "i8mm"))
    assert from_sysctl(m2.replace("FEAT_SME: 0", "FEAT_SME: 1")) != found


def test_a_mac_of_intel_s() -> None:
    text = """machdep.cpu.brand_string: Intel(R) Core(TM) i7-9750H CPU @ 2.60GHz
machdep.cpu.family: 6
machdep.cpu.model: 158
machdep.cpu.stepping: 10
hw.optional.avx2_0: 1
hw.optional.avx512f: 0
"""
    assert from_sysctl(text) == Cpu("Intel(R) Core(TM) i7-9750H CPU @ 2.60GHz", "6.158.10", ("avx2",))


def test_windows_says_it_in_a_sentence() -> None:
    found = from_identifier("AMD Ryzen 7  ", "AMD64 Family 25 Model 33 Stepping 0", ["avx2"])
    assert found == Cpu("AMD Ryzen 7", "25.33.0", ("avx2",))
    assert from_identifier("", "") == Cpu("")


def test_this_computer_s_has_a_name() -> None:
    assert cpu().name
