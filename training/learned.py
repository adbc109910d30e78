"""Trains the learned variants that come with this repository, and writes the table of them.

    python training/learned.py                         all of the suite's; hours on two cores
    python training/learned.py distil:minutes=10       these recipes, of both packaged models
    python training/learned.py --table                 the table alone

Each becomes `learned/MODEL/RECIPE`: see "In the repository" in docs/artefacts.md. What is trained is kept under
`training/runs`, so that one that is killed goes on where it was when this is started again; `--again` begins anew.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from pytest_vidcompress.artefacts.folder import read, size_bytes
from pytest_vidcompress.artefacts.kept.committed import committed_folders
from pytest_vidcompress.artefacts.kept.learned_record import read_record
from pytest_vidcompress.present.terminal.progress.bar import Bar
from pytest_vidcompress.run.inputs import Inputs
from pytest_vidcompress.run.options import Options
from pytest_vidcompress.run.registries import Registries
from pytest_vidcompress.run.variants.learned_folder import commit_learned

BEGAN = time.time()
HERE = Path(__file__).parent
ROOT = HERE.parent
PAGE = ROOT / "docs/artefacts.md"
BEGIN = "<!-- learned variants: training/learned.py writes what follows -->"
END = "<!-- end of learned variants -->"
_STUDENT = "shrink:mlp=0.875,heads=0.5,width=0.5+distil:steps=8000,rate=0.002,labels=0.5"
_HALF = "frames:keep=4,choice=first+distil:steps=8000,batch=32,rate=0.001,labels=0.5,representation=1"
RECIPES: dict[str, tuple[str, ...]] = {
    "timesformer": ("prune-gradual:steps=1500", _STUDENT),
    "videomae": ("prune-gradual:steps=1500", _STUDENT, _HALF),
}
"""Of the suite, by model: what follows the last technique that learns is not stored, and need not be named."""
MODELS = tuple(RECIPES)


def train(
    recipe: str, model: str, again: bool = False, root: Path = ROOT / "learned", runs: Path = HERE / "runs"
) -> Path:
    """Stores one variant as a run of pytest with all its defaults would train it; returns its folder."""
    options = Options(
        {
            Options.models.name: (model,),
            Options.learn.name: "again" if again else "missing",
            Options.cache.name: runs,
            Options.learned.name: root,
        },
        began=BEGAN,
    )
    registries, progress = Registries.merge([], [], [], []), Bar(sys.stdout)
    inputs = Inputs(options, registries, progress)
    committed = commit_learned(recipe, model, inputs, options, registries, progress)
    progress.end()
    return committed.place.folder


def table(root: Path = ROOT / "learned") -> list[str]:
    """The lines of a Markdown table of what is stored."""
    lines = ["| model | recipe | kB | training | made with |", "|---|---|---|---|---|"]
    for folder in committed_folders(root):
        manifest, record = read(folder), read_record(folder)
        assert record is not None
        steps = sum(curve.steps for curve in record.curves)
        lines.append(
            f"| {manifest.model} | `{manifest.recipe}` | {size_bytes(folder, manifest) / 1000:,.0f}"
            f" | {steps:,} steps, {record.seconds / 60:.3g} min | torch {record.versions.get('torch', '?')} |"
        )
    return lines if len(lines) > 2 else ["None yet."]


def write_table(page: str, lines: list[str]) -> str:
    """The page with these lines between its marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return "\n".join([f"{before}{BEGIN}", *lines, f"{END}{after}"])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("recipes", nargs="*", help="instead of the suite's")
    parser.add_argument("--model", choices=MODELS, action="append", help="one of them; repeatable")
    parser.add_argument("--again", action="store_true", help="also what was trained before")
    parser.add_argument("--table", action="store_true", help="train nothing")
    options = parser.parse_args()
    for model in options.model or MODELS:
        for recipe in () if options.table else options.recipes or RECIPES[model]:
            print(f"{recipe} of {model}: {train(recipe, model, options.again)}", flush=True)
    PAGE.write_text(write_table(PAGE.read_text(encoding="utf-8"), table()), encoding="utf-8")


if __name__ == "__main__":
    main()
