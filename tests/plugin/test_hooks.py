"""What hooks gave is checked: one that raises, or returns anything, ends in a line."""

from types import SimpleNamespace

import pytest

from pytest_vidcompress.compress.registry import TECHNIQUES
from pytest_vidcompress.plugin.hooks import KINDS, registries
from pytest_vidcompress.runtimes.registry import RUNTIMES


def config(**given):
    """As far as hooks are concerned: each gives a list, of one mapping a plugin."""
    hooks = {f"pytest_vidcompress_{kind}": given.get(kind, list) for kind in KINDS}
    return SimpleNamespace(hook=SimpleNamespace(**hooks))


def test_what_they_add_is_beside_what_there_is():
    named = registries(
        config(models=lambda: [{"mine": object}], clip_sets=lambda: [{"two": list}, {"three": list}])
    )
    assert (set(named.models), set(named.clip_sets)) == ({"mine"}, {"two", "three"})
    assert set(named.techniques) == set(TECHNIQUES)
    assert set(named.runtimes) == set(RUNTIMES)
    assert named.refused == ()


def raising():
    raise ValueError("broken\non purpose")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"models": raising},
            "hook pytest_vidcompress_models raised ValueError: broken on purpose (test_hooks.py:",
        ),
        (
            {"runtimes": lambda: [["x"]]},
            "hook pytest_vidcompress_runtimes: expected a mapping of names to what they",
        ),
        (
            {"clip_sets": lambda: [{"two": 3}]},
            "hook pytest_vidcompress_clip_sets: 'two': expected a name and",
        ),
        (
            {"models": lambda: [{3: list}]},
            "hook pytest_vidcompress_models: 3: expected a name and a function",
        ),
        ({"techniques": lambda: [{"mine": 3}]}, "technique 'mine': expected a Technique, not int"),
        ({"runtimes": lambda: [{"mine": 3}]}, "runtime 'mine': expected a Runtime, or a function"),
    ],
)
def test_what_cannot_be_is_refused_by_name_and_the_rest_stays(given, said):
    named = registries(config(**given))
    (refused,) = named.refused
    assert refused.startswith(said)
    assert set(named.techniques) == set(TECHNIQUES)


def test_a_run_that_needs_them_ends_in_a_line(pytester):
    pytester.makeconftest("def pytest_vidcompress_models(): raise ValueError('broken')")
    pytester.makepyfile("def test_it(vc_model): pass\ndef test_plain(): pass")
    result = pytester.runpytest_inprocess("-k", "it")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["ERROR: hook pytest_vidcompress_models raised ValueError: broken (conftest.py:1)"]
    )
    pytester.runpytest_inprocess("-k", "plain").assert_outcomes(passed=1, deselected=2)
