"""The schema of the run file: what each part of it is made of."""
