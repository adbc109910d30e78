"""One model served in many ways, every way timed in the same run."""
