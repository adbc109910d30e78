"""`bundle.json`: a failure as data. `docs/ci.md` tells what its keys mean; what is read of it may be anybody's."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, cast

from ...gate.verdict import Status, Verdict
from ...measure.divergence.divergence import Divergence
from ...measure.divergence.divergence_json import divergence_from_json, divergence_json
from ...untrusted import Malformed, mapping, number, objects, one_of, optional, text, texts, whole

SCHEMA = 1
KIND = "pytest-vidcompress"


@dataclass(frozen=True)
class Failed:
    """What failed, and how to see it again."""

    test: str
    """Its node id."""
    number: int
    """Which of the test's measurements, from 1; of the reference beside it, less than 0."""
    command: str
    """What to type."""
    variant: str
    recipe: str
    """Its canonical text; empty for what no recipe made."""
    model: str
    weights: str
    runtime: str


@dataclass(frozen=True)
class TakenClips:
    """The clips that counted, in the order of the logits."""

    clip_set: str
    seed: int
    sample: int
    """How many could have counted."""
    protocol: str
    digest: str
    """Of ids and contents of the whole sample."""
    ids: tuple[str, ...]
    labels: tuple[str, ...]
    """Of every logit."""


@dataclass(frozen=True)
class Flip:
    """A clip on which variant and reference answer differently."""

    id: str
    path: str
    """Relative to the clip set."""
    sha256: str
    """Of its content; empty where it cannot be read any more."""
    label: str
    reference: str
    """What the reference answers."""
    variant: str


@dataclass(frozen=True)
class Bundle:
    """A check that failed."""

    failed: Failed
    verdicts: tuple[Verdict, ...]
    clips: TakenClips
    flips: tuple[Flip, ...]
    divergence: Divergence | None
    environment: Mapping[str, str]
    """Versions, CPU, machine class, threads; neither the name of the machine nor a path."""
    numbers: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """As `--vc-json=FILE` has them."""


def as_document(bundle: Bundle) -> dict[str, Any]:
    """Plain data."""
    return {
        "schema": SCHEMA,
        "bundle": KIND,
        "failed": asdict(bundle.failed),
        "verdicts": [_verdict_json(verdict) for verdict in bundle.verdicts],
        "clips": asdict(bundle.clips),
        "flips": [asdict(flip) for flip in bundle.flips],
        "divergence": None if bundle.divergence is None else divergence_json(bundle.divergence),
        "environment": dict(bundle.environment),
        "numbers": dict(bundle.numbers),
    }


def is_bundle(document: Any) -> bool:
    """Is this what a `bundle.json` of any schema says?"""
    return isinstance(document, dict) and cast("dict[str, Any]", document).get("bundle") == KIND


def from_document(document: Mapping[str, Any]) -> Bundle:
    """What `as_document` made of it.

    Raises:
        Malformed: it did not make that, or a later version did.
    """
    if whole(document, "schema", 1) != SCHEMA:
        raise Malformed(
            f"schema {document['schema']}, this version reads {SCHEMA}: upgrade pytest-vidcompress"
        )
    failed, clips, environment = (mapping(document, key) for key in ("failed", "clips", "environment"))
    return Bundle(
        Failed(
            *(text(failed, "test"), whole(failed, "number", -(10**6), 10**6)),
            *(text(failed, key) for key in ("command", "variant", "recipe", "model", "weights", "runtime")),
        ),
        tuple(map(_verdict, objects(document, "verdicts"))),
        TakenClips(
            *(text(clips, "clip_set"), whole(clips, "seed"), whole(clips, "sample")),
            *(text(clips, "protocol"), text(clips, "digest"), texts(clips, "ids"), texts(clips, "labels")),
        ),
        tuple(
            Flip(*(text(flip, key) for key in ("id", "path", "sha256", "label", "reference", "variant")))
            for flip in objects(document, "flips")
        ),
        divergence_from_json(divergence)
        if (divergence := optional(mapping, document, "divergence"))
        else None,
        {key: text(environment, key) for key in environment},
        mapping(document, "numbers"),
    )


def _verdict_json(verdict: Verdict) -> dict[str, Any]:
    values = {name: _finite(getattr(verdict, name)) for name in ("measured", "stored", "limit")}
    return {
        **{name: str(getattr(verdict, name)) for name in ("metric", "status", "rule", "reason", "evidence")},
        **values,
    }


def _verdict(document: Mapping[str, Any]) -> Verdict:
    return Verdict(
        text(document, "metric"),
        Status(one_of(document, "status", map(str, Status))),
        optional(number, document, "measured"),
        optional(number, document, "stored"),
        optional(number, document, "limit"),
        text(document, "reason"),
        text(document, "evidence"),
        one_of(document, "rule", ("baseline", "budget")),
    )


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)
