"""Randomized schedules for the counter: a few are tests, `make soak` runs a thousand."""
