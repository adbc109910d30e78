"""Reports and verdicts -> what people look at."""
