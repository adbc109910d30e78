"""The benchmark suite: plain pytest functions to copy from."""
