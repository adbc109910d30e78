"""The same for other programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ...measure.from_file.classified import Classified


def classified_json(found: Sequence[Classified], model: str, runtime: str, protocol: str) -> str:
    """One object: `videos` in the order given, each with `labels`, or with `reason` and `kind`."""
    document = {
        "model": model,
        "runtime": runtime,
        "protocol": protocol,
        "videos": [_video(each) for each in found],
    }
    return json.dumps(document, indent=2)


def _video(each: Classified) -> dict[str, Any]:
    if each.reason:
        return {"path": str(each.path), "reason": each.reason, "kind": each.kind}
    labels = [{"label": guess.label, "probability": guess.probability} for guess in each.guesses]
    return {"path": str(each.path), "labels": labels}
