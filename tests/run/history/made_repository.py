"""Repositories of made baselines, by `git fast-import`: two hundred commits within a tenth of a second."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

Files = Mapping[str, str | None]
"""Path -> content, None of what a commit removes."""
MACHINE = "amd-epyc-2t-torch2.13"
FIRST_S = 1_700_000_000


def made_repository(folder: Path, commits: Sequence[Files], subjects: Sequence[str] = ()) -> list[str]:
    """A repository with these commits in a line; their hashes."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", "-b", "main")
    stream = list[bytes]()
    for place, files in enumerate(commits):
        subject = subjects[place] if place < len(subjects) else f"commit {place}"
        stream.append(f"commit refs/heads/main\nmark :{place + 1}\n".encode())
        stream.append(f"committer A <a@example.com> {FIRST_S + 86_400 * place} +0000\n".encode())
        stream += _data(subject)
        for path, content in files.items():
            if content is None:
                stream.append(f"D {path}\n".encode())
            else:
                stream += [f"M 100644 inline {path}\n".encode(), *_data(content)]
    subprocess.run(
        ["git", "-C", str(folder), "fast-import", "--quiet"], input=b"".join(stream), check=True, timeout=60
    )
    return git(folder, "rev-list", "--reverse", "HEAD").split() if commits else []


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), "-c", "user.name=A", "-c", "user.email=a@example.com", *arguments],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.stdout


def main_file(model: str = "videomae", clip_set: str = "pocket", **variants: Mapping[str, float]) -> str:
    """What no machine changes: numbers by variant."""
    entries = {
        name: {"outcomes": "c", "test": "t.py::t", "top1": 0.5, **each} for name, each in variants.items()
    }
    document = {"clip_set": clip_set, "clips": "a b c d", "model": model, "schema": 1, "weights": "trained"}
    return json.dumps({**document, "variants": entries}, indent=2, sort_keys=True)


def timing_file(**runs: Iterable[float]) -> str:
    """Of a machine class: recorded runs by variant."""
    entries = {name: {"runs": line_of(each), "test": "t.py::t"} for name, each in runs.items()}
    return json.dumps({"machine": {"cpu": "x"}, "schema": 1, "variants": entries}, indent=2, sort_keys=True)


def line_of(numbers: Iterable[float]) -> str:
    return " ".join(f"{each:.6g}" for each in numbers)


def run_file(path: Path, commit: str, dirty: bool = False, **numbers: Any) -> Path:
    """A run file of one measurement."""
    entry = {
        "name": "fp16",
        "model": "videomae",
        "test": "t.py::t",
        "clips": 346,
        "made_with": {"clips": "pocket", "weights": "trained", "calibration": 32},
        "machine_class": MACHINE,
        **numbers,
    }
    run = {"commit": commit, "dirty": dirty, "began": "2026-11-27T10:00:00+00:00"}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"schema": 2, "run": run, "measurements": [entry]}))
    return path


def _data(content: str) -> list[bytes]:
    raw = content.encode()
    return [f"data {len(raw)}\n".encode(), raw, b"\n"]
