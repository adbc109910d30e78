"""A cascade of two variants: both are built, and how sure the first must be is found."""
