"""The workflows, our own and those to copy: their services accept them, and zizmor finds nothing in them."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from docs.write_ci import PAGE, page

ROOT = Path(__file__).parents[1]
OURS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TO_COPY = sorted((ROOT / "docs" / "workflows").glob("*.yml"))
GITLAB = [file for file in TO_COPY if file.name == "gitlab.yml"]
GITHUB = [*OURS, *(file for file in TO_COPY if file not in GITLAB)]
PINNED = re.compile(r"uses: ([\w/.-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)\n")
COMMENT = "One comment, written anew by every run"
pytestmark = pytest.mark.checkout


def run(program: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """A tool of this Python's environment; skips where it is not installed."""
    found = shutil.which(program, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if found is None:
        pytest.skip(f"{program} is not installed: pip install '.[test]'")
    return subprocess.run([found, *map(str, arguments)], capture_output=True, text=True)


def test_there_are_some() -> None:
    assert len(OURS) == 2
    assert {file.name for file in TO_COPY} == {"github.yml", "gitlab.yml", "record.yml"}


@pytest.mark.parametrize(
    ("schema", "files"), [("github-workflows", GITHUB), ("gitlab-ci", GITLAB)], ids=["github", "gitlab"]
)
def test_the_service_accepts_them(schema, files):
    done = run("check-jsonschema", "--builtin-schema", f"vendor.{schema}", *files)
    assert done.returncode == 0, done.stdout


def test_a_fault_would_be_seen(tmp_path):
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(GITHUB[0].read_text().replace("timeout-minutes: 10", "timeout-minutes: soon"))
    assert run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", wrong).returncode == 1


def test_zizmor_finds_nothing():
    done = run("zizmor", "--offline", "--quiet", "--persona=pedantic", "--no-config", *GITHUB)
    assert done.returncode == 0, done.stdout


def test_the_readme_shows_steps_of_the_workflow_to_copy() -> None:
    shown = PINNED.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(shown) == 2
    assert set(shown) <= set(PINNED.findall((ROOT / "docs/workflows/github.yml").read_text(encoding="utf-8")))


def test_zizmor_would_find_it(tmp_path):
    wrong = tmp_path / ".github" / "workflows" / "wrong.yml"
    wrong.parent.mkdir(parents=True)
    wrong.write_text(GITHUB[0].read_text().replace("pull_request:", "pull_request_target:"))
    assert run("zizmor", "--offline", "--quiet", wrong).returncode != 0


@pytest.mark.parametrize("file", GITHUB, ids=lambda file: file.name)
def test_every_action_is_pinned_and_none_runs_for_ever(file):
    text = file.read_text(encoding="utf-8")
    assert len(PINNED.findall(text)) == text.count("uses: ")
    jobs = text[text.index("\njobs:") :]
    assert jobs.count("runs-on:") == jobs.count("timeout-minutes:")
    assert "concurrency:" in text
    assert "\npermissions: {" in text
    assert "pull_request_target" not in text


def test_an_action_has_one_pin():
    pins: dict[str, set[tuple[str, str]]] = {}
    for file in GITHUB:
        for action, commit, version in PINNED.findall(file.read_text(encoding="utf-8")):
            pins.setdefault(action, set()).add((commit, version))
    assert {action for action, found in pins.items() if len(found) > 1} == set()


def test_the_page_shows_the_files():
    text = PAGE.read_text(encoding="utf-8")
    assert page(text) == text, "run: python docs/write_ci.py"
    for file in TO_COPY:
        assert file.read_text(encoding="utf-8") in text


@pytest.fixture
def forge(tmp_path):
    """A `gh` that notes what it is asked, and knows the comments of a file."""
    program = tmp_path / "bin" / "gh"
    program.parent.mkdir()
    program.write_text(
        "#!/usr/bin/env bash\n"
        'printf "%s\\n" "$*" >> "$ASKED"\n'
        'if [ "$3" = --paginate ]; then jq -r "$5" "$COMMENTS"; fi\n'
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program.parent


@pytest.mark.skipif(not shutil.which("jq"), reason="jq is not installed, which stands for gh's own")
@pytest.mark.parametrize("there", [False, True], ids=["the first one", "written anew"])
def test_one_comment_is_written(forge, tmp_path, there):
    (script,) = scripts(COMMENT)
    own = {"id": 7, "user": {"type": "Bot"}, "body": "<!-- pytest-vidcompress -->\nof before"}
    others = [
        {"id": 5, "user": {"type": "Bot"}, "body": "another workflow's"},
        {"id": 6, "user": {"type": "User"}, "body": own["body"]},
    ]
    (tmp_path / "comments").write_text(json.dumps([*others, *([own] if there else [])]))
    environment = {
        "PATH": f"{forge}{os.pathsep}{os.environ['PATH']}",
        "ASKED": str(tmp_path / "asked"),
        "COMMENTS": str(tmp_path / "comments"),
        "GITHUB_REPOSITORY": "me/mine",
        "NUMBER": "12",
    }
    done = subprocess.run(["bash", "-e", "-c", script], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    *_, wrote = (tmp_path / "asked").read_text().splitlines()
    where = "PATCH repos/me/mine/issues/comments/7" if there else "POST repos/me/mine/issues/12/comments"
    assert wrote == f"api --silent --method {where} --field body=@vidcompress/summary.md"


def scripts(step: str) -> list[str]:
    """What the step of that name runs, in the workflow for GitHub."""
    yaml = pytest.importorskip("ruamel.yaml", reason="comes with check-jsonschema").YAML(typ="safe")
    (file,) = (file for file in TO_COPY if file.name == "github.yml")
    jobs = yaml.load(file)["jobs"].values()
    return [each["run"] for job in jobs for each in job["steps"] if each.get("name") == step]


@pytest.mark.parametrize(
    ("user", "apt", "expected"),
    [
        ("0", 0, ["apt-get -qq update", "apt-get -qq install --yes --no-install-recommends chromium"]),
        ("1000", 0, ["sudo -n env DEBIAN_FRONTEND=noninteractive apt-get -qq update"]),
        ("0", 100, ["apt-get -qq update"]),
    ],
    ids=["root", "sudo", "no network"],
)
def test_a_browser_is_installed_where_none_is(tmp_path, user, apt, expected):
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("bash", "env"):
        (programs / name).symlink_to(shutil.which(name))
    for name, does in (("apt-get", f"exit {apt}"), ("sudo", "exit 0"), ("id", f"echo {user}")):
        (programs / name).write_text(
            f"#!{shutil.which('bash')}\n[ {name} = id ] || echo {name} \"$@\" >> '{tmp_path}/asked'\n{does}\n"
        )
        (programs / name).chmod(0o755)
    done = subprocess.run(["bash", ROOT / ".ci" / "browser"], env={"PATH": str(programs)})
    assert done.returncode == apt
    assert (tmp_path / "asked").read_text().splitlines()[: len(expected)] == expected


def test_a_browser_that_is_there_is_taken(tmp_path):
    for name in ("bash", "env"):
        (tmp_path / name).symlink_to(shutil.which(name))
    (tmp_path / "chromium").write_text("")
    (tmp_path / "chromium").chmod(0o755)
    assert subprocess.run(["bash", ROOT / ".ci" / "browser"], env={"PATH": str(tmp_path)}).returncode == 0
