"""The packaged clip set: what renders it, what encodes it, and its files."""
