"""The documentation as a site: built without a warning, light and dark, and nothing in it comes from a network."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.checkout
LOADED = re.compile(
    r"<(?:script|img|iframe)[^>]*\ssrc=[\"']?(?P<src>[^\"' >]+)"
    r"|<link[^>]*rel=[\"']?(?:stylesheet|preload|preconnect|icon)[^>]*href=[\"']?(?P<href>[^\"' >]+)"
)
"""What a browser asks for by itself."""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the built site."""
    pytest.importorskip("material", reason="the theme is not installed: pip install '.[docs]'")
    folder = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(build, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return folder


def test_every_page_is_built(site):
    for page in (ROOT / "docs").glob("*.md"):
        folder = site if page.stem == "index" else site / page.stem
        assert (folder / "index.html").is_file(), page.name


def test_every_picture_of_a_page_is_there(site):
    for picture in (ROOT / "docs").glob("*.svg"):
        assert (site / picture.name).is_file(), picture.name


def test_what_writes_the_pages_is_not_part_of_them(site):
    assert not list(site.rglob("*.py"))
    assert not (site / "theme").exists()


def test_nothing_is_loaded_from_elsewhere(site):
    loaded = [
        (page.relative_to(site), match["src"] or match["href"])
        for page in site.rglob("*.html")
        for match in LOADED.finditer(page.read_text(encoding="utf-8"))
    ]
    assert len(loaded) > 50
    assert [each for each in loaded if each[1].startswith(("http:", "https:", "//"))] == []


def test_no_script_asks_the_forge_for_numbers(site):
    assert 'data-md-component="source"' not in (site / "index.html").read_text(encoding="utf-8")


def test_it_is_light_and_dark(site):
    page = (site / "index.html").read_text(encoding="utf-8")
    assert all(f'data-md-color-scheme="{scheme}"' in page for scheme in ("default", "slate"))
    assert "(prefers-color-scheme: dark)" in page


def test_a_bar_in_an_option_is_shown_as_a_bar(site):
    page = (site / "options" / "index.html").read_text(encoding="utf-8")
    assert re.search(r"--vc-weights=trained(\||&#124;)random", page)
    assert "\\|" not in page
