"""Another commit's build of the tests: found, checked out, exported with that commit's code, and cleaned away."""

import json
import os
import signal
import subprocess
import sys
import sysconfig
import time
from pathlib import Path, PurePosixPath
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.other_commit.build import OtherBuild, Wanted, imported_from, mapped
from pytest_vidcompress.other_commit.git import find_commit
from tests.clips.crops.processes import gone, needs_proc
from tests.repository import Repository

MODULE = "def answer(pixels): return {value}"
ARGUMENTS = (
    "--vc-model=videomae",
    "--vc-sample=16",
    "--vc-threads=1",
    "-Wignore::pytest.PytestAssertRewriteWarning",
)
TESTS = """
    import pytest
    import mine

    class Model:
        def __call__(self, pixels):
            return mine.answer(pixels)

    def test_measures(vc_model, vc_measure):
        vc_measure(Model())
        raise AssertionError("nothing comes after the export")

    def test_catches(vc_model, vc_measure):
        try:
            vc_measure(Model())
        except Exception:
            raise AssertionError("the export is no failure")

    def test_skipped(vc_model, vc_measure):
        pytest.skip("not today")

    def test_broken(vc_model, vc_measure):
        raise ValueError("broken on purpose")

    def test_idle(vc_model):
        pass
    """


def nodeids(*names, file="test_mine.py"):
    return tuple(f"{file}::{name}" for name in names)


OURS = (
    *nodeids("test_measures[videomae]", "test_catches[videomae]", "test_skipped[videomae]"),
    *nodeids("test_broken[videomae]", "test_idle[videomae]", "test_not_there[videomae]"),
    *nodeids("test_uncollectable[videomae]", file="test_uncollectable.py"),
    *nodeids("test_no_file[videomae]", file="test_no_file.py"),
)


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """Two commits with a `src` layout; the second answers differently, and has all tests."""
    repository = Repository(tmp_path_factory.mktemp("repository"))
    repository.write(
        **{
            "src/mine": MODULE.format(value=1),
            "test_mine": TESTS,
            # Beside the tests, where pytest lets them be imported from.
            "copy": "raise RuntimeError('this is not the library')",
            "json": "raise RuntimeError('this is not the library')",
            "test_uncollectable": "import nothing_of_this_name",
            "pyproject": "[tool.pytest.ini_options]\naddopts = '-x'\n",
        }
    )
    repository.commit("first")
    repository.write(**{"src/mine": MODULE.format(value=2)}).commit("second")
    return repository


@pytest.fixture(scope="module")
def build(repository):
    """The first commit, from a process that has the second's code on its path."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(repository.folder / "src"))
        wanted = Wanted(repository.folder, repository.folder, ARGUMENTS, OURS)
        build = OtherBuild(find_commit("HEAD~1", repository.folder), wanted)
        yield build
        build.close()


def test_what_the_tests_measure_there_is_exported(build):
    for nodeid in OURS[:2]:
        assert build.arms(nodeid).stat().st_size > 0


@pytest.mark.parametrize("nodeid", [*OURS[2:3], *OURS[4:6], OURS[7]])
def test_what_measures_nothing_there_has_no_arms(build, nodeid):
    assert build.arms(nodeid) is None


@pytest.mark.parametrize(
    ("nodeid", "why"), [(OURS[3], "broken on purpose"), (OURS[6], "nothing_of_this_name")]
)
def test_what_fails_there_says_so(build, nodeid, why):
    with pytest.raises(VidcompressError, match=rf"fails in HEAD~1 \(\w{{7}}\): .*{why}"):
        build.arms(nodeid)


@pytest.mark.slow
def test_the_arms_run_that_commits_code(build, repository, tmp_path):
    """Loaded as the worker loads them, from its folder with its paths, each answers with its own commit's code."""
    worker = build.worker()
    try:
        assert worker.ask({"load": str(build.arms(OURS[0])), "threads": 1})["arms"] == ["base"]
    finally:
        worker.close()
    loads = """if True:
        import copy, json, sys, torch
        sys.path[:0] = json.loads(sys.argv[2])
        print(torch.load(sys.argv[1], weights_only=False)["arms"]["base"](None))
    """
    exported = json.loads((build.arms(OURS[0]).parent / "paths").read_text())
    for paths, answer in ((exported, 1), ([str(repository.folder / "src"), *sys.path], 2)):
        said = subprocess.run(
            [sys.executable, "-c", loads, str(build.arms(OURS[0])), json.dumps(paths)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
        assert said.stdout.strip() == str(answer), said.stderr


def test_it_is_built_once_and_leaves_nothing(repository):
    wanted = Wanted(repository.folder, repository.folder, ("--vc-sample=0",), OURS[:1])
    build = OtherBuild(find_commit("HEAD", repository.folder), wanted)
    before = repository.worktrees
    for _ in range(2):
        with pytest.raises(VidcompressError, match=r"do not run \(exit code 4\): .*--vc-sample=0"):
            build.arms(OURS[0])
        assert len(repository.worktrees) == len(before) + 1
    build.close()
    build.close()
    assert repository.worktrees == before


WAITS = """
    import os, subprocess, sys, time
    from pathlib import Path

    left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    Path({log!r}).write_text(f"{{os.getpid()}} {{left.pid}}")
    time.sleep(600)
    """
BUILDS = """
import signal, sys
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # what these tests run in may ignore it
from pytest_vidcompress.other_commit.build import OtherBuild, Wanted
from pytest_vidcompress.other_commit.git import find_commit
folder, test = Path(sys.argv[1]), "test_it.py::test_it"
OtherBuild(find_commit("HEAD", folder), Wanted(folder, folder, (), (test,))).arms(test)
"""


@needs_proc
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_the_run_there_ends_with_the_run_here_however_that_ends(tmp_path, sent):
    log = tmp_path / "log"
    (tmp_path / "repository").mkdir()
    repository = Repository(tmp_path / "repository")
    repository.write(conftest=WAITS.format(log=str(log)), test_it="def test_it(): pass").commit("first")
    run = subprocess.Popen([sys.executable, "-c", BUILDS, str(repository.folder)], stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while not (log.exists() and log.read_text()) and time.monotonic() < until:
        time.sleep(0.05)
    there, left = map(int, log.read_text().split())
    run.send_signal(sent)
    run.wait(30)
    assert gone([there], patience_s=10)
    if sent == signal.SIGINT:
        assert gone([left], patience_s=10), "what can be ended in order leaves nothing"
    else:
        os.kill(left, signal.SIGKILL)


names = st.sampled_from(["a", "b", "src", "tests"])
folders = st.lists(names, max_size=3).map(lambda parts: str(PurePosixPath(*parts)))


@given(ours=st.lists(folders), others=st.lists(folders), order=st.randoms())
def test_entries_of_the_repository_move_to_the_worktree_before_all_others(ours, others, order):
    repository, elsewhere, tree = Path("/nowhere/repository"), Path("/nowhere/else"), Path("/nowhere/tree")
    given_paths = [str(repository / each) for each in ours] + [str(elsewhere / each) for each in others]
    order.shuffle(given_paths)
    result = mapped(given_paths, repository, tree, lambda path: True)
    assert set(result[: len(set(ours))]) == {str(tree / each) for each in ours}
    kept = list(dict.fromkeys(path for path in given_paths if path.startswith(str(elsewhere))))
    assert result[len(set(ours)) :] == kept


def test_an_environment_in_the_repository_stays_where_it_is(tmp_path):
    repository, tree = tmp_path / "repository", tmp_path / "tree"
    (tree / "src").mkdir(parents=True)
    environment, new = repository / ".venv" / "lib", repository / "new"
    result = mapped(
        [str(environment), str(new), str(repository / "src")], repository, tree, lambda path: path == new
    )
    assert result == [str(tree / "new"), str(tree / "src"), str(environment)]


def test_the_current_folder_is_an_entry_too(tmp_path, monkeypatch):
    (tmp_path / "repository").mkdir()
    monkeypatch.chdir(tmp_path / "repository")
    assert mapped([""], tmp_path / "repository", tmp_path, lambda path: True) == [str(tmp_path)]
    assert mapped([""], tmp_path / "tree", tmp_path, lambda path: True) == [str(tmp_path / "repository")]


def test_packages_that_no_entry_of_the_path_explains_are_found(tmp_path):
    def module(file):
        return SimpleNamespace(__file__=file and str(tmp_path / file))

    modules = {
        "package": module("src/package/__init__.py"),
        "package.inner": module("src/package/inner.py"),
        "single": module("lib/single.py"),
        "namespace": module(None),
        "json": sys.modules["json"],
    }
    assert imported_from(tmp_path, modules) == [str(tmp_path / "src"), str(tmp_path / "lib")]
    assert imported_from(Path(sysconfig.get_path("stdlib")), {"json": sys.modules["json"]})


@pytest.mark.parametrize(
    ("origin", "module", "refused"),
    [
        ({"dir_info": {}}, "elsewhere", True),
        ({"archive_info": {}}, "elsewhere", True),
        ({"dir_info": {"editable": True}}, "elsewhere", False),
        ({"dir_info": {}}, "mine", False),  # the worktree's is found before it
    ],
)
def test_a_copy_that_both_commits_would_import_is_refused(
    repository, tmp_path, monkeypatch, origin, module, refused
):
    records = tmp_path / f"{module}-1.0.dist-info"
    records.mkdir()
    (records / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
    (records / "RECORD").write_text(f"{module}/__init__.py,,\n{module}-1.0.dist-info/RECORD,,\n")
    (records / "direct_url.json").write_text(json.dumps({"url": repository.folder.as_uri(), **origin}))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.syspath_prepend(str(repository.folder / "src"))
    wanted = Wanted(repository.folder, repository.folder, ("--vc-sample=0",), OURS[:1])
    build = OtherBuild(find_commit("HEAD", repository.folder), wanted)
    with pytest.raises(VidcompressError, match="pip install --editable" if refused else "do not run"):
        build.arms(OURS[0])
    build.close()


def test_what_is_not_tracked_is_lent(repository):
    checkpoint = repository.folder / "checkpoints" / "mine"
    checkpoint.mkdir(parents=True)
    wanted = Wanted(
        repository.folder,
        repository.folder,
        ("--vc-sample=0",),
        OURS[:1],
        (Path("checkpoints/mine"), Path("src")),
    )
    build = OtherBuild(find_commit("HEAD", repository.folder), wanted)
    with pytest.raises(VidcompressError):
        build.arms(OURS[0])
    assert (build._tree / "checkpoints" / "mine").resolve() == checkpoint.resolve()
    assert not (build._tree / "src").is_symlink()
    build.close()
    assert checkpoint.is_dir()
