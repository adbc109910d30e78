"""--vc-cache-size: how much room decoded clips may take."""

import pytest

TEST = "def test_clips(vc_clips): assert len(vc_clips) == 16"


def entries(project):
    return sorted(path.stat().st_size for path in (project.folder / "kept").glob("*"))


def test_no_more_than_that_is_kept(project):
    project.write(test_clips=TEST)
    assert project.run("--vc-cache=kept").passed(1)
    sizes = entries(project)
    assert len(sizes) == 16
    # What an earlier run left is dropped too, also where nothing is decoded.
    limit = 10 * sizes[0] / 1e6
    for _ in range(2):
        assert project.run("--vc-cache=kept", f"--vc-cache-size={limit:.6f}MB").passed(1)
        assert 5 <= len(entries(project)) <= 10


def test_0_keeps_none(project):
    project.write(test_clips=TEST, pyproject='[tool.pytest.ini_options]\nvc_cache_size = "0"\n')
    assert project.run("--vc-cache=kept").passed(1)
    assert not (project.folder / "kept").exists()
    assert project.run("--vc-cache=kept", "--vc-cache-size=1 GiB").passed(1)
    assert len(entries(project)) == 16


@pytest.mark.parametrize("size", ["20", "-1GB", "much", "1e3MB", "5 bananas", "nanGB"])
def test_no_size(size, project):
    run = project.write(test_clips=TEST).run(f"--vc-cache-size={size}")
    assert run.refused(rf"--vc-cache-size={size}: expected a size such as 20GB or 500MB, or 0")
