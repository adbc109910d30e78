"""Work that is shared: jobs, the store of their results, and how shards of a run come together."""
