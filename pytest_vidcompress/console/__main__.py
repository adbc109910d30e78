"""`python -m pytest_vidcompress.console`: what `vidcompress` is installed as."""

import sys
from importlib.metadata import entry_points

(script,) = entry_points(group="console_scripts", name="vidcompress")
sys.exit(script.load()())
