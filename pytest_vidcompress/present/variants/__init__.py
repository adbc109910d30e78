"""What a run says of how its variants came to be: learned ones, budgets and sensitivities."""
