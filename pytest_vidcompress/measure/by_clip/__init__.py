"""What single clips cost, where one costs more than another."""
