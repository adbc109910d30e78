"""What others may import: every name that the pages need, from the package itself."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import pytest_vidcompress

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("name", pytest_vidcompress.__all__)
def test_a_public_name_is_what_it_says(name):
    assert getattr(pytest_vidcompress, name).__name__ == name


def test_there_are_no_others():
    with pytest.raises(AttributeError, match="no attribute 'Clips'"):
        _ = pytest_vidcompress.Clips


def test_importing_the_package_imports_nothing_of_it():
    code = "import sys, pytest_vidcompress; print([m for m in sys.modules if m.startswith('pytest_vidcompress.')])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_sends_users_into_the_house(page):
    deep = re.findall(r"(?:from|import) pytest_vidcompress\.\S+", page.read_text(encoding="utf-8"))
    assert deep == []
