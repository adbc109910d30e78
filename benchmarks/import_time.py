"""Prints what loading the plugin adds to the start of every pytest run, in milliseconds of CPU time.

    python benchmarks/import_time.py [interpreters]

Each fresh interpreter starts pytest with no tests in an empty folder, with the plugin and without; what
they have in common is pytest's. All are compiled once, as by pip when it installs. The target is 15 ms at most.
"""

import os
import statistics
import subprocess
import sys
import tempfile

SCRIPT = """
import sys, time, pytest
began = time.process_time()
plugins = []
if "plugin" in sys.argv:
    import pytest_vidcompress.plugin as plugin
    plugins.append(plugin)
pytest.main(["-qq", "-pno:cacheprovider"], plugins=plugins)
print(1e3 * (time.process_time() - began), file=sys.stderr)
"""


def start_ms(compiled: str, *arguments: str) -> float:
    """Milliseconds from an interpreter that has pytest to the end of a run of nothing.

    Args:
        compiled: the folder of the bytecode.
        arguments: `plugin`, or nothing.
    """
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, *arguments],
            cwd=folder,
            env={
                **{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
                "PYTHONPYCACHEPREFIX": compiled,
                "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            },
            capture_output=True,
            text=True,
            check=True,
        )
    return float(done.stderr.split()[-1])


def main(interpreters: int = 15) -> None:
    with tempfile.TemporaryDirectory() as compiled:
        pairs = [(start_ms(compiled, "plugin"), start_ms(compiled)) for _ in range(interpreters + 1)][1:]
    with_it, without = (statistics.median(times) for times in zip(*pairs, strict=True))
    added = statistics.median(a - b for a, b in pairs)
    print(
        f"the plugin adds {added:.1f} ms to {without:.1f} ms (to {with_it:.1f} ms, {interpreters} interpreters)"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
