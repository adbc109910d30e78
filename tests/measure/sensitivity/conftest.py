"""Until `shrink` is there, nothing can be looked for."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("pytest_vidcompress.compress.shrink") else ["test_*.py"]
