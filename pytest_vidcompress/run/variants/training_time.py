"""How long a recipe trains, by the budgets of its techniques, in words."""

from __future__ import annotations

from ...compress.recipe import Recipe, Step

WAITING = "waiting for another run that trains"
"""How what is being done while somebody else trains the same begins, for whoever shows progress."""


def training_time(recipe: Recipe) -> str:
    """`about 10 min`, `500 steps`, or both; of techniques that say neither, `a while`."""
    budgets = [_budget(step) for step in recipe.steps if step.technique.learns]
    minutes, steps = sum(each[0] for each in budgets), sum(each[1] for each in budgets)
    parts = [f"about {minutes:.3g} min"] if minutes else []
    parts += [f"{steps:,} steps"] if steps else []
    unknown = any(each == (0, 0) for each in budgets)
    return " and ".join([*parts, *(["a while"] if unknown else [])])


def _budget(step: Step) -> tuple[float, int]:
    """Minutes and steps, one of which is 0: minutes are without effect where there are steps."""
    steps = int(getattr(step.parameters, "steps", 0) or 0)
    minutes = float(getattr(step.parameters, "minutes", 0) or 0)
    return (0.0, steps) if steps else (minutes, 0)
