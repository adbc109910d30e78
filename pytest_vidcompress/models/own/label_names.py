"""`id2label` of a `config.json`. Light: imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...untrusted import Malformed


def label_names(named: Mapping[Any, Any]) -> dict[int, str]:
    """The labels by number; JSON knows texts alone as names.

    Raises:
        Malformed: some have no name, or are not numbered from 0.
    """
    if {str(key) for key in named} != {str(number) for number in range(len(named))} or not named:
        raise Malformed("id2label: expected a name for every label, numbered from 0")
    return dict(sorted((int(key), str(label)) for key, label in named.items()))
