from __future__ import annotations

from pytest_vidcompress.present.terminal.missing_runtimes import lacking_lines
from pytest_vidcompress.present.terminal.text_table import WIDTH
from pytest_vidcompress.runtimes.registry import RUNTIMES

OPENVINO = ("openvino", "it needs openvino: pip install 'pytest-vidcompress[openvino]'")
TVM = ("tvm", "it needs tvm: install tvm")


def test_a_runtime_is_named_once_with_how_many_tests_want_it() -> None:
    assert lacking_lines([]) == []
    assert lacking_lines([TVM, OPENVINO, OPENVINO]) == [
        "2 tests skipped, runtime 'openvino' cannot run here:",
        "  it needs openvino: pip install 'pytest-vidcompress[openvino]'",
        "1 test skipped, runtime 'tvm' cannot run here:",
        "  it needs tvm: install tvm",
    ]


def test_it_fits_the_terminal() -> None:
    for name, runtime in RUNTIMES.items():
        packages = " and ".join(runtime.needs)
        needs = f"it needs {packages}: pip install 'pytest-vidcompress[{runtime.extra}]'"
        assert all(len(line) <= WIDTH for line in lacking_lines([(name, needs)] * 999))
