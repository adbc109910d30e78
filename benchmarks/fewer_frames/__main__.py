"""The tables of "Efficient Video Classification Using Fewer Frames", of our own models and clips.

    python -m benchmarks.fewer_frames run            results.json, row by row; goes on where it was; an hour on a core
    python -m benchmarks.fewer_frames page           the tables and the picture of docs/fewer-frames.md
    python -m benchmarks.fewer_frames table          prints the tables

Everything is trained on features of the packaged backbone, which are computed once and kept in training/runs.
"""

from __future__ import annotations

import argparse

from benchmarks.fewer_frames import page, study
from benchmarks.fewer_frames.rows import KINDS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", choices=("run", "page", "table"))
    parser.add_argument("--kind", action="append", choices=KINDS, help="run: of these alone")
    given = parser.parse_args()
    if given.what == "run":
        study.run(given.kind or KINDS)
    elif given.what == "page":
        page.write()
    else:
        print(page.tables())


if __name__ == "__main__":
    main()
