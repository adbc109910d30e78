"""The packaged set of long clips in which several things happen: what renders it, what encodes it, and its files."""
