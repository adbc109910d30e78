"""How bad input looks in a test's report."""

import pytest

from pytest_vidcompress.errors import VidcompressError
from pytest_vidcompress.plugin.refusals import failures


def test_a_refusal_is_shown_once():
    with pytest.raises(pytest.fail.Exception, match="no layers in scope") as caught, failures():
        raise VidcompressError("no layers in scope attention")
    assert caught.value.__suppress_context__
    assert not caught.value.pytrace
