"""Command line and ini -> one frozen `Options`."""

from __future__ import annotations

import argparse
import math
import re
import shlex
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import pytest

from .clips.views import Views

BEGAN = time.time()
"""When the plugin was loaded: code that was edited since may be older in this process than on disk."""
Mode = Literal["check", "create", "accept", "tighten"]
Weights = Literal["trained", "random"]
_UNITS = {
    f"{prefix}{i}": base**power
    for power, prefix in enumerate("kmgt", 1)
    for i, base in (("", 1000), ("i", 1024))
}


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
        views=_views("vc-views", value("vc_views", None)),
        baselines=path("vc_baselines") or config.rootpath / "baselines",
        mode=_choice("vc-baseline", value("vc_baseline", "check"), get_args(Mode)),
        strict=bool(value("vc_strict", False)),
        latency_margin=_number("vc-latency-margin", value("vc_latency_margin", 0.05)),
        confirm_s=_number("vc-confirm", value("vc_confirm", 30.0)),
        runtime=value("vc_runtime", ""),
        calibration=_whole("vc-calibration", value("vc_calibration", 32), least=1) or 32,
        threads=_whole("vc-threads", value("vc_threads", None), least=1) or 0,
        report=path("vc_report"),
        cache=path("vc_cache"),
        cache_size=_bytes("vc-cache-size", value("vc_cache_size", "20GB")),
        resume=bool(value("vc_resume", True)),
        began=BEGAN,
        explicit=any(config.getoption(name) for name in ("vc_model", "vc_clips", "vc_variant")),
        all_clips=bool(value("vc_all_clips", False)),
        max_skipped=_share("vc-max-skipped", value("vc_max_skipped", 0.05)),
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


def _share(name: str, given: Any) -> float:
    text = str(given).strip()
    percent = text.endswith("%")
    try:
        share = float(text.removesuffix("%")) / (100 if percent else 1)
    except ValueError:
        share = math.nan
    if not 0 <= share <= 1:
        raise pytest.UsageError(f"--{name}={given}: expected a share from 0 to 1, such as 0.05 or 5%")
    return share


def _bytes(name: str, given: Any) -> int:
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([kmgt]i?)b", str(given).strip().lower())
    if found:
        return round(float(found[1]) * _UNITS[found[2]])
    if str(given).strip() != "0":
        raise pytest.UsageError(f"--{name}={given}: expected a size such as 20GB or 500MB, or 0")
    return 0


def _choice(name: str, given: str, choices: tuple[str, ...]) -> Any:
    if given not in choices:
        raise pytest.UsageError(f"--{name}={given}: expected one of {', '.join(choices)}")
    return given


def _views(name: str, given: str | None) -> Views | Literal["published"] | None:
    if given is None or given == "published":
        return given
    try:
        return Views.parse(given)
    except ValueError:
        raise pytest.UsageError(
            f"--{name}={given}: expected CLIPSxCROPS with 1 or 3 crops, such as 1x1 or 5x3, or published"
        ) from None
