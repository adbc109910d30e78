"""How long two hundred commits of this repository's baselines take to read, the first time and again.

    python -m benchmarks.history.reading        a minute; writes benchmarks/history/reading.json

Every commit changes every file of `baselines/`: numbers of bytes, and one more recorded run of each variant. Beside
them lies a run file of each commit. `git`, parsing, the database and the search for changes are timed apart.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from random import Random
from time import perf_counter, process_time
from typing import Any

from pytest_vidcompress.gate.history.trends import trends
from pytest_vidcompress.present.html.history_page import history_page
from pytest_vidcompress.run.history.read_history import history_of
from tests.run.history.made_repository import made_repository, run_file

HERE = Path(__file__).parent
BASELINES = HERE.parents[1] / "baselines"
COMMITS = 200


def changed(document: dict[str, Any], random: Random) -> None:
    for entry in document["variants"].values():
        if "size_bytes" in entry:
            entry["size_bytes"] += random.choice((0, 0, 1))
        if "runs" in entry:
            runs = entry["runs"].split()
            entry["runs"] = " ".join([*runs, f"{float(runs[0]) * (1 + random.gauss(0, 0.003)):.6g}"][-10:])
            # Lines that go with the runs are as long as they.
            for line in ("spreads", "controls", "screens", "references"):
                entry.pop(line, None)


def main() -> None:
    random = Random(0)
    documents = {
        path.relative_to(BASELINES.parent).as_posix(): json.loads(path.read_text())
        for path in BASELINES.glob("*/*.json")
    }
    commits = list[dict[str, str | None]]()
    for _ in range(COMMITS):
        for document in documents.values():
            changed(document, random)
        commits.append({path: json.dumps(each, indent=2, sort_keys=True) for path, each in documents.items()})
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        shas = made_repository(folder / "repository", commits)
        for sha in shas:
            run_file(folder / f"runs/{sha}.json", sha, latency_ratio=random.gauss(1, 0.003), size_bytes=7)
        found = dict[str, float]()
        for name in ("first", "again"):
            began, computing = perf_counter(), process_time()
            history = history_of(
                folder / "repository/baselines", [folder / "runs"], folder / "history.sqlite"
            )
            found |= {f"{name}_s": perf_counter() - began, f"{name}_cpu_s": process_time() - computing}
        began = perf_counter()
        changes = trends(history.series)
        found["search_s"] = perf_counter() - began
        began = perf_counter()
        page = history_page([(each.sha, each.time_s, each.subject) for each in history.commits], changes)
        found |= {"page_s": perf_counter() - began, "page_bytes": len(page.encode())}
        found["database_bytes"] = (folder / "history.sqlite").stat().st_size
    shape = {
        "commits": COMMITS,
        "files": len(documents),
        "run_files": len(shas),
        "series": len(history.series),
    }
    shape["noisy_series"] = sum(each.key.is_noisy for each in history.series)
    shape["commits_with_faults"] = len(history.faults)
    (HERE / "reading.json").write_text(json.dumps(shape | found, indent=1) + "\n")
    print(json.dumps(shape | found))


if __name__ == "__main__":
    main()
