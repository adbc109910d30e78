"""A view of an index, which finds nearly all of what is nearest without looking at all: a cache, never the truth."""
