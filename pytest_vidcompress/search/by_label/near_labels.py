"""A label that there is not -> those that may have been meant. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from itertools import chain, islice

from ...clips.labels import normal_form

MOST = 3
_LONGEST = 100
"""Characters that are compared."""
_SHORT = 2
"""Letters of a word that says nothing."""
_LIKE = 0.75
"""From 0 to 1: of words that are spelt alike."""


def near_labels(wanted: str, labels: Sequence[str], most: int = MOST) -> list[str]:
    """Those that are spelt like it, then those that share words with it, then those with a like word."""
    text = normal_form(wanted)[:_LONGEST]
    forms = dict[str, str]()
    for label in labels:
        forms.setdefault(normal_form(label)[:_LONGEST], label)
    found = chain(get_close_matches(text, forms, most), _by_words(_words(text), [*forms]))
    return [forms[form] for form in islice(dict.fromkeys(found), most)]


def _by_words(wanted: set[str], forms: Sequence[str]) -> Iterator[str]:
    shared = [(len(_words(form) & wanted), form) for form in forms]
    yield from (form for many, form in sorted(shared, key=lambda each: -each[0]) if many)
    spelt = sorted({word for form in forms for word in _words(form)})
    like = {near for word in sorted(wanted) for near in get_close_matches(word, spelt, MOST, _LIKE)}
    yield from (form for form in forms if like & _words(form))


def _words(form: str) -> set[str]:
    return {word for word in form.split() if len(word) > _SHORT}
