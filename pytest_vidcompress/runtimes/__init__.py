"""A compressed module -> an artefact on disk and something that maps pixels to logits."""
