"""A model as a digest of its content: learning sees no difference between two that share it."""

from __future__ import annotations

import json
from hashlib import sha256

from ...learn.weights_digest import weights_digest
from ...models.model import Model
from ..tensor_files import configuration_of


def model_digest(model: Model) -> str:
    """Sixteen hexadecimal digits: of weights, configuration, labels, and what decides the pixels that it is shown.

    Where it came from and what it is called does not count.
    """
    about = [
        type(model.module).__name__,
        configuration_of(model.module),
        model.labels,
        {name: str(value) for name, value in model.profile.pixels.items()},
        weights_digest(model.module),
    ]
    return sha256(json.dumps(about, sort_keys=True, default=str).encode()).hexdigest()[:16]
