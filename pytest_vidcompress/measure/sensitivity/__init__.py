"""What every block of a model is worth: the answers that change without it, and the work and time that it takes."""
