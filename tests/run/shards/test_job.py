"""Jobs go by content, and every clip is in exactly one of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pytest_vidcompress.run.shards.job import SIZE, ClipRanges, Share, count, number_of, range_name


@given(sample=st.integers(0, 2000), of=st.integers(1, 50))
def test_the_shards_of_any_number_share_out_every_clip_once(sample: int, of: int) -> None:
    shares = [ClipRanges.of(sample, Share(number, of)) for number in range(1, of + 1)]
    places = [place for share in shares for place in share.places]
    assert sorted(places) == list(range(sample))
    assert ClipRanges.of(sample).places == tuple(range(sample))


@given(sample=st.integers(1, 2000), of=st.integers(2, 50))
def test_no_shard_has_more_than_a_range_more_than_another(sample: int, of: int) -> None:
    sizes = [len(Share(number, of).numbers(count(sample))) for number in range(1, of + 1)]
    assert max(sizes) - min(sizes) <= 1


def test_a_shard_beyond_the_clips_has_none() -> None:
    assert ClipRanges.of(SIZE + 1, Share(3, 3)).places == ()


def test_a_name_tells_its_range_its_clips_and_their_contents() -> None:
    ids, contents = ("a", "b"), ("1" * 64, "2" * 64)
    name = range_name(3, ids, contents)
    others = {
        range_name(4, ids, contents),
        range_name(3, ("b", "a"), contents),
        range_name(3, ids, contents[::-1]),
        range_name(3, ids[:1], contents[:1]),
    }
    assert number_of(name) == 3
    assert name == range_name(3, ids, contents)
    assert len(others | {name}) == 5


def test_what_else_lies_in_a_store_is_no_job() -> None:
    assert number_of("0000003") is None
    assert number_of("../../etc/passwd") is None
    assert number_of("0000003-" + "g" * 16) is None
