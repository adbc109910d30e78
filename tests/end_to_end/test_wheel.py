"""What is installed from a wheel is complete, and works for a user's test in another folder."""

import re
import site
import subprocess
import sys
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.project import SMALL, fresh_pytest

pytestmark = pytest.mark.checkout

TEST = """
import pytest
import pytest_vidcompress


@pytest.mark.vc_variants("fp16")
def test_fp16(vc_variant, vc_measure, vc_baseline):
    assert {place!r} in pytest_vidcompress.__file__
    vc_baseline.check(vc_measure(vc_variant))
"""


@pytest.fixture(scope="module")
def wheel(pytestconfig, tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-mpip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(folder)]
    subprocess.run([*command, str(pytestconfig.rootpath)], check=True)
    return next(folder.glob("*.whl"))


def test_everything_is_in_it(wheel):
    with ZipFile(wheel) as file:
        names = file.namelist()
    package = "pytest_vidcompress"
    for needed in (
        "py.typed",
        "clips/pocket/main/val.csv",
        "clips/events/main/val.csv",
        "clips/kinetics/kinetics400.txt",
        "present/html/templates/page.html.j2",
        "present/formats/run_schema.json",
    ):
        assert f"{package}/{needed}" in names
    for family in ("timesformer", "videomae", "hrnn", "netvlad", "nextvlad", "r2plus1d", "x3d"):
        for needed in ("model.safetensors", "config.json", "profile.json"):
            assert f"{package}/models/pocket/{family}/{needed}" in names
    # Those that are tested, and spare ones that calibrate.
    for clips, number in (("pocket", 640 + 64), ("events", 400 + 60)):
        videos = [
            name for name in names if name.startswith(f"{package}/clips/{clips}/") and name.endswith(".mp4")
        ]
        assert len(videos) == number
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/", "training/"))]


def test_the_indexs_page_has_no_link_that_is_dead_there(wheel):
    with ZipFile(wheel) as file:
        (metadata,) = (name for name in file.namelist() if name.endswith(".dist-info/METADATA"))
        text = file.read(metadata).decode()
    targets = re.findall(r"\]\(([^)]+)\)", text)
    assert targets
    assert [target for target in targets if not target.startswith(("https://", "#"))] == []


@pytest.mark.slow
def test_it_works_from_another_folder(wheel, tmp_path):
    place = tmp_path / "venv"
    venv.create(place, with_pip=False)
    python = place / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    purelib = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(subprocess.check_output([python, "-c", purelib], text=True).strip())
    # Everything but the plugin is borrowed from here; folders in a .pth file bring no .pth files along.
    (packages / "borrowed.pth").write_text("\n".join(site.getsitepackages()))
    install = ["install", "-q", "--no-deps", "--no-index", "--ignore-installed", str(wheel)]
    subprocess.run([sys.executable, "-mpip", "--python", str(python), *install], check=True)

    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "test_it.py").write_text(TEST.format(place=str(packages)))
    options = (*SMALL, "--benchmark-disable", "--vc-baseline=create")
    run = fresh_pytest(folder, *options, python=str(python), PYTHONPATH="")
    assert run.passed(1)
    assert (folder / "baselines" / "pocket" / "videomae.json").is_file()
