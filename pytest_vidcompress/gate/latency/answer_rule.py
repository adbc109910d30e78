"""The rule for the way from a clip's file to the answer: of all of it, of what is decoded, and of a model's stages.

The rule is that of cold starts on other pairs: rounds of a few files. All rounds are of one process, so a budget,
which no recorded run says anything about, is given what one process differs from the next.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace

from ...measure.from_file.from_file import ANSWER, DECODE, FromFile
from ..baseline.recorded_runs import StoredPairs
from ..baseline.stored import PARTS_OF_ANSWERS, Baseline, part_of
from ..budget import Budget, Margins
from ..metrics import Metric
from ..verdict import Remedy, Status, Verdict
from .criterion import Criterion, stopping
from .level import budget_level
from .pair_rule import Words, new, recorded_criterion, unmeasured, weighed
from .single_process import OTHER_PROCESS

METRICS_OF_PARTS = {f"{part}_ratio": part for part in PARTS_OF_ANSWERS}


def held(
    from_file: FromFile, baseline: Baseline, budget: Budget | None, margins: Margins
) -> dict[str, list[Criterion]]:
    """Everything that a variant's way from files is held to, by part, as far as the rounds show it."""
    found: dict[str, list[Criterion]] = {}
    for metric, part in METRICS_OF_PARTS.items():
        stored = recorded_criterion(stored_part(baseline, part), margins.answer)
        both = [each for each in (stored, _budget_criterion(metric, budget or Budget())) if each]
        if both and from_file.pairs(part).variant_s:
            found[part] = both
    return found


def stopping_rounds(
    baseline: Baseline, budget: Budget | None, margins: Margins, alpha: float
) -> Callable[[FromFile], bool]:
    """Ends the rounds when they have decided all that they are held to; never where that is nothing."""
    looks: dict[str, Callable[..., bool]] = {}

    def decided(seen: FromFile) -> bool:
        criteria = held(seen, baseline, budget, margins)
        for part in criteria.keys() - looks.keys():
            looks[part] = stopping(criteria[part], alpha)
        # All of them look, or one that was decided late would have missed the looks before.
        said = [looks[part](seen.pairs(part).confirmation) for part in criteria]
        return bool(said) and all(said)

    return decided


def stored_part(baseline: Baseline, part: str = ANSWER) -> StoredPairs:
    """What is recorded of a part on this machine class; without runs where nothing is."""
    return baseline.timing.answers.get(part, StoredPairs()) if baseline.timing else StoredPairs()


def judge_answer(
    metric: Metric, from_file: FromFile | None, baseline: Baseline, margins: Margins, alpha: float
) -> Iterator[Verdict]:
    """The verdict on one part beside the baseline; none of what was not asked for, or never showed.

    Args:
        alpha: chance of a false failure.
    """
    part, words = part_of(metric), _words(metric)
    stored = stored_part(baseline, part)
    if from_file is None:
        return
    pairs = from_file.pairs(part)
    if pairs.ratio is None:
        if stored.runs:
            yield _without(from_file, words, stored.ratio, None)
        return
    criterion = recorded_criterion(stored, margins.answer)
    if criterion is None:
        yield new(pairs, stored, words)
    else:
        yield weighed(pairs, criterion, alpha, words, _where(from_file, baseline) if part == ANSWER else "")


def judge_answer_budget(metric: Metric, from_file: FromFile | None, budget: Budget, alpha: float) -> Verdict:
    """The verdict beside the test's own limit, which what has no file does not keep."""
    criterion, words = _budget_criterion(metric.name, budget), _words(metric)
    assert criterion is not None  # a budget on it is what brings us here
    if from_file is None:
        return unmeasured(criterion, words)
    pairs = from_file.pairs(part_of(metric))
    if pairs.ratio is None:
        return _without(from_file, words, None, criterion)
    return weighed(pairs, criterion, alpha, words)


def _budget_criterion(metric: str, budget: Budget) -> Criterion | None:
    limit = budget.limits.get(metric)
    if limit is None:
        return None
    return Criterion(replace(budget_level(limit), variance=OTHER_PROCESS**2), "the budget", "budget")


def _words(metric: Metric) -> Words:
    part = part_of(metric)
    whose = {ANSWER: "slower from file to answer", DECODE: "slower to decode"}
    slower = whose.get(part, f"slower in its {part}")
    return Words(
        metric.name,
        slower,
        slower.replace("slower", "faster", 1),
        "rounds of files",
        "not timed from file to answer in this run",
        Remedy.ROUNDS,
    )


def _without(from_file: FromFile, words: Words, stored: float | None, criterion: Criterion | None) -> Verdict:
    """Of what has no file, or does not show the part: a budget is then not kept."""
    part = METRICS_OF_PARTS[words.metric]
    reason = from_file.absent or f"what runs does not show its {part}"
    return Verdict(
        words.metric,
        Status.FAILED if criterion else Status.INCONCLUSIVE,
        None,
        stored,
        math.exp(criterion.level.limit) if criterion else None,
        f"not timed from file to answer: {reason}" if from_file.absent else reason,
        rule="budget" if criterion else "baseline",
    )


def _where(from_file: FromFile, baseline: Baseline) -> str:
    """What every part takes beside the reference's, and took."""
    said: list[str] = []
    for part in (DECODE, *from_file.stages):
        now, before = from_file.ratio(part), stored_part(baseline, part).ratio
        if now is not None:
            beside = "" if before is None else f" ({before:.2f} stored)"
            said.append(f"{part} takes {now:.2f} times the reference's{beside}")
    return ", ".join(said)
