"""Command line and ini -> one frozen `Options`."""

from __future__ import annotations

import argparse
import math
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import pytest

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
    baselines: Path
    mode: Mode
    strict: bool
    latency_margin: float
    """Slowdown against the baseline that is no regression, as a share."""
    confirm_s: float
    """Longest that a suspect latency is timed again, seconds."""
    runtime: str
    threads: int
    """0: as many as torch takes by itself."""
    report: Path | None
    cache: Path | None
    """None: the user's cache folder."""
    explicit: bool
    """The command line chose a model, clips or variants: then something must be measured."""
    all_clips: bool
    """Take all clips also where fewer decide."""
    against: str
    """What names a commit for git; empty: none."""
    root: Path
    """pytest's root folder."""
    folder: Path
    """Where pytest was started."""
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
    option("vc-clips", "clip set: pocket, or a Kinetics folder or CSV file (default: pocket)", metavar="SET")
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
        "vc-against",
        "commit beside whose build a variant is timed where its latency has no baseline on this machine",
        metavar="GITREF",
    )
    option("vc-runtime", "what executes the variants (default: torch)", metavar="NAME")
    option("vc-threads", "CPU threads of every runtime (default: all)", ini="int", type=int, metavar="N")
    option("vc-report", "write a page to look at (.html), or the numbers (.json)", metavar="FILE")
    option("vc-cache", "folder for decoded clips (default: the user's cache folder)", metavar="DIR")
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

    def path(name: str) -> Path | None:
        # What is typed is relative to where it is typed, what is written in a file to that file's folder.
        folder = config.rootpath if config.getoption(name) is None else config.invocation_params.dir
        given = value(name, None)
        return folder / Path(given).expanduser() if given else None

    return Options(
        models=tuple(dict.fromkeys(value("vc_model", ()))),
        clips=value("vc_clips", "pocket"),
        sample=_whole("vc-sample", value("vc_sample", None), least=1),
        seed=_whole("vc-seed", value("vc_seed", 0), least=0) or 0,
        variants=tuple(value("vc_variant", ())),
        weights=_choice("vc-weights", value("vc_weights", "trained"), get_args(Weights)),
        baselines=path("vc_baselines") or config.rootpath / "baselines",
        mode=_choice("vc-baseline", value("vc_baseline", "check"), get_args(Mode)),
        strict=bool(value("vc_strict", False)),
        latency_margin=_number("vc-latency-margin", value("vc_latency_margin", 0.05)),
        confirm_s=_number("vc-confirm", value("vc_confirm", 30.0)),
        runtime=value("vc_runtime", "torch"),
        threads=_whole("vc-threads", value("vc_threads", None), least=1) or 0,
        report=path("vc_report"),
        cache=path("vc_cache"),
        explicit=any(config.getoption(name) for name in ("vc_model", "vc_clips", "vc_variant")),
        all_clips=bool(value("vc_all_clips", False)),
        against=value("vc_against", ""),
        root=config.rootpath,
        folder=config.invocation_params.dir,
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
        "vc-threads",
        "vc-baselines",
        "vc-runtime",
        "vc-latency-margin",
        "vc-confirm",
        "vc-against",
    ):
        given = config.getoption(name.replace("-", "_"))
        if given is not None:
            typed.append(f"--{name}={shlex.quote(str(given))}")
    typed += ["--vc-all-clips"] if config.getoption("vc_all_clips") else []
    return " ".join(typed)


def _whole(name: str, given: Any, least: int) -> int | None:
    if given is None:
        return None
    try:
        number = int(given)
    except ValueError:
        number = least - 1
    if number < least:
        raise pytest.UsageError(f"--{name}={given}: expected a whole number of at least {least}")
    return number


def _number(name: str, given: Any) -> float:
    try:
        number = float(given)
    except ValueError:
        number = math.nan
    if not (0 <= number < math.inf):
        raise pytest.UsageError(f"--{name}={given}: expected a number of at least 0")
    return number


def _choice(name: str, given: str, choices: tuple[str, ...]) -> Any:
    if given not in choices:
        raise pytest.UsageError(f"--{name}={given}: expected one of {', '.join(choices)}")
    return given
