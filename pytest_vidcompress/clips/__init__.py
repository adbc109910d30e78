"""Video files -> labelled pixels."""
