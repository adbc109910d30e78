"""Every place that shows the options shows the table's: the pages, and --help in groups."""

import re

import pytest

from docs.write_options import BEGIN, ROOT, page, readme
from pytest_vidcompress.run.options import GROUPS, OPTIONS

VISIBLE = [row for row in OPTIONS if not row.hidden]


def test_the_page_is_as_the_table_says():
    assert (ROOT / "docs/options.md").read_text() == page(), "run: python docs/write_options.py"


def test_the_readme_is_as_the_table_says():
    text = (ROOT / "README.md").read_text()
    assert readme(text) == text, "run: python docs/write_options.py"


def test_a_table_is_written_where_the_readme_has_one():
    text = f"before\n{BEGIN}\nas it was\n<!-- end of options -->\nafter\n"
    assert "`--vc-sample=N`" in readme(text)
    assert "as it was" not in readme(text)
    assert readme(readme(text)) == readme(text)
    assert readme("no table") == "no table"


@pytest.mark.parametrize("row", VISIBLE, ids=lambda row: row.name)
def test_what_has_more_to_say_names_a_page_that_exists(row):
    assert not row.page or (ROOT / f"docs/{row.page}.md").is_file()


def test_help_shows_them_in_groups(pytester):
    text = " ".join(pytester.runpytest_inprocess("--help").stdout.str().split())
    order = [text.index(f"pytest-vidcompress: {title}: ") for title in GROUPS]
    assert order == sorted(order)
    for (title, rows), begin, end in zip(GROUPS.items(), order, [*order[1:], len(text)], strict=True):
        for row in rows:
            if row.hidden:
                assert f"--{row.name}" not in text
            else:
                assert re.search(rf"--(\[no-\])?{row.name}\b", text[begin:end]), title
                assert row.help in text
