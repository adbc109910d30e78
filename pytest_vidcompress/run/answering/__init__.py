"""What answers and embeds videos: models and artefacts that are named outside a test, and what tests measure."""
