from __future__ import annotations

import pytest

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.run.options.grid_spec import USUAL, GridSpec, read_grid


def test_nothing_given_is_no_grid_and_a_bare_option_the_usual_one() -> None:
    assert read_grid(None) is None
    assert read_grid(USUAL) == GridSpec()


def test_every_axis() -> None:
    assert read_grid("runtime=torch,openvino precision=fp32,int8-static batch=1,4 threads=1,all") == GridSpec(
        runtimes=("torch", "openvino"),
        precisions=("fp32", "int8-static"),
        batches=(1, 4),
        threads=(1, None),
    )


@pytest.mark.parametrize(
    ("text", "recipes"),
    [
        ("prune-global:amount=0.2,layers=:-1,fp16", ("prune-global:amount=0.2,layers=:-1", "fp16")),
        ("fp16,shrink:mlp=0.3,heads=0.25+fp16,fp32", ("fp16", "shrink:mlp=0.3,heads=0.25+fp16", "fp32")),
        ("fuse@openvino,fp16 precision=fuse@torch,fp16", ("fuse@openvino", "fp16", "fuse@torch")),
    ],
)
def test_the_commas_of_parameters_divide_no_recipes(text, recipes) -> None:
    assert read_grid(f"precision={text}").precisions == recipes


def test_a_budget_and_how_long() -> None:
    spec = read_grid("agreement=0.99 size_ratio=0.5 seconds=7")
    assert (spec.limits, spec.seconds) == ({"agreement": 0.99, "size_ratio": 0.5}, 7.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tests", "'tests' is not of the form axis=value.*last word of the command"),
        ("batch=", "'batch=' is not of the form"),
        ("batch=0", "batch=0: expected a whole number of 1 to 1024"),
        ("threads=two", "threads=two: expected a whole number"),
        ("seconds=-1", "seconds=-1: expected one number of at least 0"),
        ("size=0.5", "no axis or limit 'size'.*runtime.*size_ratio"),
        ("agreement=2", "agreement must be a number of 0 to 1"),
        ("agreement=0.9 agreement=0.8", "agreement=0.9,0.8: expected one number"),
    ],
)
def test_what_cannot_be_is_refused(text, said) -> None:
    with pytest.raises(VidcompressError, match=said):
        read_grid(text)
