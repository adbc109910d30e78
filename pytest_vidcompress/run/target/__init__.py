"""`--vc-target` and `--vc-sensitivity`: a budget -> the recipe that meets it."""
