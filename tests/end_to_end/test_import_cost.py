"""Loading the plugin costs every pytest run, also those that measure nothing."""

import os
import subprocess
import sys
from textwrap import dedent

from tests.project import fresh_pytest

HEAVY = ("torch", "transformers", "av", "scipy", "safetensors", "jinja2", "tqdm", "tabulate", "filelock")
OURS = ("pytest_vidcompress.run.session", "pytest_vidcompress.models", "pytest_vidcompress.gate")


def test_a_run_without_our_fixtures_imports_nothing_heavy(tmp_path):
    (tmp_path / "test_plain.py").write_text(
        dedent(
            f"""
            import sys

            def test_plain(request):
                assert request.config.pluginmanager.has_plugin("vidcompress")
                loaded = [name for name in {HEAVY + OURS} if name in sys.modules]
                assert not loaded
            """
        )
    )
    run = fresh_pytest(tmp_path, "-q", "--durations=0")
    assert run.passed(1)


SCRIPT = """
import sys, pytest
plugins = []
if "plugin" in sys.argv:
    import pytest_vidcompress.plugin as plugin
    plugins.append(plugin)
pytest.main(["-qq", "-pno:cacheprovider", "-pno:terminal"], plugins=plugins)
print(*sys.modules)
"""
LIGHT = ("errors", "plugin", "present", "present.printable", "present.width", "run", "run.options")
"""What of us a run that measures nothing loads, with all that is in `plugin` and `run.options`."""
MOST = 30
"""Modules of ours: each takes its time to be found."""


def loaded(folder, *arguments):
    """The modules of a fresh interpreter after a run of no tests."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return {*done.stdout.split()}


def test_the_plugin_loads_a_few_modules_of_its_own_and_no_others(tmp_path):
    added = loaded(tmp_path, "plugin") - loaded(tmp_path)
    assert "pytest_vidcompress.plugin" in added
    assert {name for name in added if name.partition(".")[0] != "pytest_vidcompress"} == set()
    own = {name.partition(".")[2] for name in added} - {""}
    assert {name for name in own if not name.startswith(("plugin.", "run.options."))} <= {*LIGHT}
    assert len(own) <= MOST
