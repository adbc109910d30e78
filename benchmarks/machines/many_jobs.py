"""A store of a million jobs: what `vidcompress status` and `vidcompress merge` take, and how much memory.

    python -m benchmarks.machines.many_jobs FOLDER --jobs=1000000 --out=benchmarks/machines/many_jobs.json

Results are made, not computed: 64 clips of `--labels` numbers each, for measurements of `--clips` clips. The
folder is left for another look, and so is FOLDER-merged, into which they are merged.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

from pytest_vidcompress.run.shards.job import ABOUT, SIZE, count, result_name
from pytest_vidcompress.run.shards.result import Made, Result
from pytest_vidcompress.run.shards.stores.open import begin, open_store


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--jobs", type=int, default=1_000_000)
    parser.add_argument("--clips", type=int, default=19_906)
    parser.add_argument("--labels", type=int, default=10)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    filled_s = fill(given.folder, given.jobs, given.clips, given.labels)
    found = {
        "jobs": given.jobs,
        "clips_a_measurement": given.clips,
        "labels": given.labels,
        "filling_s": filled_s,
        "cores": os.cpu_count(),
        "load_before": os.getloadavg(),
        "status": verb("status", str(given.folder)),
        "merge": verb("merge", str(given.folder)),
        "merge_into": verb("merge", str(given.folder), f"--into={given.folder}-merged"),
        "load_after": os.getloadavg(),
    }
    text = json.dumps(found, indent=1) + "\n"
    print(text)
    if given.out:
        given.out.write_text(text)


def fill(folder: Path, jobs: int, clips: int, labels: int) -> float:
    """Writes results without the way of a part, which is for those who may be killed; the last ranges are missing."""
    began, store = time.perf_counter(), open_store(str(folder))
    begin(store)
    ranges, written = count(clips), 0
    while written < jobs:
        measurement = sha256(f"measurement {written}".encode()).hexdigest()[:40]
        about = {"name": f"variant-{written}", "model": "made", "test": "none", "clips": clips, "code": ""}
        store.write(f"{ABOUT}/{measurement}.json", json.dumps(about).encode())
        own = folder / result_name(measurement, "")
        own.mkdir(parents=True, exist_ok=True)
        contents = {size: content(measurement, size, labels) for size in (SIZE, clips - SIZE * (ranges - 1))}
        for number in range(min(ranges, jobs - written)):
            name = f"{number:07d}-{measurement[:16]}"
            # As little of Python as can be: this is not what is measured.
            file = os.open(f"{own}/{name}", os.O_WRONLY | os.O_CREAT)
            os.write(file, contents[min(SIZE, clips - SIZE * number)])
            os.close(file)
            written += 1
    return time.perf_counter() - began


def content(measurement: str, clips: int, labels: int) -> bytes:
    """The same for all ranges of a measurement."""
    made, rows = Made(f"worker-{measurement[:2]}", "made-1t", 1, 10.0), os.urandom(4 * labels * clips)
    return Result(clips, labels, rows, answer="00" * 4 * labels, made=made).to_bytes()


def verb(*words: str) -> dict[str, Any]:
    """Runs `vidcompress` in a process of its own."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "pytest_vidcompress.console", *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    return {
        "seconds": time.perf_counter() - began,
        "cpu_s": used.ru_utime + used.ru_stime,
        "most_memory_bytes": used.ru_maxrss * 1024,
        "exit_code": os.waitstatus_to_exitcode(status),
        "said": said.splitlines()[:4],
    }


if __name__ == "__main__":
    main()
