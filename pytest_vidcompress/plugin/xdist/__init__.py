"""Under pytest-xdist: what workers hand over to the controller, and how it shows what they do."""
