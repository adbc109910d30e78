from __future__ import annotations

from dataclasses import replace

from pytest_vidcompress.measure.divergence.divergence import MOST, BlockError, Divergence
from pytest_vidcompress.present.divergence_words import relative, sentence_of

SABOTAGED = Divergence(
    (
        BlockError("embeddings", 0.0, 0.0),
        BlockError("encoder.layer.2", 0.02, 0.02),
        BlockError("encoder.layer.3", 0.414, 0.4),
        BlockError("head", 0.5, 0.01),
    ),
    clips=4,
    flipped=4,
    changed=3,
)


def test_the_first_block_with_the_error_before_and_after_it() -> None:
    assert sentence_of(SABOTAGED) == (
        "the first block that leaves the reference: encoder.layer.3 (relative error 0.41; 0.02 before it)"
    )


def test_where_it_was_seen_and_what_was_not_compared() -> None:
    said = sentence_of(
        replace(
            SABOTAGED, stands_for="openvino", apart=(("norm", "no such block"), ("pool", "no such block"))
        )
    )
    assert said.endswith(
        "; seen in torch, which runs the module that openvino was given; not compared: norm and 1 other (no such"
        " block)"
    )


def test_where_torch_does_not_flip_the_runtime_is_named_and_no_block() -> None:
    said = sentence_of(replace(SABOTAGED, stands_for="openvino", changed=0))
    assert said == (
        "where torch runs the same module it answers as the reference on 4 clips that flipped: what differs is how"
        " openvino executes it"
    )
    unflipped = replace(SABOTAGED, stands_for="openvino", changed=0, flipped=0)
    assert "encoder.layer.3" in sentence_of(unflipped)


def test_where_no_block_stands_out_it_says_what_they_add() -> None:
    even = replace(
        SABOTAGED, blocks=(BlockError("a", 0.2, 0.2), BlockError("b", 0.3, 0.21), BlockError("c", 0.28, 0.0))
    )
    assert sentence_of(even) == (
        "no block stands out: 2 of 3 blocks add a relative error of 0.2 to 0.21 each, 0.28 after c"
    )
    same = replace(SABOTAGED, blocks=(BlockError("a", 0.0, 0.0), BlockError("b", 1e-7, 1e-7)))
    assert (
        sentence_of(same) == "all blocks are the reference's but for rounding (relative error 1e-07 after b)"
    )


def test_what_is_before_the_blocks() -> None:
    before = Divergence((BlockError("layer.0", 0.3, 0.0),), before=0.31)
    assert sentence_of(before) == (
        "what is given to layer.0 has left the reference already (relative error 0.31)"
    )


def test_why_nothing_can_be_seen() -> None:
    assert sentence_of(Divergence(unseen="what was measured is a function, which shows none")) == (
        "no block of it can be looked at: what was measured is a function, which shows none"
    )


def test_an_error_of_what_is_no_number() -> None:
    assert relative(MOST) == "1e+06 or no number"
    assert relative(None) == "-"
