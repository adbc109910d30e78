"""`--vc-grid`: one model in many runtimes, precisions, batches and threads, in one run."""
