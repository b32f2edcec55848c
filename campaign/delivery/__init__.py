"""What becomes of a finished letter on its way to an office."""
