from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.measure.latency.quiet import SLACK, quiet

seconds = st.floats(1e-6, 10)
PAIRS = st.lists(st.tuples(seconds, seconds), min_size=1, max_size=40)


def arms(pairs: list[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [v for v, _ in pairs], [b for _, b in pairs]


def test_nothing_is_quiet_of_nothing() -> None:
    assert quiet([], []) == []


def test_a_call_that_lost_its_core_drops_its_pair_whichever_arm_it_was() -> None:
    variant, base = [1.0] * 12, [2.0] * 12
    variant[3], base[7] = 30.0, 2.7
    assert quiet(variant, base) == [i for i in range(12) if i not in (3, 7)]


def test_one_lucky_call_does_not_make_the_others_slow() -> None:
    assert len(quiet([0.5, *[1.0] * 19], [1.0] * 20)) == 20


@given(PAIRS)
def test_some_pair_of_few_is_slower_than_none(pairs: list[tuple[float, float]]) -> None:
    variant, base = arms(pairs)
    kept = quiet(variant, base)
    assert kept == sorted(set(kept))
    for i in kept:
        # Within the slack of what is within the slack of the slowest call that counts as a fast one.
        assert variant[i] <= SLACK**2 * sorted(variant)[len(variant) // 10]
        assert base[i] <= SLACK**2 * sorted(base)[len(base) // 10]


def test_what_always_varies_is_quiet_while_the_other_arm_is_steady() -> None:
    variant = [0.42, 0.44, 0.46, 0.48, 0.5, 0.52, 0.54, 0.56, 0.6, 0.9] * 2
    assert quiet(variant, [2.0] * 20) == [i for i in range(20) if variant[i] < 0.9]


def test_what_varies_with_the_other_arm_is_a_neighbour() -> None:
    slow = [1.0, 1.0, 1.0, 3.0, 3.0] * 4
    assert quiet(slow, slow) == [i for i in range(20) if slow[i] == 1.0]


@given(PAIRS)
def test_arms_are_treated_alike(pairs: list[tuple[float, float]]) -> None:
    variant, base = arms(pairs)
    assert quiet(variant, base) == quiet(base, variant)


@given(PAIRS, st.integers(-8, 8), st.integers(-8, 8))
def test_how_fast_an_arm_is_does_not_matter(
    pairs: list[tuple[float, float]], variant_by: int, base_by: int
) -> None:
    variant, base = arms(pairs)
    # Powers of two, which rounding leaves alone.
    scaled = quiet([v * 2.0**variant_by for v in variant], [b * 2.0**base_by for b in base])
    assert scaled == quiet(variant, base)


@given(PAIRS, st.data())
def test_a_slower_call_never_becomes_quiet(pairs: list[tuple[float, float]], data: st.DataObject) -> None:
    variant, base = arms(pairs)
    i = data.draw(st.integers(0, len(pairs) - 1))
    before = i in quiet(variant, base)
    variant[i] *= 100
    assert before or i not in quiet(variant, base) or len(pairs) < 10
