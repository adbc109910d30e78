"""One run, without pytest: what it measures, with what, and what became of it."""
