"""What markers ask of a test."""

from types import SimpleNamespace

import pytest

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.plugin.items import margins


def item(mark=None):
    return SimpleNamespace(nodeid="test_it.py::test_it", get_closest_marker=lambda name: mark and mark.mark)


def test_the_margin_of_the_marker_wins_over_that_of_the_session():
    assert margins(item(), 2.0).latency == 2.0
    assert margins(item(pytest.mark.vc_margin(top1=0.02)), 0.3).latency == 0.3
    assert margins(item(pytest.mark.vc_margin(top1=0.02)), 0.3).top1 == 0.02
    assert margins(item(pytest.mark.vc_margin(latency=0.1)), 2.0).latency == 0.1


def test_a_margin_that_is_no_share_names_its_test():
    with pytest.raises(VidcompressError, match="latency must be a share, not 2"):
        margins(item(pytest.mark.vc_margin(latency=2)), 0.05)
