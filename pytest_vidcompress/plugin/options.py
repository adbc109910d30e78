"""Command line and ini -> one frozen `Options`."""

from __future__ import annotations

import argparse
import shlex
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

import pytest

from ..clips.profile import Views
from ..errors import VidcompressError
from . import option_values as values

T = TypeVar("T")
BEGAN = time.time()
"""When the plugin was loaded: code that was edited since may be older in this process than on disk."""
Mode = Literal["check", "create", "accept", "tighten"]
Weights = Literal["trained", "random"]


@dataclass(frozen=True)
class Options:
    """What the user asked for, defaults filled in."""

    models: tuple[str, ...]
    """Empty: the default ones."""
    clips: str
    sample: int | None
    """None: all of a packaged set, 1000 of any other."""
    seed: int
    variants: tuple[str, ...]
    """Recipes as typed; empty: all that the tests name."""
    weights: Weights
    views: Views | Literal["published"] | None
    """None: as each model's profile says, which is one unless its author chose otherwise."""
    baselines: Path
    mode: Mode
    strict: bool
    latency_margin: float
    """Slowdown against the baseline that is no regression, as a share."""
    confirm_s: float
    """Longest that a suspect latency is timed again, seconds."""
    runtime: str
    """Empty: each recipe's own."""
    calibration: int
    """Clips that techniques may calibrate on, at most."""
    threads: int
    """0: as many as torch takes by itself."""
    report: Path | None
    cache: Path | None
    """None: the user's cache folder."""
    cache_size: int
    """Bytes that decoded clips may take there; 0: none are kept."""
    resume: bool
    """Take over predictions of earlier runs."""
    began: float
    """Before any of the user's code was loaded, seconds since the epoch."""
    explicit: bool
    """The command line chose a model, clips or variants: then something must be measured."""
    all_clips: bool
    """Take all clips also where fewer decide."""
    max_skipped: float
    """Share of the sample that may be unusable before the run is refused."""
    against: str
    """What names a commit for git; empty: none."""
    root: Path
    """pytest's root folder."""
    folder: Path
    """Where pytest was started."""
    profile: bool
    """Say where the time goes, by operator and by module."""
    export: Path | None
    """Internal: where what the tests would measure goes instead of being measured."""


def add_options(parser: pytest.Parser) -> None:
    """Declares every option, and its ini name with underscores."""
    group = parser.getgroup("vidcompress", "compressed video models (pytest-vidcompress)")

    def option(name: str, help: str, ini: Any = "string", **kwargs: Any) -> None:
        group.addoption(f"--{name}", help=help, default=None, dest=name.replace("-", "_"), **kwargs)
        parser.addini(name.replace("-", "_"), help, type=ini, default=None)

    option(
        "vc-model",
        "model to test: timesformer, timesformer-hr, videomae, a Hub id, or a checkpoint folder; repeatable"
        " (default: timesformer and videomae)",
        ini="args",
        action="append",
        metavar="NAME",
    )
    option(
        "vc-clips",
        "clip set: pocket, or a Kinetics folder, annotation CSV or list of paths (default: pocket)",
        metavar="SET",
    )
    option(
        "vc-sample",
        "how many clips (default: all of pocket, 1000 of Kinetics)",
        ini="int",
        type=int,
        metavar="N",
    )
    option("vc-seed", "seed of the sample (default: 0)", ini="int", type=int, metavar="N")
    option(
        "vc-variant",
        "only these variants; repeatable (default: all that the tests name)",
        ini="args",
        action="append",
        metavar="RECIPE",
    )
    option(
        "vc-weights",
        "trained, or random: the geometry without a checkpoint, for size and latency (default: trained)",
        choices=get_args(Weights),
    )
    option(
        "vc-views",
        "how much of a clip a model is shown: CLIPSxCROPS such as 5x3, or published: as the accuracy it is"
        " known for (default: 1x1)",
        metavar="VIEWS",
    )
    option(
        "vc-baselines", "folder of the stored baselines (default: baselines under the root)", metavar="DIR"
    )
    option(
        "vc-baseline",
        "check: hold against them; create: write the missing; accept: also take over what got worse;"
        " tighten: only what got better (default: check)",
        choices=get_args(Mode),
    )
    option("vc-strict", "fail new and inconclusive verdicts too", ini="bool", action="store_true")
    option(
        "vc-all-clips",
        "take all clips of the sample also where fewer decide against the baseline",
        ini="bool",
        action="store_true",
    )
    option(
        "vc-latency-margin",
        "slowdown against the baseline that is no regression yet, as a share (default: 0.05)",
        metavar="SHARE",
    )
    option(
        "vc-confirm",
        "longest time that a suspect latency is timed again in fresh processes (default: 30)",
        metavar="SECONDS",
    )
    option(
        "vc-max-skipped",
        "most clips of the sample that may be unusable, as a share, such as 0.05 or 5%% (default: 0.05)",
        metavar="SHARE",
    )
    option(
        "vc-against",
        "commit beside whose build a variant is timed where its latency has no baseline on this machine",
        metavar="GITREF",
    )
    option(
        "vc-runtime",
        "what executes the variants: torch, torch-compile, openvino, onnxruntime (default: each recipe's own)",
        metavar="NAME",
    )
    option(
        "vc-calibration",
        "how many clips outside the sample techniques calibrate on (default: 32)",
        ini="int",
        type=int,
        metavar="N",
    )
    option("vc-threads", "CPU threads of every runtime (default: all)", ini="int", type=int, metavar="N")
    option("vc-report", "write a page to look at (.html), or the numbers (.json)", metavar="FILE")
    option(
        "vc-profile",
        "time by operator and by module, of each variant beside its reference",
        ini="bool",
        action="store_true",
    )
    option(
        "vc-cache",
        "folder for decoded clips and predictions (default: the user's cache folder)",
        metavar="DIR",
    )
    option(
        "vc-cache-size",
        "most that decoded clips may take there, such as 20GB or 500MB; 0 keeps none (default: 20GB)",
        metavar="SIZE",
    )
    option(
        "vc-resume",
        "take over what an interrupted run had predicted, and the reference's predictions of any run; with"
        " --no-vc-resume everything is computed (default: --vc-resume)",
        ini="bool",
        action=argparse.BooleanOptionalAction,
    )
    group.addoption("--vc-export", help=argparse.SUPPRESS, default=None, metavar="DIR")


def read_options(config: pytest.Config) -> Options:
    """Reads the options, command line before ini.

    Raises:
        pytest.UsageError: a value that cannot be right whatever is tested.
    """

    def value(name: str, default: Any) -> Any:
        given = config.getoption(name)
        if given is None:
            given = _ini(config, name)
        return default if given in (None, [], "") else given

    def read(parse: Callable[..., T], name: str, default: Any, *more: Any) -> T:
        try:
            return parse(value(name.replace("-", "_"), default), *more)
        except VidcompressError as error:
            raise pytest.UsageError(f"--{name}={error}") from None

    def path(name: str) -> Path | None:
        # What is typed is relative to where it is typed, what is written in a file to that file's folder.
        folder = config.rootpath if config.getoption(name) is None else config.invocation_params.dir
        given = value(name, None)
        return folder / Path(given).expanduser() if given else None

    return Options(
        models=tuple(dict.fromkeys(value("vc_model", ()))),
        clips=value("vc_clips", "pocket"),
        sample=read(values.count, "vc-sample", None),
        seed=read(values.whole, "vc-seed", 0),
        variants=tuple(value("vc_variant", ())),
        weights=read(values.choice, "vc-weights", "trained", get_args(Weights)),
        views=read(values.views, "vc-views", None),
        baselines=path("vc_baselines") or config.rootpath / "baselines",
        mode=read(values.choice, "vc-baseline", "check", get_args(Mode)),
        strict=bool(value("vc_strict", False)),
        latency_margin=read(values.number, "vc-latency-margin", 0.05),
        confirm_s=read(values.number, "vc-confirm", 30.0),
        runtime=value("vc_runtime", ""),
        calibration=read(values.whole, "vc-calibration", 32, 1),
        threads=read(values.count, "vc-threads", None) or 0,
        report=path("vc_report"),
        cache=path("vc_cache"),
        cache_size=read(values.size_bytes, "vc-cache-size", "20GB"),
        resume=bool(value("vc_resume", True)),
        began=BEGAN,
        explicit=any(config.getoption(name) for name in ("vc_model", "vc_clips", "vc_variant")),
        all_clips=bool(value("vc_all_clips", False)),
        max_skipped=read(values.share, "vc-max-skipped", 0.05),
        against=value("vc_against", ""),
        root=config.rootpath,
        folder=config.invocation_params.dir,
        profile=bool(value("vc_profile", False)),
        export=Path(export) if (export := config.getoption("vc_export")) else None,
    )


def _ini(config: pytest.Config, name: str) -> Any:
    try:
        return config.getini(name)
    except (TypeError, ValueError, pytest.UsageError) as error:
        raise pytest.UsageError(f"{name}: {error}") from None


def as_typed(config: pytest.Config) -> str:
    """The options that decide what is measured, as they must be typed to measure it again."""
    typed = [f"--vc-model={shlex.quote(name)}" for name in config.getoption("vc_model") or ()]
    for name in (
        "vc-clips",
        "vc-sample",
        "vc-seed",
        "vc-weights",
        "vc-views",
        "vc-calibration",
        "vc-threads",
        "vc-baselines",
        "vc-runtime",
        "vc-latency-margin",
        "vc-confirm",
        "vc-max-skipped",
        "vc-against",
    ):
        given = config.getoption(name.replace("-", "_"))
        if given is not None:
            typed.append(f"--{name}={shlex.quote(str(given))}")
    typed += ["--vc-all-clips"] if config.getoption("vc_all_clips") else []
    return " ".join(typed)
