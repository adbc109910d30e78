"""What a run says of itself in its files: where it ran, of which commit, and what its numbers are of."""
