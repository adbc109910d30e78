"""Reports, baselines and budgets -> verdicts. Imports neither torch nor pytest."""
