"""--vc-report: a page to look at, or the numbers."""

import json


def test_a_page(stored, tmp_path):
    page = tmp_path / "new" / "page.html"
    run = stored.run("--benchmark-disable", f"--vc-report={page}")
    assert run.passed(1)
    assert run.says(rf"(?m)^report: {page}")
    text = page.read_text()
    assert "<html" in text
    assert "prune-global" in text
    assert "videomae" in text
    assert "http://" not in text
    assert "https://" not in text
    assert "<script src" not in text


def test_numbers(stored, tmp_path):
    assert stored.run("--benchmark-disable", f"--vc-report={tmp_path / 'numbers.json'}").passed(1)
    (result,) = json.loads((tmp_path / "numbers.json").read_text())
    assert (result["name"], result["model"], result["clips"]) == ("prune-global", "videomae", 16)
