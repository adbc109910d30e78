from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from pytest_vidcompress.gate.statistics import (
    RESAMPLES,
    bootstrap_chance,
    drop_chance,
    drop_interval,
    drop_power,
    mcnemar,
    share_bounds,
    visible_drop,
    visible_loss,
)

counts = st.integers(0, 60)


def test_mcnemar_known_values() -> None:
    assert mcnemar(0, 0) == 1
    assert mcnemar(7, 0) == pytest.approx(2**-7)
    assert mcnemar(14, 2) == pytest.approx((120 + 16 + 1) / 2**16)


@given(counts, counts)
def test_more_losses_are_less_likely_chance(lost: int, gained: int) -> None:
    assert mcnemar(lost + 1, gained) <= mcnemar(lost, gained) + 1e-12
    assert mcnemar(lost, gained + 1) >= mcnemar(lost, gained) - 1e-12


@given(st.integers(1, 60), counts)
def test_mcnemar_is_the_tail_of_a_fair_coin(lost: int, gained: int) -> None:
    total = lost + gained
    tail = sum(math.comb(total, k) for k in range(lost, total + 1)) / 2**total
    assert mcnemar(lost, gained) == pytest.approx(tail)


def test_without_a_discordant_clip_the_drop_is_ruled_out_exponentially() -> None:
    for clips in (1, 345, 346, 5000):
        assert drop_chance(clips, 0, 0, 0.02) == pytest.approx(math.exp(-clips * 0.02))
    assert drop_chance(346, 0, 0, 0.02) < 0.001 < drop_chance(345, 0, 0, 0.02)


@pytest.mark.parametrize(("lost", "gained"), [(20, 20), (28, 10), (10, 28), (3, 0), (0, 3), (400, 380)])
@pytest.mark.parametrize("drop", [-0.03, -0.001, 0.0, 0.001, 0.02, 0.3])
def test_drop_chance_is_a_skellam_tail_at_the_likeliest_rates(lost: int, gained: int, drop: float) -> None:
    clips = 1000

    def likelihood(gains: float) -> float:
        return stats.poisson.logpmf(lost, clips * (gains + drop)) + stats.poisson.logpmf(
            gained, clips * gains
        )

    least = max(0.0, -drop) + 1e-12
    found = optimize.minimize_scalar(
        lambda rate: -likelihood(rate), bounds=(least, 1.0), method="bounded", options={"xatol": 1e-12}
    )
    rate = max(found.x, least)
    expected = stats.skellam.cdf(lost - gained, clips * (rate + drop) + 1e-12, clips * rate + 1e-12)
    assert drop_chance(clips, lost, gained, drop) == pytest.approx(expected, rel=1e-3, abs=1e-9)


@given(st.integers(200, 2000), counts, counts, st.floats(-0.1, 0.1))
def test_both_tails_share_the_observed_loss(clips: int, lost: int, gained: int, drop: float) -> None:
    low, high = drop_chance(clips, lost, gained, drop), drop_chance(clips, gained, lost, -drop)
    assert 1 - 1e-9 <= low + high <= 2 + 1e-9


@given(st.integers(200, 2000), counts, counts)
def test_more_clips_and_larger_drops_are_ruled_out_more_surely(clips: int, lost: int, gained: int) -> None:
    chance = drop_chance(clips, lost, gained, 0.02)
    assert drop_chance(clips + 50, lost, gained, 0.02) <= chance + 1e-9
    assert drop_chance(clips, lost, gained, 0.03) <= chance + 1e-9
    assert drop_chance(clips, lost + 1, gained, 0.02) >= chance - 1e-9


@pytest.mark.parametrize("drop", [0.0, 0.02, 0.05])
def test_interval_of_a_drop_covers_it(drop: float) -> None:
    random = np.random.default_rng(0)
    gains = 0.02
    draws = random.multinomial(500, [gains + drop, gains, 1 - 2 * gains - drop], size=500)
    covered = 0
    for lost, gained, _ in draws:
        low, high = drop_interval(500, int(lost), int(gained))
        covered += low <= drop <= high
    assert covered >= 0.93 * len(draws)


def test_interval_of_a_drop_lies_around_it() -> None:
    assert drop_interval(1000, 0, 0) == pytest.approx((-0.00369, 0.00369), abs=1e-5)  # -ln(0.025) / 1000
    low, high = drop_interval(1000, 40, 20)
    assert 0 < low < 0.02 < high < 0.04


def test_share_bounds() -> None:
    assert share_bounds(346, 346, 0.001) == pytest.approx((0.001 ** (1 / 346), 1))
    assert share_bounds(0, 346, 0.001) == pytest.approx((0, 1 - 0.001 ** (1 / 346)))
    low, high = share_bounds(90, 100, 0.025)
    assert stats.binom.sf(89, 100, low) == pytest.approx(0.025)
    assert stats.binom.cdf(90, 100, high) == pytest.approx(0.025)


def power_by_summing(clips: int, drop: float, share: float, alpha: float, margin: float) -> float:
    """The definition, every number of discordant clips and of losses by itself."""
    total = 0.0
    for count in range(clips + 1):
        for lost in range(count + 1):
            net = 2 * lost - count
            if net > margin * clips + 1e-9 and mcnemar(lost, count - lost) < alpha:
                total += stats.binom.pmf(count, clips, share) * stats.binom.pmf(
                    lost, count, (1 + drop / share) / 2
                )
    return total


@pytest.mark.parametrize(("drop", "discordant"), [(0.1, 0.2), (0.15, 0.15), (0.02, 0.1), (0.3, 0.1)])
def test_power_is_the_sum_over_what_can_happen(drop: float, discordant: float) -> None:
    expected = power_by_summing(60, drop, max(drop, discordant), 0.05, 0.01)
    assert drop_power(60, drop, discordant, 0.05, 0.01) == pytest.approx(expected, abs=1e-9)


def test_no_discordant_clip_has_no_power() -> None:
    assert drop_power(1000, 0.0, 0.0, 0.05, 0.01) == 0


@pytest.mark.parametrize(
    ("clips", "discordant", "margin"), [(100, 0.0, 0.01), (346, 0.02, 0.01), (1000, 0.06, 0.01)]
)
def test_visible_drop_fails_nine_in_ten_simulated_checks(
    clips: int, discordant: float, margin: float
) -> None:
    drop = visible_drop(clips, discordant, 0.05, margin)
    share = max(drop, discordant)
    rates = [(share + drop) / 2, (share - drop) / 2, 1 - share]
    draws = np.random.default_rng(1).multinomial(clips, rates, size=4000)
    failed = [lost - gained > margin * clips and mcnemar(lost, gained) < 0.05 for lost, gained, _ in draws]
    assert np.mean(failed) == pytest.approx(0.9, abs=0.02)


@given(st.integers(1, 3000), st.floats(0, 0.3), st.sampled_from([0.05, 0.0005]))
def test_visible_drop_is_the_smallest(clips: int, discordant: float, alpha: float) -> None:
    drop = visible_drop(clips, discordant, alpha, 0.01)
    if math.isinf(drop):
        assert drop_power(clips, 1.0, discordant, alpha, 0.01) < 0.9
        assert mcnemar(clips, 0) >= alpha
    else:
        assert drop_power(clips, drop, discordant, alpha, 0.01) >= 0.9 - 1e-9
        assert drop_power(clips, drop - 2e-5, discordant, alpha, 0.01) < 0.9
        assert drop > 0.01


def test_gate_imports_nothing_heavy() -> None:
    code = (
        "import sys, pytest_vidcompress.gate.judge;"
        "import pytest_vidcompress.gate.baseline.files, pytest_vidcompress.gate.baseline.update_timings;"
        "print([m for m in ('scipy', 'numpy', 'torch', 'pytest', 'filelock') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# Means of the same clips


def test_what_lost_nothing_is_no_loss() -> None:
    assert bootstrap_chance([0.0] * 50, 0.0) == 1
    assert bootstrap_chance([0.0] * 50, 0.5) == 1


def test_the_chance_of_a_mean_loss_is_about_that_of_the_normal_distribution() -> None:
    random = np.random.default_rng(0)
    lost = random.normal(0.02, 0.2, 300)
    expected = stats.norm.sf(lost.mean() / (lost.std() / math.sqrt(300)))
    assert bootstrap_chance(lost.tolist(), float(lost.mean())) == pytest.approx(expected, abs=0.015)


def test_few_lost_clips_are_no_surer_than_they_are_to_mcnemar() -> None:
    for lost in range(1, 7):
        found = bootstrap_chance([1.0] * lost + [0.0] * (200 - lost), lost / 200)
        assert found > 0.4 * mcnemar(lost, 0)


def test_the_draws_are_always_the_same() -> None:
    lost = [0.1, -0.2, 0.3, 0.0] * 20
    assert bootstrap_chance(lost, 0.05) == bootstrap_chance(lost, 0.05)
    assert bootstrap_chance(lost, 0.05) <= bootstrap_chance(lost, 0.04)
    assert bootstrap_chance(lost, 9.0) == 1 / (1 + RESAMPLES)


def test_a_visible_loss_fails_in_nine_of_ten_runs() -> None:
    random = np.random.default_rng(1)
    before, noise = [0.8] * 200, random.normal(0, 0.3, 200)
    seen = visible_loss(before, noise.tolist(), 0.05, 0.01)
    failed = 0
    for trial in range(200):
        lost = np.random.default_rng(trial).normal(seen, noise.std(), 200)
        failed += lost.mean() > 0.01 and stats.norm.sf(lost.mean() / (lost.std() / math.sqrt(200))) < 0.05
    assert 0.83 < failed / 200 < 0.97


def test_a_visible_loss_is_beyond_the_margin_and_nothing_is_visible_of_nothing() -> None:
    assert visible_loss([0.8] * 10_000, [0.0] * 10_000, 0.05, 0.01) > 0.01
    assert visible_loss([0.0] * 9, [0.0] * 9, 0.05, 0.01) == math.inf
    assert visible_loss([0.5] * 3, [0.0] * 3, 0.05, 0.01) == math.inf
