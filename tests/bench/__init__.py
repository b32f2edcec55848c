"""What things cost, measured by `make bench`: never a test, since a busy machine would fail it."""
