"""A model or an artefact that answers files outside a test."""
