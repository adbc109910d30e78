"""--vc-report and --vc-json: a page to look at, or the numbers; given twice, both."""

import json
import platform

import pytest

from tests.present.formats.run_files import complaints

PRUNED = """
    import pytest

    @pytest.mark.vc_variants("prune-global:amount=0.95")
    def test_pruned(vc_variant, vc_measure):
        vc_measure(vc_variant)
    """


@pytest.fixture(scope="module")
def written(stored, tmp_path_factory):
    """A run that writes both, and the folder it was to write them in."""
    folder = tmp_path_factory.mktemp("written") / "new"
    options = [
        f"--vc-report={folder / 'page.html'}",
        f"--vc-report={folder / 'too.json'}",
        f"--vc-json={folder / 'numbers.json'}",
    ]
    run = stored.run("--benchmark-disable", *options)
    assert run.passed(1)
    for name in ("page.html", "too.json", "numbers.json"):
        assert run.says(rf"(?m)^report: {folder / name}")
    return folder


def test_a_page(written):
    text = (written / "page.html").read_text()
    assert "<html" in text
    assert "prune-global" in text
    assert "videomae" in text
    # The name of a picture's language is no address.
    assert "http://" not in text.replace("xmlns='http://www.w3.org/2000/svg'", "")
    assert "https://" not in text
    assert "<script src" not in text


def test_numbers(written):
    (result,) = json.loads((written / "numbers.json").read_text())["measurements"]
    assert (result["name"], result["model"], result["clips"]) == ("prune-global", "videomae", 16)
    assert (result["recipe"], result["made_with"]["clips"]) == ("prune-global", "pocket")
    assert result["machine_class"].startswith(result["machine"])


def test_the_run_says_where_it_ran_and_how_it_ended(written):
    run = json.loads((written / "numbers.json").read_text())["run"]
    assert (run["exit"], run["command"][0]) == ("passed", "pytest")
    assert run["closing"].startswith("vidcompress: 1 variant of 1 model on 16 clips")
    known = run["environment"]
    assert (known["python"], known["threads"]) == (platform.python_version(), "1")
    assert known["machine_class"].startswith(known["machine"])


def test_the_numbers_are_the_same_by_either_option_and_as_the_published_schema_says(written):
    content = (written / "numbers.json").read_text()
    assert complaints(content) == []
    assert (written / "too.json").read_text() == content


def test_clips_that_flipped_are_there_with_pictures_of_what_the_model_saw(project):
    project.write(test_it=PRUNED)
    assert project.run("--benchmark-disable", "--vc-json=run.json").passed(1)
    file = project.folder / "run.json"
    assert complaints(file.read_text()) == []
    (result,) = json.loads(file.read_text())["measurements"]
    lost = [each for each in result["flips"] if not each["gained"]]
    assert len(lost) == sum(each["lost"] for each in result["classes"]) > 0
    for flip in lost:
        assert flip["label"] == flip["reference"] != flip["variant"]
        assert flip["file"].endswith(".mp4")
        assert len(flip["thumbnails"]) == 3
        assert all(each.startswith("data:image/jpeg;base64,") for each in flip["thumbnails"])


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("--vc-report=r.csv", r"--vc-report=r\.csv: expected a file that ends in \.html"),
        ("--vc-json=r.html", r"--vc-json=r\.html: expected a file that ends in \.json"),
    ],
)
def test_another_suffix_is_refused(stored, option, expected):
    assert stored.run(option).refused(expected)
