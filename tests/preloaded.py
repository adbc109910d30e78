"""Loads the package, what it computes with, and other plugins of pytest: whatever is forked afterwards has them.

Reading, rewriting and running our modules is most of what a small run of pytest costs. What is not installed is left
out; what is loaded lazily is loaded here, and `fresh_pytest` is for those to whom that matters.
"""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

import pytest_vidcompress

HEAVY = (
    *("torch", "av", "scipy.stats", "safetensors.torch", "jinja2"),
    *("transformers", "transformers.models.videomae", "transformers.models.videomae.modeling_videomae"),
    *("torch.nn.utils.prune", "tabulate", "pdb"),
)
OWN = f"{pytest_vidcompress.__name__}."
NOT_HERE = (
    # A run begins when these are loaded.
    *(f"{OWN}plugin", f"{OWN}console"),
    # Libraries of runtimes may start threads: nothing is forked beside those.
    *(f"{OWN}runtimes.openvino.", f"{OWN}runtimes.onnx.", f"{OWN}run.engines.ray."),
)
PLUGINS = [each.module for each in entry_points(group="pytest11")]
PACKAGE = [
    ".".join(file.with_suffix("").relative_to(folder.parent).parts)
    for folder in (Path(pytest_vidcompress.__file__).parent,)
    for file in sorted(folder.rglob("[!_]*.py"))
]

for name in (*HEAVY, *PLUGINS, *PACKAGE):
    if not name.startswith(NOT_HERE):
        with suppress(ImportError):
            import_module(name)

with suppress(ImportError):
    from transformers.conversion_mapping import get_checkpoint_conversion_mapping

    # Made of thousands of patterns when the first model of a process is loaded, and kept.
    get_checkpoint_conversion_mapping("videomae")
