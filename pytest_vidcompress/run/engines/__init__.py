"""What computes jobs: this process, or others. An engine is a file here, and a line of `registry`."""
