"""A run file's document -> what the page draws. What is missing, or something else than expected, is left out."""
