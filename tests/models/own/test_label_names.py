from __future__ import annotations

import pytest

from pytest_vidcompress.models.own.label_names import label_names
from pytest_vidcompress.untrusted import Malformed


def test_labels_are_read_by_number() -> None:
    assert label_names({"1": "b", "0": "a"}) == {0: "a", 1: "b"}


@pytest.mark.parametrize("named", [{}, {"1": "b"}, {"0": "a", "2": "c"}, {"zero": "a"}])
def test_labels_that_are_not_numbered_from_0_are_refused(named: dict[str, str]) -> None:
    with pytest.raises(Malformed, match="a name for every label, numbered from 0"):
        label_names(named)
