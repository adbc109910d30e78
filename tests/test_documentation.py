"""The pages: links lead somewhere, the README is short, and its first test does what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
README = (ROOT / "README.md").read_text(encoding="utf-8")
REPOSITORY = re.compile(
    r"https://github\.com/pytest-vidcompress/pytest-vidcompress/(?:blob|tree|raw)/main/([^#)]+)"
)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def anchors(page: Path) -> set[str]:
    """Of every heading, as Markdown renderers make them."""
    headings = re.findall(r"(?m)^#+ (.+)$", page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        own = REPOSITORY.match(target)
        if own:
            assert (ROOT / own[1]).exists(), target
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        name, _, anchor = target.partition("#")
        other = (page.parent / name).resolve() if name else page
        assert other.exists(), target
        assert not anchor or anchor in anchors(other), target


def test_the_index_names_every_page():
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    site = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for page in (ROOT / "docs").glob("*.md"):
        assert page.name == "index.md" or f"({page.name})" in index
        assert f": {page.name}" in site


def test_the_readme_can_be_read_in_one_go():
    assert len(README.splitlines()) <= 160


def first_test():
    """The file that the README shows first."""
    return re.search(r"```python\n# test_mine.py\n(.*?)```", README, re.DOTALL)[1]


def test_the_first_test_runs_as_typed_and_is_red_by_one_edit(project):
    project.write(test_mine=first_test())
    options = (
        "--vc-model=videomae",
        "--vc-sample=160",
        "--vc-threads=1",
        "--benchmark-disable",
        "-pno:cacheprovider",
    )
    assert project.run(*options, "--vc-baseline=create", small=False).passed(1)
    assert project.run(*options, small=False).passed(1)
    edited = first_test().replace("steps=256", "steps=4")
    assert edited != first_test()
    project.write(test_mine=edited)
    run = project.run(*options, small=False)
    assert run.failed("agreement")
    # What the README shows of it.
    assert run.says("agreement failed: measured ")
    assert "agreement failed: measured " in README
