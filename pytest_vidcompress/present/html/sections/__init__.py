"""The sections of the page: of a model, and of a run."""
