"""Where in a model a variant leaves its reference, looked at when its accuracy has failed."""
