"""The options: one table, from which come the parser, the ini names, `Options`, the printed commands and the pages.

To add one, add a row. What reads its text is in `reading`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal, get_args

from . import reading
from .grid_spec import USUAL, read_grid
from .row import Option

Weights = Literal["trained", "random"]
Mode = Literal["check", "create", "accept", "tighten"]
Learn = Literal["missing", "never", "again"]


class Targets:
    title: ClassVar = "what is measured"

    models = Option(
        "vc-model",
        reading.names,
        "a name such as timesformer or videomae, a Hub id, or a checkpoint's folder or file; repeatable",
        metavar="NAME",
        otherwise="the packaged ones",
        form="list",
        repeats=True,
        builds=True,
    )
    """Empty: the default ones."""
    clips = Option(
        "vc-clips",
        str,
        "pocket or events, or a Kinetics folder, annotation CSV or list of paths",
        metavar="SET",
        default="pocket",
        repeats=True,
        builds=True,
        page="kinetics",
    )
    variants = Option(
        "vc-variant",
        reading.names,
        "only these variants; repeatable",
        metavar="RECIPE",
        otherwise="all that the tests name",
        form="list",
        repeats=True,
        builds=True,
        page="compression",
    )
    """Recipes as typed; empty: all that the tests name."""
    targets = Option(
        "vc-target",
        reading.targets,
        "find the recipe that leaves this share of the reference's latency, size or MACs at the least cost, such as"
        " latency:0.5; with ,using=shrink by that alone, with +RECIPE for what follows; repeatable",
        metavar="BUDGET",
        form="list",
        repeats=True,
        builds=False,
        page="targets",
    )
    """Recipes that begin with `target`."""
    weights = Option[Weights](
        "vc-weights",
        reading.choice(get_args(Weights)),
        "random: the geometry without a checkpoint, for size and latency; accuracy is then agreement with the"
        " reference, and is labelled so",
        metavar="|".join(get_args(Weights)),
        default="trained",
        repeats=True,
        builds=True,
    )
    views = Option(
        "vc-views",
        reading.views,
        "how much of a clip a model is shown: CLIPSxCROPS such as 5x3, or published: as the accuracy it is"
        " known for",
        metavar="VIEWS",
        otherwise="1x1",
        repeats=True,
        builds=True,
    )
    """None: as each model's profile says, which is one unless its author chose otherwise."""
    runtime = Option(
        "vc-runtime",
        reading.text,
        "what executes the variants, such as torch or openvino",
        metavar="NAME",
        otherwise="each recipe's own",
        repeats=True,
        builds=True,
        page="runtimes",
    )
    """Empty: each recipe's own."""
    device = Option(
        "vc-device",
        reading.device,
        "what models run on, as torch calls it, such as cuda, cuda:1 or mps; what is for the CPU alone is refused",
        metavar="DEVICE",
        default="cpu",
        repeats=True,
        builds=True,
        page="runtimes",
    )
    """`run.inputs.Inputs.device` is the one of this name that torch has."""


class Sampling:
    title: ClassVar = "how many clips"

    sample = Option(
        "vc-sample",
        reading.count,
        "how many clips, stratified by class",
        metavar="N",
        otherwise="all of pocket or events, 1000 of Kinetics",
        ini="int",
        repeats=True,
        builds=True,
    )
    """None: all of a packaged set, 1000 of any other."""
    seed = Option(
        "vc-seed",
        reading.whole,
        "seed of the sample",
        metavar="N",
        default=0,
        ini="int",
        repeats=True,
        builds=True,
    )
    all_clips = Option(
        "vc-all-clips",
        bool,
        "take all clips of the sample also where fewer decide against the baseline",
        default=False,
        form="flag",
        repeats=True,
    )
    max_skipped = Option(
        "vc-max-skipped",
        reading.share,
        "most clips of the sample that may be unusable, as a share, such as 0.05 or 5%",
        metavar="SHARE",
        default=0.05,
        repeats=True,
    )
    """Share of the sample that may be unusable before the run is refused."""
    calibration = Option(
        "vc-calibration",
        reading.positive,
        "how many clips outside the sample techniques calibrate on, at most",
        metavar="N",
        default=32,
        ini="int",
        repeats=True,
        builds=True,
    )


class Gate:
    title: ClassVar = "what it is held to"

    baselines = Option(
        "vc-baselines",
        reading.folder,
        "folder of the stored baselines",
        metavar="DIR",
        default="baselines",
        otherwise="baselines under the root",
        repeats=True,
        page="baselines",
    )
    mode = Option[Mode](
        "vc-baseline",
        reading.choice(get_args(Mode)),
        "check: hold against them; create: write the missing; accept: also take over what got worse;"
        " tighten: only what got better",
        metavar="|".join(get_args(Mode)),
        default="check",
        page="baselines",
    )
    strict = Option(
        "vc-strict",
        bool,
        "fail new and inconclusive verdicts too, tests whose runtime is not installed, and a run whose tests measure"
        " something stored no more",
        default=False,
        form="flag",
        repeats=True,
    )
    latency_margin = Option(
        "vc-latency-margin",
        reading.margin,
        "slowdown against the baseline that is no regression yet, as a share, such as 0.05 or 5%",
        metavar="SHARE",
        default=0.05,
        repeats=True,
        page="gate",
    )
    """Slowdown against the baseline that is no regression, as a share."""
    against = Option(
        "vc-against",
        reading.text,
        "commit beside whose build a variant is timed where its latency has no baseline on this machine",
        metavar="GITREF",
        repeats=True,
        page="gate",
    )
    """What names a commit for git; empty: none."""


class Timing:
    title: ClassVar = "how it is timed"

    threads = Option(
        "vc-threads",
        reading.count,
        "CPU threads of every runtime",
        metavar="N",
        otherwise="all",
        ini="int",
        repeats=True,
        builds=True,
    )
    """None: as many as torch takes by itself."""
    grid = Option(
        "vc-grid",
        read_grid,
        "measure nothing but grids, in tests that use vc_grid: one model in many runtimes, precisions, batches and"
        " threads; SPEC such as 'runtime=torch,openvino precision=fp32,int8-static batch=1,4 threads=1,2'",
        metavar="SPEC",
        bare=USUAL,
        repeats=True,
        page="grid",
    )
    """None: no grid."""
    calls = Option(
        "vc-calls",
        reading.count,
        "undisturbed calls of each variant that are timed at the least, beside as many of its reference: 368 bound"
        " its p99",
        metavar="N",
        otherwise="12 to 60",
        ini="int",
        repeats=True,
        page="gate",
    )
    """None: as many as its time beside its reference takes."""
    confirm_s = Option(
        "vc-confirm",
        reading.longest,
        "longest time that a suspect latency is timed again in fresh processes, in seconds",
        metavar="SECONDS",
        otherwise="30, or what 30 pairs of calls take where that is longer",
        repeats=True,
        page="gate",
    )
    starts = Option(
        "vc-start",
        reading.starts,
        "pairs of cold starts, of each variant and its reference, in fresh processes: load, prepare, first call",
        metavar="N",
        default=0,
        otherwise="none, and 16 where a budget is on start_ratio",
        ini="int",
        repeats=True,
        page="gate",
    )
    answers = Option(
        "vc-answer",
        reading.rounds,
        "rounds from clips' files to answers, of each variant and its reference: what is decoded, the model, its"
        " stages",
        metavar="N",
        default=0,
        otherwise="none, and 16 where a budget is on answer_ratio or a part of it",
        ini="int",
        repeats=True,
        page="gate",
    )


class Output:
    title: ClassVar = "what comes out"

    reports = Option(
        "vc-report",
        reading.report_files,
        "write a page to look at (.html), a summary for a pull request (.md), or the numbers (.json); repeatable",
        metavar="FILE",
        form="list",
        ini="string",
        page="json",
    )
    json = Option(
        "vc-json",
        reading.json_files,
        "write the numbers of the run, by a published schema, enough to draw the page anew (.json); repeatable",
        metavar="FILE",
        form="list",
        ini="string",
        page="json",
    )
    bundle = Option(
        "vc-bundle",
        reading.path,
        "keep of every check that fails what is needed to look at it on another machine: clips that flipped, logits,"
        " blocks, environment",
        metavar="DIR",
        page="ci",
    )
    """None: nothing is kept."""
    profile = Option(
        "vc-profile",
        bool,
        "time by operator and by module, of each variant beside its reference",
        default=False,
        form="flag",
        page="profile",
    )
    sensitivity = Option(
        "vc-sensitivity",
        bool,
        "what every block of a model costs in agreement where it goes, and gives in work and time",
        default=False,
        form="flag",
        page="targets",
    )
    export = Option("vc-export", reading.path, "", metavar="DIR", hidden=True)
    """Where what the tests would measure goes instead of being measured."""


class Storage:
    title: ClassVar = "what stays on disk for the next run"

    cache = Option(
        "vc-cache",
        reading.path,
        "folder for decoded clips, predictions and learned variants",
        metavar="DIR",
        otherwise="the user's cache folder",
        builds=True,
    )
    """None: the user's cache folder."""
    cache_size = Option(
        "vc-cache-size",
        reading.size_bytes,
        "most that decoded clips may take there, such as 20GB or 500MB; 0 keeps none",
        metavar="SIZE",
        default="20GB",
    )
    """Bytes that decoded clips may take there; 0: none are kept."""
    learn = Option[Learn](
        "vc-learn",
        reading.choice(get_args(Learn)),
        "missing: train the variants that learn and are not kept; never: skip those; again: train all anew",
        metavar="|".join(get_args(Learn)),
        default="missing",
        builds=True,
        page="artefacts",
    )
    learned = Option(
        "vc-learned",
        reading.folder,
        "folder of learned variants that come with the repository",
        metavar="DIR",
        default="learned",
        otherwise="learned under the root",
        page="artefacts",
    )
    """What is there goes before what is in the cache."""
    resume = Option(
        "vc-resume",
        bool,
        "take over what an interrupted run had predicted, and the reference's predictions of any run; with"
        " --no-vc-resume everything is computed",
        default=True,
        form="switch",
    )


class Sharing:
    title: ClassVar = "how the work is shared"

    workers = Option(
        "vc-workers",
        reading.positive,
        "processes here that share the clips, with the threads between them; of a Ray cluster, on each node",
        metavar="N",
        default=1,
        ini="int",
        page="machines",
    )
    engine = Option(
        "vc-engine",
        reading.engine,
        "what computes the clips: ray, a Ray cluster that runs here or is started for this run; ray:HOST:PORT, the"
        " one whose head that is; processes or here",
        metavar="NAME[:ADDRESS]",
        otherwise="processes with --vc-workers, else this one",
        page="machines",
    )
    """None: what the number of workers says."""
    share = Option(
        "vc-shard",
        reading.share_of_work,
        "compute only this part of the clips, such as 2/5, into --vc-store; judge and time nothing",
        metavar="I/N",
        page="machines",
    )
    """None: all of them."""
    store = Option(
        "vc-store",
        reading.place,
        "folder, or URL such as s3://bucket/folder, of results that are computed once: by shards, other machines,"
        " earlier runs",
        metavar="STORE",
        page="machines",
    )
    """None: nothing is shared."""


@dataclass(frozen=True)
class Options(Targets, Sampling, Gate, Timing, Output, Storage, Sharing):
    """What the user asked for, defaults filled in: an attribute for each option, and where it was asked."""

    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """By option name, read; what is not there has its default."""
    typed: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """By option name, what the command line gave."""
    root: Path = Path()
    """pytest's root folder."""
    folder: Path = Path()
    """Where pytest was started."""
    began: float = 0.0
    """Before any of the user's code was loaded, seconds since the epoch."""

    @property
    def files(self) -> tuple[Path, ...]:
        """What is written of the run, pages and numbers, each once."""
        return tuple(dict.fromkeys((*self.reports, *self.json)))

    @property
    def explicit(self) -> bool:
        """The command line chose a model, clips, variants or a grid: then something must be measured."""
        chosen = (Targets.models, Targets.clips, Targets.variants, Targets.targets, Timing.grid)
        return any(self.typed.get(each.name) for each in chosen)


GROUPS: Mapping[str, tuple[Option[Any], ...]] = {
    group.title: tuple(row for row in vars(group).values() if isinstance(row, Option))
    for group in Options.__bases__
}
"""The rows, in the order of `--help`, by what they are about."""
OPTIONS: tuple[Option[Any], ...] = tuple(row for rows in GROUPS.values() for row in rows)
