from __future__ import annotations

from dataclasses import replace

from pytest_vidcompress.present.terminal.missing_runtimes import missing_lines
from pytest_vidcompress.present.width import WIDTH
from pytest_vidcompress.runtimes.registry import RUNTIMES

OPENVINO = ("openvino", "it needs openvino: pip install 'pytest-vidcompress[openvino]'")
TVM = ("tvm", "it needs tvm: install tvm")


def test_a_runtime_is_named_once_with_how_many_tests_want_it() -> None:
    assert missing_lines([]) == []
    assert missing_lines([TVM, OPENVINO, OPENVINO]) == [
        "2 tests skipped, runtime 'openvino' cannot run here:",
        "  it needs openvino: pip install 'pytest-vidcompress[openvino]'",
        "1 test skipped, runtime 'tvm' cannot run here:",
        "  it needs tvm: install tvm",
    ]


def test_it_fits_the_terminal() -> None:
    for name, runtime in RUNTIMES.items():
        # As if none of what it needs were there.
        absent = replace(runtime, needs=tuple(f"{package}_absent" for package in runtime.needs))
        assert all(package in absent.missing for package in absent.needs)
        lines = missing_lines([(name, absent.missing)] * 999)
        assert all(len(line) <= WIDTH for line in lines)
        assert max(map(len, missing_lines([(name, absent.missing)], width=60))) <= 60
