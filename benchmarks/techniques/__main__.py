"""Every technique at two scales: what it costs a packaged model, and what it takes of a full-size one.

    python -m benchmarks.techniques accuracy                accuracy.json: all packaged clips, paired with fp32
    python -m benchmarks.techniques prepare FOLDER          full_size.json: artefacts, their bytes and multiplications
    python -m benchmarks.techniques full-size FOLDER        full_size.json: their times, in turns, on a quiet machine
    python -m benchmarks.techniques page                    the table and the picture of docs/techniques.md
    python -m benchmarks.techniques table                   prints the table

The first two write a row after each recipe and go on after that when they are started again; a recipe that learns
is taken from `learned/` or the cache where it is there, and is trained otherwise. `--model` limits all but the last
two to one.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.techniques import accuracy, full_size, page
from benchmarks.techniques.recipes import MODELS, RECIPES


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", choices=("accuracy", "prepare", "full-size", "page", "table"))
    parser.add_argument("folder", nargs="?", type=Path, help="of artefacts: 10 GB")
    parser.add_argument("--model", action="append", help="timesformer or videomae")
    parser.add_argument("--recipe", action="append", help="accuracy: these, which no table need show")
    parser.add_argument("--again", action="store_true", help="accuracy: also what is measured already")
    parser.add_argument("--rounds", type=int, default=8, help="full-size: calls of each")
    parser.add_argument("--threads", type=int, default=1, help="full-size")
    given = parser.parse_args()
    if given.what in ("prepare", "full-size") and given.folder is None:
        parser.error(f"{given.what} needs a folder")
    for name in () if given.what in ("page", "table") else given.model or MODELS:
        match given.what:
            case "accuracy":
                accuracy.measure(name, given.again, given.recipe or RECIPES)
            case "prepare":
                full_size.prepare(name, given.folder)
            case _:
                full_size.time_all(name, given.folder, given.rounds, given.threads)
    if given.what == "page":
        page.write()
    elif given.what == "table":
        print(page.tables())


if __name__ == "__main__":
    main()
