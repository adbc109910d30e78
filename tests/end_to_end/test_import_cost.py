"""Loading the plugin costs every pytest run, also those that measure nothing."""

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


def test_numpy_is_not_imported_by_us(tmp_path):
    (tmp_path / "test_plain.py").write_text(
        "import sys\ndef test_plain(): assert 'numpy' not in sys.modules\n"
    )
    run = fresh_pytest(
        *(tmp_path, "-pno:cacheprovider", "-ppytest_benchmark.plugin", "-ppytest_vidcompress.plugin"),
        PYTEST_DISABLE_PLUGIN_AUTOLOAD="1",
    )
    assert run.passed(1)
