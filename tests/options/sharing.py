"""A project whose work is shared, and what its run files must say alike."""

from __future__ import annotations

import json

from tests.project import Project

TEST = """
    import pytest

    @pytest.mark.vc_variants("prune-global", "int8-dynamic")
    def test_it(vc_variant, vc_measure, vc_clips):
        assert vc_measure(vc_variant).clips == len(vc_clips)

    def test_function(vc_model, vc_measure):
        module = vc_model.module
        vc_measure(lambda pixels: module(pixels), name="function")
    """
CLIPS = 130
"""Three ranges."""
COMMON = ("--benchmark-disable", f"--vc-sample={CLIPS}")
TWO_RANGES = ("--benchmark-disable", "--vc-sample=66")
"""The last of them short."""


def measured(project: Project, file: str) -> str:
    """All that a run file says, but of the run itself."""
    document = json.loads((project.folder / file).read_text())
    return json.dumps({name: part for name, part in document.items() if name != "run"})
