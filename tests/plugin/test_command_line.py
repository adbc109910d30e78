"""`vidcompress`, as it is installed, knows what hooks of a conftest add."""

import torch  # noqa: F401 - pytester forgets what a test imports, and torch cannot be imported twice

from pytest_vidcompress.plugin.command_line import main
from tests.end_to_end.test_hooks import CONFTEST


def said(capsys):
    """The one line that a refusal prints."""
    out, err = capsys.readouterr()
    assert out == ""
    (line,) = (line for line in err.splitlines() if line.startswith("vidcompress: "))
    return line


def test_a_model_clips_a_technique_and_a_runtime_of_a_conftest(pytester, capsys):
    pytester.makeconftest(CONFTEST)
    assert main(["compress", "tiny", "scale:by=0.25@loud", "out", "--clips=two"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("scale:by=0.25@loud of tiny: ")
    # A note of ours, and no line of our code.
    assert err.startswith("note: what was saved of 'tiny' has no config.json")
    assert "UserWarning" not in err


def test_hooks_that_are_of_no_use_end_in_a_line_and_exit_code_2(pytester, capsys):
    pytester.makeconftest("def pytest_vidcompress_models(): return 3")
    assert main(["compress", "videomae", "fp16", "out"]) == 2
    assert "hook pytest_vidcompress_models: expected a mapping" in said(capsys)
    pytester.makeconftest("raise ValueError('broken')")
    assert main(["compress", "videomae", "fp16", "out"]) == 2
    assert "pytest does not start in this folder" in (line := said(capsys))
    assert "ValueError: broken" in line


def test_what_names_nothing_asks_no_hooks(pytester, capsys):
    pytester.makeconftest("raise ValueError('broken')")
    assert main(["show", "nowhere"]) == 2
    assert "no artefact at" in said(capsys)
