from __future__ import annotations

import math
import re
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_vidcompress.gate.latency.level import Level
from pytest_vidcompress.gate.latency.sequential_test import (
    FEWEST,
    LOOKS,
    Decision,
    analyse,
    disturbed,
    fewest_blocks,
)
from pytest_vidcompress.measure.latency.blocks import Confirmation, Turn
from tests.gate.reports import confirmation

ALPHA = 0.01
ONE = Level(0.0, 0.0)

ratios = st.lists(st.floats(-0.15, 0.15), min_size=1, max_size=24)
margins = st.sampled_from([0.0, 0.05])
levels = st.builds(
    Level,
    log_ratio=st.floats(-0.2, 0.2),
    margin=margins,
    variance=st.sampled_from([0.0, 1e-5, 1e-3]),
    freedom=st.sampled_from([2.0, 5.0, math.inf]),
)


@st.composite
def confirmations(draw: st.DrawFn) -> Confirmation:
    """Turns of a few pairs; some lost their core. Whether one is quiet hangs on no rounding."""
    turns: list[Turn] = []
    pairs = draw(st.sampled_from([1, 2, 6]))
    for ratio in draw(ratios):
        slow = draw(st.sampled_from([1.0, 1.0, 1.0, 4.0]))
        bases = tuple(slow * draw(st.floats(1.0, 1.05)) for _ in range(pairs))
        turns.append(Turn(tuple(base * math.exp(ratio * 0.5) for base in bases), bases))
    end = draw(st.sampled_from([0.1, 0.4, 1.0]))
    spent = tuple(end * (i + 1) / len(turns) for i in range(len(turns)))
    return Confirmation(tuple(turns), spent, draw(st.sampled_from([1, 2])))


def slower(seen: Confirmation, factor: float) -> Confirmation:
    turns = (Turn(tuple(factor * v for v in turn.variant_s), turn.base_s) for turn in seen.turns)
    return replace(seen, turns=tuple(turns))


def swapped(seen: Confirmation) -> Confirmation:
    return replace(seen, turns=tuple(Turn(turn.base_s, turn.variant_s) for turn in seen.turns))


def failed(seen: Confirmation, level: Level) -> bool:
    """As the latency rule has it."""
    return analyse(seen, level, ALPHA).decision is Decision.WORSE


def blocks(log_ratios: list[float], spent: list[float]) -> Confirmation:
    """Of one pair each."""
    return Confirmation(tuple(Turn((math.exp(x),), (1.0,)) for x in log_ratios), tuple(spent), 1)


@settings(max_examples=60)
@given(confirmations(), levels, st.floats(1.0, 8.0))
def test_a_slower_variant_is_never_better(seen: Confirmation, level: Level, factor: float) -> None:
    before, after = analyse(seen, level, ALPHA), analyse(slower(seen, factor), level, ALPHA)
    if before.decision is Decision.WORSE:
        assert after.decision is Decision.WORSE
    if after.decision is Decision.FINE:
        assert before.decision is Decision.FINE
    if failed(seen, level):
        assert failed(slower(seen, factor), level)


@settings(max_examples=60)
@given(confirmations())
def test_arms_are_treated_alike(seen: Confirmation) -> None:
    # A margin that nothing reaches, and no look: all blocks count.
    level, never = Level(0.0, -100.0), replace(seen, spent=(0.0,) * len(seen.turns))
    there, back = analyse(never, level, ALPHA), analyse(swapped(never), level, ALPHA)
    assert [turn.pairs for turn in seen.quiet] == [turn.pairs for turn in swapped(seen).quiet]
    assert swapped(seen).log_ratios == pytest.approx([-ratio for ratio in seen.log_ratios])
    assert there.blocks == back.blocks
    if there.blocks:
        assert back.estimate == pytest.approx(-there.estimate)
        assert back.interval == pytest.approx((-there.interval[1], -there.interval[0]))
        assert back.p == pytest.approx(1 - there.p)
        assert back.visible == pytest.approx(there.visible)


@settings(max_examples=60)
@given(confirmations(), levels, st.integers(-10, 10))
def test_how_fast_the_machine_is_does_not_matter(seen: Confirmation, level: Level, power: int) -> None:
    factor = 2.0**power  # which rounding leaves alone
    scaled = replace(
        seen,
        turns=tuple(
            Turn(tuple(factor * v for v in turn.variant_s), tuple(factor * b for b in turn.base_s))
            for turn in seen.turns
        ),
    )
    assert repr(analyse(scaled, level, ALPHA)) == repr(analyse(seen, level, ALPHA))
    assert scaled.controls == seen.controls


@pytest.mark.parametrize("alpha", [0.05, 0.001, 1e-5, 1e-7])
@pytest.mark.parametrize("count", range(1, 13))
def test_few_blocks_are_never_worse(count: int, alpha: float) -> None:
    # They agree better than anybody could believe; the only look is the last, which may spend it all.
    seen = blocks([1.0] * count, [0.0] * (count - 1) + [1.0])
    analysis = analyse(seen, Level(0.0, 0.05), alpha)
    assert (analysis.decision is Decision.WORSE) == (count >= fewest_blocks(alpha))
    assert analysis.blocks == (count if count >= FEWEST else 0)


def test_a_smaller_error_rate_needs_more_blocks() -> None:
    needed = [fewest_blocks(alpha) for alpha in (0.05, 0.001, 1e-4, 1e-6)]
    assert needed == sorted(needed)
    assert needed[0] == FEWEST
    assert needed[-1] > FEWEST


def test_looks_spend_the_error_rate_and_no_more() -> None:
    times, shares = zip(*LOOKS, strict=True)
    assert list(times) == sorted(set(times))
    assert list(shares) == sorted(set(shares))
    assert (times[-1], shares[-1]) == (1.0, 1.0)


@pytest.mark.parametrize("look", range(len(LOOKS)))
def test_a_look_spends_its_share(look: int) -> None:
    """Looks before it come where nothing is slower, and spend theirs."""
    values = [-0.02, 0.02, -0.02, 0.02, *[0.09, 0.1, 0.11] * 2]
    before = (0.0, 0.0) if look == 0 else LOOKS[look - 1]
    seen = blocks(values, [before[0]] * 9 + [LOOKS[look][0]])
    critical = analyse(seen, ONE, 1e-9).p / (LOOKS[look][1] - before[1])
    assert analyse(seen, ONE, critical * 1.01).decision is Decision.WORSE
    assert analyse(seen, ONE, critical * 0.99).decision is Decision.OPEN
    assert analyse(seen.until(9), ONE, critical * 1.01).decision is Decision.OPEN


def test_between_looks_nothing_is_worse() -> None:
    doubled = [0.69, 0.70, 0.69, 0.70, 0.69, 0.70, 0.69]
    assert analyse(blocks(doubled, [0.01 * i for i in range(7)]), ONE, ALPHA).decision is Decision.OPEN
    # The look at 0.15 comes with the block after which so much is gone.
    analysis = analyse(blocks(doubled, [0.02, 0.04, 0.06, 0.08, 0.1, 0.16, 0.18]), ONE, ALPHA)
    assert (analysis.decision, analysis.blocks) == (Decision.WORSE, 6)


def test_what_was_decided_stays_so() -> None:
    early = [0.69, 0.70, 0.69, 0.70, 0.69, 0.70]
    later = [-0.5, -0.6] * 3
    spent = [0.16 + 0.01 * i for i in range(12)]
    # Looks are taken at once where several blocks had to come first.
    assert analyse(blocks(early + later, spent), ONE, ALPHA).decision is Decision.WORSE
    assert analyse(blocks(later + early, spent), ONE, ALPHA).decision is Decision.FINE


def test_at_the_end_the_estimate_decides_what_is_fine_and_doubt_stays_open() -> None:
    noisy = [0.1, -0.11, 0.1, -0.11]
    assert analyse(blocks(noisy, [0.2, 0.4, 0.6, 0.9]), ONE, ALPHA).decision is Decision.OPEN
    assert analyse(blocks(noisy, [0.2, 0.4, 0.6, 1.0]), ONE, ALPHA).decision is Decision.FINE
    slow = [-x for x in noisy]
    assert analyse(blocks(slow, [0.2, 0.4, 0.6, 1.0]), ONE, ALPHA).decision is Decision.OPEN


def test_significant_within_the_margin_is_fine() -> None:
    seen = confirmation(0.02, 0.003, 30, seed=3)
    assert analyse(seen, ONE, ALPHA).decision is Decision.WORSE
    assert analyse(seen, Level(0.0, math.log(1.05)), ALPHA).decision is Decision.FINE


def test_significant_and_hardly_within_the_margin_is_open_and_then_fine() -> None:
    values, margin = [0.03, 0.055] * 4, Level(0.0, math.log(1.05))
    early, late = [0.0] * 7 + [0.7], [0.0] * 7 + [1.0]
    assert analyse(blocks(values, early), ONE, ALPHA).decision is Decision.WORSE
    assert analyse(blocks(values, early), margin, ALPHA).decision is Decision.OPEN
    assert analyse(blocks(values, late), margin, ALPHA).decision is Decision.FINE


def test_a_fresh_run_beside_the_level_is_no_proof() -> None:
    """What recorded runs vary by is not averaged out by the blocks of one run."""
    seen = confirmation(0.08, 0.003, 30, seed=3)
    known, unknown = Level(0.0, 0.05), Level(0.0, 0.05, variance=0.03**2, freedom=5)
    assert analyse(seen, known, 0.001).decision is Decision.WORSE
    assert analyse(seen, unknown, 0.001).decision is Decision.OPEN
    assert analyse(seen, unknown, 0.001).visible > analyse(seen, known, 0.001).visible > 0.05


def test_nothing_seen_is_open() -> None:
    analysis = analyse(Confirmation(), ONE, ALPHA)
    assert (analysis.decision, analysis.blocks, analysis.p) == (Decision.OPEN, 0, 1.0)
    assert math.isnan(analysis.estimate)


def share_worse(runs: int, shift: float, alpha: float, level: Level = ONE) -> float:
    """Of runs of 16 blocks of normal noise of 2 %, all the time spent."""
    random, worse = Random(20), 0
    for _ in range(runs):
        ratios = [random.gauss(shift, 0.02) for _ in range(16)]
        worse += (
            analyse(blocks(ratios, [(i + 1) / 16 for i in range(16)]), level, alpha).decision
            is Decision.WORSE
        )
    return worse / runs


def test_the_error_rate_holds_over_all_looks() -> None:
    assert share_worse(2000, 0.0, 0.05) <= 0.06


def test_the_error_rate_of_a_level_that_is_known_by_few_runs() -> None:
    """The level lies beside the truth as its variance says, and fresh runs vary as the recorded ones did."""
    random, worse, runs, spread = Random(7), 0, 600, 0.02
    for _ in range(runs):
        truth = random.gauss(0, spread)
        recorded = [random.gauss(0, spread) for _ in range(3)]
        level = Level(sum(recorded) / 3, 0.0, variance=spread**2 * 4 / 3, freedom=math.inf)
        ratios = [random.gauss(truth, 0.02) for _ in range(16)]
        seen = blocks(ratios, [(i + 1) / 16 for i in range(16)])
        worse += analyse(seen, level, 0.05).decision is Decision.WORSE
    assert worse / runs <= 0.07


def test_regressions_are_found_and_improvements_are_not() -> None:
    # 2 % of noise in 16 blocks: 3 % is six standard errors.
    assert share_worse(200, 0.03, 0.05) > 0.95
    assert share_worse(200, -0.01, 0.05) < 0.01


def test_the_visible_regression_is_seen_nine_times_in_ten() -> None:
    analysis = analyse(confirmation(0.2, 0.02, 16, seed=1), Level(0.0, 0.05), 0.05)
    visible = analyse(blocks([0.02 * x for x in (-1, 1) * 8], [0.9] * 15 + [1.0]), ONE, 0.05).visible
    assert analysis.visible > 0.05
    assert share_worse(200, visible, 0.05) >= 0.88


def test_a_biased_control_vetoes_and_a_quiet_one_does_not() -> None:
    quiet, biased = confirmation(0.1).controls, confirmation(0.1, bias=0.08).controls
    assert disturbed(quiet, None, 0.1) == ""
    assert "the reference differs from itself by" in disturbed(biased, None, 0.1)
    # A bias that is small beside the regression explains nothing of it.
    assert disturbed(biased, None, 0.5) == ""
    assert disturbed(biased[:2], None, 0.1) == ""


def test_a_noisier_machine_than_the_recorded_one_vetoes() -> None:
    controls = confirmation(0.1, noise=0.04).controls
    assert disturbed(controls, 0.04, 0.1) == ""
    assert disturbed(controls, None, 0.1) == ""
    assert re.match(
        r"times vary [3456] times as much as when it was recorded", disturbed(controls, 0.01, 0.1)
    )
    # Not of what no machine does.
    assert disturbed(controls, 0.01, 0.5) == ""


@settings(max_examples=60)
@given(
    st.lists(st.floats(-0.3, 0.3), max_size=20),
    st.none() | st.floats(0, 0.1),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_a_larger_excess_is_vetoed_no_more(
    controls: list[float], recorded: float | None, excess: float, more: float
) -> None:
    if not disturbed(controls, recorded, excess):
        assert disturbed(controls, recorded, excess + more) == ""
    # Which arm of the control was the slower one is all the same.
    mirrored = disturbed([-x for x in controls], recorded, excess)
    assert mirrored == disturbed(controls, recorded, excess)
