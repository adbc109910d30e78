"""Prints the version of the package, without importing it."""

import re
from pathlib import Path

text = (Path(__file__).parents[1] / "pytest_vidcompress" / "__init__.py").read_text(encoding="utf-8")
print(re.search(r'^__version__ = "(.+)"$', text, re.MULTILINE)[1])
