"""What a run says of variants that learn."""

from __future__ import annotations

from pytest_vidcompress.artefacts.kept.learned_origin import LearnedOrigin, Origin
from pytest_vidcompress.present.variants.learned_lines import learned_lines, training_lines
from pytest_vidcompress.present.width import WIDTH


def test_what_is_going_to_be_trained_and_how_long() -> None:
    assert training_lines([]) == []
    assert training_lines(["distil of videomae, about 5 min"]) == [
        "vidcompress: 1 variant to train, which are kept for the next run (--vc-learn=never skips them):",
        "  distil of videomae, about 5 min",
    ]


def test_where_each_came_from() -> None:
    assert learned_lines([]) == []
    origins = [
        LearnedOrigin("videomae", "distil", Origin.TRAINED, 312.0),
        LearnedOrigin(
            "timesformer", "distil", Origin.REPOSITORY, 600.0, "made with torch 2.12.0, here is 2.13.0"
        ),
        LearnedOrigin("timesformer", "int8-qat", Origin.SKIPPED),
        LearnedOrigin("videomae", "finetune:steps=3", Origin.CACHE, 1.25),
    ]
    assert learned_lines(origins) == [
        "learned variants:",
        "  distil of timesformer: of the repository, 10 min of training (made with torch 2.12.0, here is",
        "    2.13.0)",
        "  int8-qat of timesformer: not trained",
        "  distil of videomae: trained in this run, 5.2 min of training",
        "  finetune:steps=3 of videomae: of an earlier run, 1.2 s of training",
    ]


def test_it_fits_the_terminal() -> None:
    long = (
        "shrink:mlp=0.5,heads=0.5,blocks=2+distil:minutes=10+prune-gradual:amount=0.8,minutes=10 of videomae"
    )
    origins = [LearnedOrigin("videomae", long, Origin.CACHE, 1200.0)]
    lines = [*training_lines([long]), *learned_lines(origins)]
    assert max(map(len, lines)) <= WIDTH
    short = [
        LearnedOrigin(
            "videomae", "distil:minutes=10", Origin.CACHE, 600.0, "made with torch 2.12.0, here is 2.13.0"
        )
    ]
    narrow = [*training_lines(["distil:minutes=10 of videomae, about 10 min"], 60), *learned_lines(short, 60)]
    assert max(map(len, narrow)) <= 60
