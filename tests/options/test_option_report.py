"""--vc-report: a page to look at, or the numbers; given twice, both."""

import json

import pytest

from tests.present.formats.run_files import complaints


@pytest.fixture(scope="module")
def written(stored, tmp_path_factory):
    """A run that writes both, and the folder it was to write them in."""
    folder = tmp_path_factory.mktemp("written") / "new"
    files = [folder / "page.html", folder / "numbers.json"]
    run = stored.run("--benchmark-disable", *(f"--vc-report={file}" for file in files))
    assert run.passed(1)
    for file in files:
        assert run.says(rf"(?m)^report: {file}")
    return folder


def test_a_page(written):
    text = (written / "page.html").read_text()
    assert "<html" in text
    assert "prune-global" in text
    assert "videomae" in text
    assert "http://" not in text
    assert "https://" not in text
    assert "<script src" not in text


def test_numbers(written):
    (result,) = json.loads((written / "numbers.json").read_text())
    assert (result["name"], result["model"], result["clips"]) == ("prune-global", "videomae", 16)
    assert (result["recipe"], result["made_with"]["clips"]) == ("prune-global", "pocket")
    assert result["machine_class"].startswith(result["machine"])


def test_the_numbers_are_as_the_published_schema_says(written):
    assert complaints((written / "numbers.json").read_text()) == []


def test_another_suffix_is_refused(stored):
    assert stored.run("--vc-report=r.csv").refused(
        r"--vc-report=r\.csv: expected a file that ends in \.html or \.json"
    )
