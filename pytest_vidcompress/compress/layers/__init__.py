"""The parts of a module that techniques work on: layers with weights, how they multiply, what flows between them."""
